package org.maintenancemanager.core.image;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings under {@code manager.artifacts}.
 *
 * @param directory where artifacts lie; made at the first upload. All replicas must see the same one
 * @param maxSize the largest artifact that may be uploaded
 * @param keepFree what an upload must leave free on the disk, so that a database on the same one goes on
 */
@ConfigurationProperties("manager.artifacts")
record ArtifactSettings(
        @DefaultValue("${user.home}/.local/share/maintenance-manager/artifacts")
        Path directory,

        @DefaultValue("16GB") DataSize maxSize,
        @DefaultValue("256MB") DataSize keepFree) {}

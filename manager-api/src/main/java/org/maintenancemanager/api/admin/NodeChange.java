package org.maintenancemanager.api.admin;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All of a node that operators can change.
 *
 * @param site path of its site
 */
public record NodeChange(
        @Nullable String name,
        @Nullable String site,
        @Nullable String zone,
        @Nullable Map<String, String> labels) {}

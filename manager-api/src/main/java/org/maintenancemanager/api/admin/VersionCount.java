package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * Nodes that run one version.
 *
 * @param imageVersion absent: all that are not named
 */
public record VersionCount(@Nullable String imageVersion, int nodes) {}

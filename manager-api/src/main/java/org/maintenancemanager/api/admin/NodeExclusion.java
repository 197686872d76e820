package org.maintenancemanager.api.admin;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that a campaign shall leave alone.
 *
 * @param nodes 1 to 1,000 ids
 * @param reason why, 1 to 1000 characters
 */
public record NodeExclusion(
        @Nullable List<UUID> nodes, @Nullable String reason) {}

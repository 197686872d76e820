package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * How much of the manager a tenant may take; what is absent has no limit.
 *
 * @param maxNodes all but decommissioned ones
 * @param maxCampaigns all but completed and aborted ones
 * @param maxArtifactBytes of images that lie in the manager's store
 * @param maxPollsPerSecond of all its nodes together, at each replica
 */
public record TenantQuotas(
        @Nullable Integer maxNodes,
        @Nullable Integer maxCampaigns,
        @Nullable Long maxArtifactBytes,
        @Nullable Integer maxPollsPerSecond) {}

package org.maintenancemanager.api.admin;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A question about a campaign: one that exists, or one that is described.
 *
 * @param campaignId of one that exists; without it there is a {@code campaign}
 * @param previous an earlier answer to compare with
 */
public record PlanRequest(
        @Nullable UUID campaignId,
        @Nullable NewCampaign campaign,
        @Nullable PlanSummary previous) {}

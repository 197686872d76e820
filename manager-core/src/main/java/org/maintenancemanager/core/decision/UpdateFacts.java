package org.maintenancemanager.core.decision;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.PermitId;
import org.maintenancemanager.core.campaign.UpdateId;

/** What a decision needs to know of a node update. */
public record UpdateFacts(
        UpdateId id,
        CampaignId campaignId,
        int wave,
        int attempt,
        UpdateState state,
        Instant stateSince,
        long assignmentVersion,
        @Nullable PermitFacts permit) {
    /** The permit in flight. */
    public record PermitFacts(PermitId id, Instant grantedAt, Instant validUntil, Instant lostAt) {}
}

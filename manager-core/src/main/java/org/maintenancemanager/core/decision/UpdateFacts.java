package org.maintenancemanager.core.decision;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.PermitId;
import org.maintenancemanager.core.campaign.UpdateId;

/**
 * What a decision needs to know of a node update.
 *
 * @param attempt 1 for the first
 * @param permit the one in flight
 */
public record UpdateFacts(
        UpdateId id,
        CampaignId campaignId,
        int wave,
        int attempt,
        UpdateState state,
        Instant stateSince,
        long assignmentVersion,
        @Nullable PermitFacts permit,
        Course course) {
    public UpdateFacts(
            UpdateId id,
            CampaignId campaignId,
            int wave,
            int attempt,
            UpdateState state,
            Instant stateSince,
            long assignmentVersion,
            @Nullable PermitFacts permit) {
        this(id, campaignId, wave, attempt, state, stateSince, assignmentVersion, permit, Course.FREE);
    }

    /** The permit in flight. */
    public record PermitFacts(PermitId id, Instant grantedAt, Instant validUntil, Instant lostAt) {}

    /**
     * How an update came about, and what of its own it waits for.
     *
     * @param sourceSha256 digest of the image that ran when it was planned; null if unknown
     * @param notBefore when a further attempt begins; null for the first
     * @param failedBefore in which phase the attempt before failed, or LOST; null for the first
     * @param rival name of the campaign that has the node until it is done; null when the node is free for this one
     * @param downloadTurn whether it has leave to download where a budget paces that
     */
    public record Course(
            @Nullable String sourceSha256,
            @Nullable Instant notBefore,
            @Nullable String failedBefore,
            @Nullable String rival,
            boolean downloadTurn) {
        /** A first attempt from an unknown image that waits for nothing. */
        public static final Course FREE = new Course(null, null, null, null, false);
    }
}

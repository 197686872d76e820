package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.UpdateState;

/**
 * One node's part in one campaign.
 *
 * @param node name of the node
 * @param campaign name of the campaign
 * @param attempt 1, 2 ... within the campaign
 * @param active whether it is under way: neither at an end nor queued
 * @param queued whether another campaign has the node until it is done
 * @param notBefore when a further attempt begins; absent for the first
 * @param code the node's error code, or why it was skipped
 * @param permitId the permit in flight
 */
public record NodeUpdate(
        UUID id,
        UUID nodeId,
        String node,
        UUID campaignId,
        String campaign,
        int wave,
        int attempt,
        UUID imageId,
        String imageVersion,
        UpdateState state,
        boolean active,
        boolean queued,
        @Nullable Instant notBefore,
        Instant stateSince,
        @Nullable Integer progressPercent,
        @Nullable FailurePhase failurePhase,
        @Nullable String code,
        @Nullable String detail,
        long assignmentVersion,
        @Nullable UUID permitId,
        Instant createdAt) {}

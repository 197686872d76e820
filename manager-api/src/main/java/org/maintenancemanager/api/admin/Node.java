package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;

/**
 * One machine of the fleet.
 *
 * @param site path of its site
 * @param zone its own zone; absent: the site's
 * @param labels set by operators
 * @param nodeLabels set by the node about itself; a label of the same key among {@code labels} wins
 * @param imageVersion of the active slot, as the node last said
 * @param lastSeenAt of its last poll or report, some seconds late; absent: never
 * @param updateId of its active update, which the three fields behind it are of
 * @param target what the active update's campaign brings; absent without one
 */
public record Node(
        UUID id,
        String name,
        UUID siteId,
        String site,
        String state,
        @Nullable String stateReason,
        String architecture,
        @Nullable String hardware,
        @Nullable String zone,
        Map<String, String> labels,
        Map<String, String> nodeLabels,
        Map<String, String> hardwareIds,
        @Nullable String client,
        @Nullable String imageVersion,
        List<NodeSlot> slots,
        @Nullable Instant lastSeenAt,
        @Nullable UUID updateId,
        @Nullable UpdateState updateState,
        @Nullable UUID campaignId,
        @Nullable String campaign,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant enrolledAt,
        NodeIdentity identity,
        @Nullable NodeTarget target,
        long revision) {}

package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The permission for one node to install and reboot now.
 *
 * @param lostAt when a node that stays silent counts as lost
 * @param windowEnd end of the effective window that it was granted in
 * @param outcome {@code FINISHED}, {@code EXPIRED} (unused), {@code LOST} or {@code CANCELED}; absent while in flight
 */
public record Permit(
        UUID id,
        UUID campaignId,
        UUID nodeId,
        UUID updateId,
        int wave,
        Instant grantedAt,
        Instant validUntil,
        Instant lostAt,
        Instant windowEnd,
        List<UUID> budgetIds,
        @Nullable Instant endedAt,
        @Nullable String outcome) {}

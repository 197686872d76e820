package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a node said, as it said it.
 *
 * @param applied absent while an earlier number is missing
 * @param reason why it was not applied
 */
public record NodeReport(
        UUID nodeId,
        long seq,
        String bootId,
        @Nullable UUID updateId,
        String state,
        @Nullable String failurePhase,
        @Nullable Integer progressPercent,
        @Nullable String errorCode,
        @Nullable String text,
        Instant receivedAt,
        @Nullable Boolean applied,
        @Nullable String reason) {}

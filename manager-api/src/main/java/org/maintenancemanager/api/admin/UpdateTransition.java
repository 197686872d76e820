package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;

/**
 * One step of a node update.
 *
 * @param cause {@code REPORT}, {@code TICK}, {@code OPERATOR} or {@code FACTS}
 */
public record UpdateTransition(
        UUID id,
        UUID updateId,
        UUID nodeId,
        UpdateState from,
        UpdateState to,
        String cause,
        @Nullable String detail,
        Instant at) {}

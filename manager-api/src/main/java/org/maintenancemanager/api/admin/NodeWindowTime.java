package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Some time at a node, [startsAt, endsAt).
 *
 * @param windowId absent where a campaign's override opens it
 * @param windowName of the window, or freeze, that it begins with
 * @param localStartsAt the same instant on the node's wall clock, with its offset
 */
public record NodeWindowTime(
        @Nullable UUID windowId,
        String windowName,
        Instant startsAt,
        Instant endsAt,
        String localStartsAt,
        String localEndsAt) {}

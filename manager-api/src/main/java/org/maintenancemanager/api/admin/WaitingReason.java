package org.maintenancemanager.api.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One bar of the histogram.
 *
 * @param code of the gate that they wait for
 * @param firstUntil when the first of them goes on by itself, if known
 * @param example the sentence of one of them
 */
public record WaitingReason(
        String gate, String code, int nodes, @Nullable Instant firstUntil, String example) {}

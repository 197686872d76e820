package org.maintenancemanager.api.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one gate says.
 *
 * @param verdict {@code OPEN}, {@code CLOSED} or {@code NOT_ASKED}
 * @param code stable code of the reason, {@code OPEN} when open
 * @param since when it closed, if known
 * @param until when it opens by itself, if known
 * @param remedy what a person could do; empty when nothing needs to be done
 */
public record GateVerdict(
        String gate,
        String verdict,
        String code,
        @Nullable Instant since,
        @Nullable Instant until,
        String sentence,
        String remedy) {}

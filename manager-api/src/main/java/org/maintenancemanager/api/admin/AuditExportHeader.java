package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The first line of an exported audit.
 *
 * @param format {@code maintenance-manager audit export 1}
 * @param from the begin of the period that was asked for; absent: from the first event on
 * @param until its end, exclusive
 * @param startSeq the number before the first event of the export
 * @param startHash the hash at that number, from which the first event goes on
 */
public record AuditExportHeader(
        String format, UUID tenantId, @Nullable Instant from, Instant until, long startSeq, String startHash) {
    /** What {@code format} says. */
    public static final String FORMAT = "maintenance-manager audit export 1";
}

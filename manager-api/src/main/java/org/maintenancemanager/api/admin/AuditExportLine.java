package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * One line of an exported audit: one of the four is there. A checkpoint stands behind the event that it covers.
 *
 * @param header the first line
 * @param trailer the last line
 */
public record AuditExportLine(
        @Nullable AuditExportHeader header,
        @Nullable ChainedAuditEvent event,
        @Nullable AuditCheckpoint checkpoint,
        @Nullable AuditExportTrailer trailer) {}

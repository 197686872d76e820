package org.maintenancemanager.api.admin;

/**
 * The last line of an exported audit. An export without it was cut off.
 *
 * @param events how many the export holds
 * @param lastSeq the number of the last one; of the header when there is none
 * @param lastHash its hash
 * @param signedThrough the number of the last checkpoint in the export, 0 without one; later events are not signed yet
 */
public record AuditExportTrailer(long events, long lastSeq, String lastHash, long signedThrough) {}

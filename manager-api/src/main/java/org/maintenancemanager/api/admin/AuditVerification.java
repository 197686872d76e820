package org.maintenancemanager.api.admin;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What came of checking the audit chain of a tenant from its begin to its end.
 *
 * @param intact whether nothing is wrong; otherwise {@code flaw} says what
 * @param events how many were found right, up to the end or to the flaw
 * @param startSeq the number before the first event: 0, or where retention cut the chain off
 * @param lastSeq the number of the last event that was found right
 * @param lastHash its hash, 64 hex digits
 * @param checkpoints how many were found right, those of the database and those of the file counted apart
 * @param signedThrough the highest number that a checkpoint found right covers; 0 if there is none
 * @param waiting events that are not chained yet: of the last second, or behind a transaction that is still open
 * @param flaw the first one
 */
public record AuditVerification(
        UUID tenantId,
        boolean intact,
        long events,
        long startSeq,
        long lastSeq,
        String lastHash,
        long checkpoints,
        long signedThrough,
        long waiting,
        @Nullable AuditFlaw flaw) {}

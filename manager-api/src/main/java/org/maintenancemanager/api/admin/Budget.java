package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;

/**
 * How many nodes below a site may be disturbed at once.
 *
 * @param inFlight permits in flight now; above the limit for a while when that was lowered
 * @param revision the ETag's number; does not grow with permits
 */
public record Budget(
        UUID id,
        String name,
        String sitePath,
        int maxInFlight,
        int inFlight,
        Instant createdAt,
        Instant updatedAt,
        long revision) {}

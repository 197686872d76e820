package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How many nodes below a site, or of a selector, may be disturbed or may download at once.
 *
 * @param inFlight permits in flight now; above the limit for a while when that was lowered
 * @param downloading nodes that have leave to download now
 * @param revision the ETag's number; does not grow with permits
 */
public record Budget(
        UUID id,
        String name,
        @Nullable String sitePath,
        @Nullable String selector,
        @Nullable Integer maxInFlight,
        int inFlight,
        @Nullable BudgetDownloads downloads,
        int downloading,
        Instant createdAt,
        Instant updatedAt,
        long revision) {}

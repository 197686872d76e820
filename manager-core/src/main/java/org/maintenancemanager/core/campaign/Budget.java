package org.maintenancemanager.core.campaign;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How many nodes below a site, or of a selector, may be disturbed or may download at once.
 *
 * @param maxInFlight 0 lets nobody start; null: only downloads are limited
 * @param inFlight permits in flight now; above the limit for a while when that was lowered
 * @param downloads null: downloads are not paced
 * @param downloading nodes that have leave to download now
 * @param revision grows with each change by people, not with each permit
 */
public record Budget(
        BudgetId id,
        String name,
        @Nullable String sitePath,
        @Nullable String selector,
        @Nullable Integer maxInFlight,
        int inFlight,
        BudgetDraft.@Nullable Downloads downloads,
        int downloading,
        Instant createdAt,
        Instant updatedAt,
        long revision) {
    /** What people said of it, to be changed and given back. */
    public BudgetDraft draft() {
        return new BudgetDraft(name, sitePath, selector, maxInFlight, downloads);
    }
}

package org.maintenancemanager.core.campaign;

import java.time.Instant;

/**
 * How many nodes below a site may be disturbed at once.
 *
 * @param maxInFlight 0 lets nobody start
 * @param inFlight permits in flight now; above the limit for a while when that was lowered
 * @param revision grows with each change by people, not with each permit
 */
public record Budget(
        BudgetId id,
        String name,
        String sitePath,
        int maxInFlight,
        int inFlight,
        Instant createdAt,
        Instant updatedAt,
        long revision) {
    /** What people said of it, to be changed and given back. */
    public BudgetDraft draft() {
        return new BudgetDraft(name, sitePath, maxInFlight);
    }
}

package org.maintenancemanager.core.overview;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.maintenancemanager.api.admin.Overview;
import org.maintenancemanager.core.tenant.CallContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionException;

/**
 * Answers with the counters that were rolled up last, at once, however large the fleet. Counters that are too old are
 * counted again behind the answer, by one thread of one replica; a fleet that nobody looks at costs nothing.
 */
@Service
public class Overviews {
    private static final Logger log = LoggerFactory.getLogger(Overviews.class);

    private static final Duration FRESH = Duration.ofSeconds(5);
    /** Counting takes at most this share of the time: what took 2 seconds stays for 40. */
    private static final int AGE_PER_EFFORT = 20;

    private final OverviewRows rows;
    private final Set<Scope> counting = ConcurrentHashMap.newKeySet();

    Overviews(OverviewRows rows) {
        this.rows = rows;
    }

    /** That of what the call may see of its tenant. Only the very first one is counted while the caller waits. */
    public Overview present() {
        Scope scope = Scope.of(CallContext.current().tenant(), CallContext.reach());
        Optional<OverviewRows.Row> kept = rows.find(scope);
        if (kept.isEmpty()) {
            rows.count(scope);
            kept = rows.find(scope);
        }
        OverviewRows.Row row = kept.orElseThrow(() -> new IllegalStateException("expected counters of " + scope));
        boolean stale = isStale(row);
        if (stale && counting.add(scope)) {
            Thread.ofVirtual().name("overview").start(() -> countBehind(scope));
        }
        return row.overview(stale);
    }

    private static boolean isStale(OverviewRows.Row row) {
        Duration lasts = row.effort().multipliedBy(AGE_PER_EFFORT);
        return row.countedAt().plus(lasts.compareTo(FRESH) > 0 ? lasts : FRESH).isBefore(Instant.now());
    }

    private void countBehind(Scope scope) {
        try {
            CallContext.system(scope.tenant(), "overview").run(() -> rows.count(scope));
        } catch (DataAccessException | TransactionException e) {
            // The old counters stay, with their time; the next reader tries again.
            log.warn("the overview of {} could not be counted: {}", scope, e.getMessage());
        } finally {
            counting.remove(scope);
        }
    }
}

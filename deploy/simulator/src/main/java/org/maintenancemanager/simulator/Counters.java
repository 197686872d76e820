package org.maintenancemanager.simulator;

import java.util.concurrent.atomic.LongAdder;

/** What the nodes count together; see {@link FleetStatistics}. */
final class Counters {
    final LongAdder enrolled = new LongAdder();
    final LongAdder polls = new LongAdder();
    final LongAdder reports = new LongAdder();
    final LongAdder downloads = new LongAdder();
    final LongAdder downloadedBytes = new LongAdder();
    final LongAdder confirmed = new LongAdder();
    final LongAdder rolledBack = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder retries = new LongAdder();
    final LongAdder errors = new LongAdder();
    final LongAdder silent = new LongAdder();

    FleetStatistics snapshot(int nodes) {
        return new FleetStatistics(
                nodes,
                enrolled.sum(),
                polls.sum(),
                reports.sum(),
                downloads.sum(),
                downloadedBytes.sum(),
                confirmed.sum(),
                rolledBack.sum(),
                failed.sum(),
                retries.sum(),
                errors.sum(),
                silent.sum());
    }
}

package org.maintenancemanager.bench.load;

import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What a load measured.
 *
 * @param byStatus how many answers came with each status
 * @param micros latencies in microseconds; the caller's own
 * @param seconds from the first request to the last answer that counts
 * @param reconnects connections opened again because the server closed them
 */
public record Outcome(SortedMap<Integer, Long> byStatus, Histogram micros, double seconds, int reconnects) {
    public Outcome {
        byStatus = new TreeMap<>(byStatus);
    }

    public long answers() {
        return micros.getTotalCount();
    }

    public long answers(int status) {
        return byStatus.getOrDefault(status, 0L);
    }

    public double perSecond() {
        return answers() / seconds;
    }

    /** The latency that so many percent of the answers did not exceed. */
    public double millisAt(double percentile) {
        return micros.getValueAtPercentile(percentile) / 1000.0;
    }

    /**
     * This outcome, when every answer came with one status.
     *
     * @throws IllegalStateException when one did not, since a figure from other answers would mean something else
     */
    public Outcome expectOnly(int status, String what) {
        if (answers() == 0 || answers(status) != answers()) {
            throw new IllegalStateException(
                    "%s: expected answers %d only, found by status %s".formatted(what, status, byStatus));
        }
        return this;
    }
}

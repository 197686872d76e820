package org.maintenancemanager.core.forecast;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.guard.SequentialTest;
import org.maintenancemanager.core.window.OpenTimes;

/**
 * All that a forecast is made of: the campaign as it stands, its nodes counted by what tells them apart, and what nodes usually
 * do.
 *
 * @param now the present; where it is about a campaign that has not started, the start that is assumed
 * @param until how far ahead is looked
 * @param waves in order
 * @param limits the budgets; cohorts name them by their place
 */
public record ForecastFacts(
        Instant now,
        Instant until,
        List<Wave> waves,
        Rules rules,
        List<Limit> limits,
        List<Cohort> cohorts,
        Habits habits) {
    public ForecastFacts {
        waves = List.copyOf(waves);
        limits = List.copyOf(limits);
        cohorts = List.copyOf(cohorts);
    }

    /**
     * One wave.
     *
     * @param minConfirmedShare of its reachable nodes, 0 to 1, before the next wave opens
     * @param openedAt null while the gate before it is shut
     * @param passed whether the next wave is open
     * @param gate what else its gate wants
     */
    public record Wave(
            String name, double minConfirmedShare, @Nullable Instant openedAt, boolean passed, Gate gate) {
        public Wave(String name, double minConfirmedShare, @Nullable Instant openedAt, boolean passed) {
            this(name, minConfirmedShare, openedAt, passed, Gate.NONE);
        }
    }

    /**
     * What a gate wants once the share is reached.
     *
     * @param soak how long the share must have been reached
     * @param notBefore before which the next wave stays shut; null: no such instant
     * @param reachedAt since when the share has been reached; null: it has not
     */
    public record Gate(
            Duration soak,
            @Nullable Instant notBefore,
            @Nullable Instant reachedAt) {
        static final Gate NONE = new Gate(Duration.ZERO, null, null);
    }

    /**
     * What the campaign asks of grants and permits.
     *
     * @param maxInFlight the most permits at a time
     * @param maxFailures that pause the campaign; null: no limit
     * @param failures that count so far
     * @param unreachableAfter how long a node is silent before a gate leaves it out
     * @param pollInterval usual time between two polls
     * @param guard null: none
     */
    public record Rules(
            int maxInFlight,
            @Nullable Integer maxFailures,
            int failures,
            Duration guardTime,
            Duration permitLimit,
            Duration bootDeadline,
            Duration unreachableAfter,
            Duration pollInterval,
            @Nullable Guard guard) {
        public Rules(
                int maxInFlight,
                @Nullable Integer maxFailures,
                int failures,
                Duration guardTime,
                Duration permitLimit,
                Duration bootDeadline,
                Duration unreachableAfter,
                Duration pollInterval) {
            this(
                    maxInFlight,
                    maxFailures,
                    failures,
                    guardTime,
                    permitLimit,
                    bootDeadline,
                    unreachableAfter,
                    pollInterval,
                    null);
        }
    }

    /**
     * What stops a campaign because of its failures, beside their number. Cohorts that it would hold apart are not looked at.
     *
     * @param test null: none
     * @param maxFailurePercent above which it stops; null: no limit
     * @param percentFrom how many nodes must have finished before that means anything
     */
    public record Guard(
            @Nullable SequentialTest test, @Nullable Double maxFailurePercent, int percentFrom) {
        boolean stops(long finished, long failures) {
            return maxFailurePercent != null
                            && finished >= percentFrom
                            && failures * 100.0 > maxFailurePercent * finished
                    || test != null && test.condemns(finished, failures);
        }
    }

    /**
     * A budget.
     *
     * @param max permits at a time
     * @param taken by other campaigns, for good as far as is known
     * @param pacing of downloads; null: none
     */
    public record Limit(
            String name, int max, int taken, @Nullable Pacing pacing) {
        public Limit(String name, int max, int taken) {
            this(name, max, taken, null);
        }

        /** The same with twice as much of everything. */
        Limit twice() {
            return new Limit(
                    name,
                    (int) Math.clamp(2L * max, 1, Integer.MAX_VALUE),
                    taken,
                    pacing == null
                            ? null
                            : new Pacing(
                                    (int) Math.clamp(2L * pacing.atOnce, 1, Integer.MAX_VALUE),
                                    pacing.apart.dividedBy(2),
                                    pacing.shortest));
        }
    }

    /**
     * How downloads of this image are paced.
     *
     * @param atOnce the most at a time
     * @param apart how long after the beginning of one the next may begin
     * @param shortest that a download takes, since each may take only so many bytes a second
     */
    public record Pacing(int atOnce, Duration apart, Duration shortest) {}

    /**
     * Nodes that the forecast does not tell apart.
     *
     * @param place for a person, {@code /eu/no/osl-3}
     * @param times shared by cohorts that have the same windows
     * @param needed no permit when less is left of a window, without the guard time
     * @param install from the permit to the end
     * @param limits places in the list of limits
     */
    public record Cohort(
            String place,
            int wave,
            OpenTimes.Times times,
            Duration needed,
            Took install,
            Took download,
            List<Integer> limits,
            Standing standing) {
        public Cohort {
            limits = List.copyOf(limits);
        }
    }

    /**
     * How long something takes: half of it no longer than {@code p50}, 95 of 100 no longer than {@code p95}.
     *
     * @param samples that it was measured from; 0: assumed
     */
    public record Took(Duration p50, Duration p95, int samples) {
        /** The standard normal distribution's. */
        private static final double QUANTILE_95 = 1.6449;

        /** How far off an assumption may be, as a standard deviation of the logarithm. */
        private static final double ASSUMED = 0.35;

        /** Of the median of so many samples of a normal distribution, in standard deviations of a single one. */
        private static final double ERROR_OF_MEDIAN = 1.2533;

        /** How well the median is known, as a standard deviation of its logarithm. */
        double doubt() {
            return samples == 0 ? ASSUMED : ERROR_OF_MEDIAN * sigma() / Math.sqrt(samples);
        }

        double medianMillis() {
            return Math.max(1, p50.toMillis());
        }

        /** Of the lognormal distribution that has these two quantiles. */
        double sigma() {
            return Math.max(0, Math.log(Math.max(1, p95.toMillis()) / medianMillis()) / QUANTILE_95);
        }
    }

    /**
     * Where the nodes of a cohort stand.
     *
     * @param toDownload offered or downloading, and heard of lately
     * @param toDownloadAway the same, not heard of lately
     * @param ready downloaded, waiting for a permit, heard of lately
     * @param readyAway the same, not heard of lately
     * @param inFlight with a permit
     * @param inFlightFor how long they have had it, on average
     * @param silent on their way, but not heard of for so long that the forecast leaves them out
     */
    public record Standing(
            int toDownload,
            int toDownloadAway,
            int ready,
            int readyAway,
            int inFlight,
            Duration inFlightFor,
            int confirmed,
            int failed,
            int silent) {
        /** Those that have not come to an end, but for the silent ones. */
        public int underWay() {
            return toDownload + toDownloadAway + ready + readyAway + inFlight;
        }

        /** Those that a wave's gate counts, silent or not. */
        public int members() {
            return underWay() + confirmed + failed + silent;
        }
    }

    /**
     * What nodes usually do, as far as it was seen.
     *
     * @param finished updates that ended, of which {@code failed} badly
     * @param online nodes heard of lately, {@code away} not
     * @param meanAway how long a node is away on average; measured from {@code awaySamples}, 0: assumed
     */
    public record Habits(
            double finished, double failed, double online, double away, Duration meanAway, int awaySamples) {}
}

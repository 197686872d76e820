package org.maintenancemanager.core.campaign;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.guard.Cohort;

/**
 * What a campaign's guard has seen, and how close it is to stopping.
 *
 * @param baseline the failure rate that is accepted
 * @param baselineGiven whether the campaign says so itself; otherwise earlier campaigns taught it
 * @param evidence 1 says nothing, {@code needed} stops the campaign
 * @param maxInFlight the most permits at a time, lowered on suspicion
 * @param finished nodes that count, without held cohorts, since the start or the last restart
 * @param totalFinished all nodes that came to an end
 * @param restartedAt when an operator last resumed after a stop
 * @param cohorts the held ones first, then those with most evidence
 * @param history of the evidence, oldest first
 */
public record GuardView(
        boolean enabled,
        double baseline,
        boolean baselineGiven,
        double alpha,
        double evidence,
        double needed,
        int maxInFlight,
        int finished,
        int failures,
        int totalFinished,
        int totalFailures,
        int downloadFailures,
        @Nullable Instant restartedAt,
        List<CohortView> cohorts,
        List<Point> history) {
    public GuardView {
        cohorts = List.copyOf(cohorts);
        history = List.copyOf(history);
    }

    /**
     * @param name empty where hardware or source are unknown
     * @param label what a person calls it: the version of a source image, where the manager knows it
     * @param held null while its nodes go on
     */
    public record CohortView(
            Cohort.Kind kind,
            String name,
            String label,
            int finished,
            int failures,
            int downloadFailures,
            double evidence,
            @Nullable Held held) {}

    public record Held(Instant since, String by, String reason) {}

    public record Point(Instant at, int finished, int failures, double evidence) {}
}

package org.maintenancemanager.core.guard;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * Decides whether results condemn an image, or only one cohort of its nodes.
 *
 * <p>A cohort is blamed alone when it is condemned by its own results, and the others are not even half suspect: at least
 * {@value #OTHERS} of them, with a suspicion below one half. Otherwise the image is to blame.
 */
public final class Judge {
    /** Fewer of the others cannot acquit an image. */
    static final int OTHERS = 20;

    private Judge() {}

    /**
     * @param all results of the campaign, without cohorts that are held
     * @param failedUpdates of the campaign so far, those of held cohorts and of each attempt included
     * @param total results of the campaign, those of held cohorts included
     * @param cohorts that are not held, and in which something failed just now
     */
    public static Verdict judge(
            GuardRules rules, Tally all, long failedUpdates, Tally total, Collection<Cohort> cohorts) {
        if (rules.maxFailures() != null && failedUpdates >= rules.maxFailures()) {
            return new Verdict.Stop(Verdict.Cause.MAX_FAILURES);
        }
        if (rules.maxFailurePercent() != null
                && total.finished() >= rules.percentFrom()
                && total.failures() * 100.0 > rules.maxFailurePercent() * total.finished()) {
            return new Verdict.Stop(Verdict.Cause.MAX_FAILURE_PERCENT);
        }
        SequentialTest test = rules.test();
        if (test == null) {
            return new Verdict.GoOn();
        }
        Optional<Cohort> worst = rules.cohorts()
                ? cohorts.stream()
                        .filter(cohort -> test.condemns(
                                cohort.tally().finished(), cohort.tally().failures()))
                        .filter(cohort -> isAcquitted(test, all.without(cohort.tally())))
                        .max(Comparator.<Cohort>comparingDouble(cohort -> evidence(test, cohort.tally()))
                                .thenComparing(Cohort::kind)
                                .thenComparing(Cohort::name))
                : Optional.empty();
        if (worst.isPresent()) {
            return new Verdict.Hold(worst.get());
        }
        return test.condemns(all.finished(), all.failures())
                ? new Verdict.Stop(Verdict.Cause.GUARD)
                : new Verdict.GoOn();
    }

    private static boolean isAcquitted(SequentialTest test, Tally others) {
        return others.finished() >= OTHERS && test.suspicion(others.finished(), others.failures()) < 0.5;
    }

    private static double evidence(SequentialTest test, Tally tally) {
        return test.evidence(tally.finished(), tally.failures());
    }
}

package org.maintenancemanager.core.guard;

/** What follows from the results so far. */
public sealed interface Verdict {
    /** Nothing, but perhaps to go more slowly. */
    record GoOn() implements Verdict {}

    /** No node of this cohort may be touched any more; all others go on. */
    record Hold(Cohort cohort) implements Verdict {}

    /** No node of the campaign may be touched any more. */
    record Stop(Cause cause) implements Verdict {}

    /** Which rule stopped it. */
    enum Cause {
        /** The sequential test. */
        GUARD,
        MAX_FAILURES,
        MAX_FAILURE_PERCENT
    }
}

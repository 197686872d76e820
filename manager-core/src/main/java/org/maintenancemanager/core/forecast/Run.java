package org.maintenancemanager.core.forecast;

/**
 * How a campaign went once.
 *
 * @param end when the last node came to its end, in milliseconds since 1970; {@link #NEVER} where it did not
 * @param stoppedBy why it did not end
 * @param doneSeconds when each node came to its end, in seconds from the present, in order
 * @param waveOpened in milliseconds since 1970; {@link #NEVER} for those that did not open
 * @param cohortDone when the last node of each cohort came to its end; {@link #NEVER} where none did
 * @param saturated how long nodes waited in an open window, only because as many were in flight as may be, in milliseconds
 * @param refusals how often a node was refused because of each limit
 */
record Run(
        long end,
        Stop stoppedBy,
        int[] doneSeconds,
        long[] waveOpened,
        long[] cohortDone,
        long saturated,
        long[] refusals) {
    static final long NEVER = Long.MAX_VALUE;

    /** What keeps a campaign from ending. */
    enum Stop {
        NONE,
        /** It was not over at the end of the time that was looked at. */
        HORIZON,
        MAX_FAILURES,
        GUARD,
        /** A wave could not reach its share any more. */
        WAVE_GATE
    }
}

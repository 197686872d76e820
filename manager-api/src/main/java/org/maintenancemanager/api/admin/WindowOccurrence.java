package org.maintenancemanager.api.admin;

import java.time.Instant;

/**
 * One opening, {@code [startsAt, endsAt)}.
 *
 * @param localStartsAt the same instant on the wall clock, with its offset
 */
public record WindowOccurrence(
        Instant startsAt, Instant endsAt, String localStartsAt, String localEndsAt, ClockChange clockChange) {
    /** What a change of the clocks does to it. */
    public enum ClockChange {
        NONE,
        /** The time does not exist on that day; it starts at the first instant after the gap. */
        START_MOVED,
        /** The time exists twice on that day; the earlier one counts. */
        START_AMBIGUOUS,
        /** The clocks change before its end; the duration is elapsed time all the same. */
        INSIDE
    }
}

package org.maintenancemanager.core.window;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The effective windows of one group of nodes: the union of all PERMITs that apply, minus all FREEZEs, as half-open
 * intervals. Immutable, shared by all nodes of the group, answers from memory in microseconds.
 */
public interface Schedule {
    /** Whether any window applies at all; if not, the reason is {@code NO_WINDOW}. */
    boolean hasWindow();

    /** The effective interval that holds {@code now}, if the schedule is open then. */
    Optional<Opening> openAt(Instant now);

    /** The first opening that starts after {@code now}, within a year. */
    Optional<Opening> nextAfter(Instant now);

    /** The freeze that holds at {@code now} and would otherwise be an open window, with its end. */
    Optional<Opening> frozenAt(Instant now);

    /** The same schedule with more time in it. */
    Schedule overridden(WindowOverride override);

    /**
     * One effective interval {@code [start, end)}. Windows that touch or overlap make one. Of such a chain the start is at
     * most 8 days and the end at most a year away from the instant asked for.
     *
     * @param windowId null where an override opens it
     * @param windowName the name of the window (or freeze) that it comes from; the first, where several overlap
     */
    record Opening(@Nullable WindowId windowId, String windowName, Instant start, Instant end) {
        public Duration rest(Instant now) {
            return Duration.between(now, end);
        }
    }
}

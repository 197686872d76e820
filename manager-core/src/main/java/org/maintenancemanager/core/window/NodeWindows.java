package org.maintenancemanager.core.window;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.maintenancemanager.core.node.NodeId;

/**
 * When one node may be disturbed, and why.
 *
 * @param zone of the node
 * @param ownZone whether the zone is the node's own, else it is its site's
 * @param windows and freezes that apply to it
 * @param state now
 * @param openAt the opening that holds now
 * @param next the first opening that starts after now, within a year
 * @param openings effective ones that share an instant with the time asked for, by their start
 * @param frozen what freezes took away then, with the freeze's name
 * @param truncated whether openings or freezes were left out
 */
public record NodeWindows(
        NodeId node,
        ZoneId zone,
        boolean ownZone,
        Instant from,
        Instant until,
        List<WindowDefinition> windows,
        State state,
        Optional<Schedule.Opening> openAt,
        Optional<Schedule.Opening> next,
        List<Schedule.Opening> openings,
        List<Schedule.Opening> frozen,
        boolean truncated) {
    public NodeWindows {
        windows = List.copyOf(windows);
        openings = List.copyOf(openings);
        frozen = List.copyOf(frozen);
    }

    /** Whether it may be disturbed now. */
    public enum State {
        OPEN,
        CLOSED,
        /** A freeze takes away a window that would be open. */
        FROZEN,
        /** No PERMIT applies. */
        NO_WINDOW,
        /** None of its windows opens within a year. */
        NEVER_OPENS
    }

    static State state(Schedule schedule, Instant now) {
        if (!schedule.hasWindow()) {
            return State.NO_WINDOW;
        }
        if (schedule.openAt(now).isPresent()) {
            return State.OPEN;
        }
        if (schedule.frozenAt(now).isPresent()) {
            return State.FROZEN;
        }
        return schedule.nextAfter(now).isPresent() ? State.CLOSED : State.NEVER_OPENS;
    }
}

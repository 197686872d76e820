package org.maintenancemanager.core.window;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.maintenancemanager.core.window.Recurrences.Occurrence;
import org.maintenancemanager.core.window.Schedules.Group;
import org.maintenancemanager.core.window.WindowDefinition.Kind;

/**
 * What windows come to between two instants, for many groups of nodes: each window is expanded once in each zone. Made for one
 * question and used by one thread.
 */
final class Expansion {
    /** A freeze that begins or ends outside the span may cut an opening that reaches out of it. */
    private static final long MARGIN = Duration.ofDays(8).toMillis();

    private final Schedules schedules;
    private final long from;
    private final long until;
    private final Map<Placed, List<Occurrence>> expanded = new HashMap<>();

    Expansion(Schedules schedules, Instant from, Instant until) {
        this.schedules = schedules;
        this.from = from.toEpochMilli();
        this.until = until.toEpochMilli();
    }

    /**
     * What the windows of one group come to.
     *
     * @param windows that the sources of the intervals are places in
     * @param open permits minus freezes, each whole, though it reaches out of the span
     * @param frozen what freezes took away, with the freeze as the source
     */
    record Openings(List<WindowDefinition> windows, Intervals open, Intervals frozen) {}

    Openings of(Group group) {
        List<WindowDefinition> windows = schedules.windowsOf(group);
        ZoneId zone = group.zoneId().orElse(null);
        if (zone == null) {
            return new Openings(windows, Intervals.NONE, Intervals.NONE);
        }
        Intervals permitted = united(windows, zone, Kind.PERMIT);
        if (permitted.size() == 0) {
            return new Openings(windows, Intervals.NONE, Intervals.NONE);
        }
        Intervals frozen = united(windows, zone, Kind.FREEZE);
        Intervals open = within(permitted.minus(frozen).joined());
        Intervals taken = within(frozen.minus(frozen.minus(permitted)));
        return new Openings(windows, open, taken);
    }

    /** All occurrences of one window that share an instant with the span. */
    List<Occurrence> of(WindowDefinition window, ZoneId nodeZone) {
        ZoneId zone = window.zoneAt(nodeZone);
        long margin = window.kind() == Kind.FREEZE ? MARGIN : 0;
        return expanded.computeIfAbsent(
                new Placed(window.id(), zone),
                placed -> Recurrences.between(window, zone, from - margin, until + margin));
    }

    private Intervals united(List<WindowDefinition> windows, ZoneId zone, Kind kind) {
        List<Intervals.Interval> intervals = new ArrayList<>();
        for (int i = 0; i < windows.size(); i++) {
            if (windows.get(i).kind() == kind) {
                for (Occurrence occurrence : of(windows.get(i), zone)) {
                    intervals.add(new Intervals.Interval(occurrence.start(), occurrence.end(), i));
                }
            }
        }
        return Intervals.union(intervals);
    }

    private Intervals within(Intervals intervals) {
        return intervals.sharing(from, until);
    }

    /** A window in one zone. */
    record Placed(WindowId window, ZoneId zone) {}
}

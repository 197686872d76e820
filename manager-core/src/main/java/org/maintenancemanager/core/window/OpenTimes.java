package org.maintenancemanager.core.window;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.node.Selectable;
import org.maintenancemanager.core.window.Expansion.Openings;
import org.maintenancemanager.core.window.Recurrences.Occurrence;
import org.maintenancemanager.core.window.Schedules.Group;
import org.maintenancemanager.core.window.WindowDefinition.Kind;

/**
 * When nodes may be disturbed between two instants, for whoever looks far ahead for many: each window is expanded once in
 * each zone, and nodes that no window tells apart share one answer. Made for one question and used by one thread.
 */
public final class OpenTimes {
    private final Schedules schedules;
    private final Instant from;
    private final Instant until;
    private final Expansion expansion;
    private final @Nullable WindowOverride override;
    private final Map<Group, Times> found = new HashMap<>();

    /** @param override leave to disturb nodes outside of their windows, while it holds */
    public OpenTimes(Schedules schedules, Instant from, Instant until, @Nullable WindowOverride override) {
        this.schedules = schedules;
        this.from = from;
        this.until = until;
        this.expansion = new Expansion(schedules, from, until);
        this.override = override;
    }

    /** The same object for all nodes that no window tells apart. */
    public Times of(Selectable node) {
        return found.computeIfAbsent(schedules.group(node), this::times);
    }

    private Times times(Group group) {
        Openings openings = expansion.of(group);
        List<String> names = new ArrayList<>();
        boolean hasWindow = false;
        for (WindowDefinition window : openings.windows()) {
            names.add(window.name());
            hasWindow |= window.kind() == Kind.PERMIT;
        }
        Intervals open = openings.open();
        WindowOverride leave = override;
        if (leave != null && leave.until().isAfter(from) && leave.since().isBefore(until)) {
            open = with(leave, openings, group.zoneId().orElse(ZoneOffset.UTC), names.size());
            names.add(leave.name());
            hasWindow = true;
        }
        return new Times(open, openings.frozen(), names, hasWindow);
    }

    private Intervals with(WindowOverride leave, Openings openings, ZoneId zone, int source) {
        Intervals leaveTime = Intervals.union(List.of(new Intervals.Interval(
                leave.since().toEpochMilli(), leave.until().toEpochMilli(), source)));
        List<Intervals.Interval> freezes = new ArrayList<>();
        for (WindowDefinition window : openings.windows()) {
            if (window.kind() == Kind.FREEZE && !leave.freezes().contains(window.id())) {
                for (Occurrence occurrence : expansion.of(window, zone)) {
                    freezes.add(new Intervals.Interval(occurrence.start(), occurrence.end(), 0));
                }
            }
        }
        List<Intervals.Interval> all = new ArrayList<>();
        add(all, openings.open());
        add(all, leaveTime.minus(Intervals.union(freezes)));
        return Intervals.union(all).joined();
    }

    private static void add(List<Intervals.Interval> list, Intervals intervals) {
        for (int i = 0; i < intervals.size(); i++) {
            list.add(new Intervals.Interval(intervals.start(i), intervals.end(i), intervals.source(i)));
        }
    }

    /** The openings of nodes that no window tells apart, in order, in milliseconds since 1970. */
    public static final class Times {
        private final Intervals open;
        private final Intervals frozen;
        private final Intervals whollyFrozen;
        private final List<String> names;
        private final boolean hasWindow;

        private Times(Intervals open, Intervals frozen, List<String> names, boolean hasWindow) {
            this.open = open;
            this.frozen = frozen;
            this.whollyFrozen = apart(frozen, open);
            this.names = List.copyOf(names);
            this.hasWindow = hasWindow;
        }

        /** Those that no other touches. */
        private static Intervals apart(Intervals intervals, Intervals others) {
            List<Intervals.Interval> apart = new ArrayList<>();
            for (int i = 0; i < intervals.size(); i++) {
                int next = others.after(intervals.start(i) - 1);
                boolean before = next > 0 && others.end(next - 1) >= intervals.start(i);
                boolean behind = next < others.size() && others.start(next) <= intervals.end(i);
                if (!before && !behind) {
                    apart.add(new Intervals.Interval(intervals.start(i), intervals.end(i), intervals.source(i)));
                }
            }
            return Intervals.union(apart);
        }

        /** Whether any window applies, though it may not open between the two instants. */
        public boolean hasWindow() {
            return hasWindow;
        }

        /** Whether a freeze takes away some of the time that a window would be open. */
        public boolean isFrozen() {
            return frozen.size() > 0;
        }

        /** Times that a window would be open but for a freeze; those that leave something of an opening are left out. */
        public int frozenSize() {
            return whollyFrozen.size();
        }

        public long frozenStart(int index) {
            return whollyFrozen.start(index);
        }

        public long frozenEnd(int index) {
            return whollyFrozen.end(index);
        }

        /** The name of the freeze. */
        public String freezeName(int index) {
            return names.get(whollyFrozen.source(index));
        }

        public int size() {
            return open.size();
        }

        /** When the opening begins; it may lie before the first of the two instants. */
        public long start(int index) {
            return open.start(index);
        }

        /** When the opening ends; it may lie behind the second of the two instants. */
        public long end(int index) {
            return open.end(index);
        }

        /** The name of the window that it comes from; the first, where several overlap. */
        public String windowName(int index) {
            return names.get(open.source(index));
        }
    }
}

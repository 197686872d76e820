package org.maintenancemanager.core.window;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.window.Recurrences.Occurrence;
import org.maintenancemanager.core.window.WindowDefinition.FixedZone;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDefinition.OneShot;
import org.maintenancemanager.core.window.WindowDefinition.Tenant;

/**
 * Permits united, minus freezes. Only some weeks around the present are worked out, and again when the present moves out of
 * them; answers within them come from arrays.
 */
final class MergedSchedule implements Schedule {
    private static final long DAY = Duration.ofDays(1).toMillis();

    /** Covers the longest window, so that one that is open now is seen from its start. */
    private static final long BACK = 8 * DAY;

    /** After this many days the weeks around the present are worked out again. */
    private static final long USED_FOR = 10 * DAY;

    private static final long AHEAD = 40 * DAY;
    private static final long YEAR = 366 * DAY;

    /** What lies further ahead is searched in steps of this length, and only the find is kept. */
    private static final long SEARCH_STEP = 61 * DAY;

    /** Few campaigns have one at the same time; those that have ended need not be kept. */
    private static final int OVERRIDES_KEPT = 8;

    private final List<Part> parts;
    private final boolean hasWindow;

    private volatile @Nullable Present present;
    private final Map<WindowOverride, Schedule> overridden = new ConcurrentHashMap<>();

    MergedSchedule(List<Part> parts) {
        this.parts = List.copyOf(parts);
        this.hasWindow = parts.stream().anyMatch(part -> part.window.kind() == Kind.PERMIT);
    }

    /** @param zone where the window's times are meant */
    record Part(WindowDefinition window, ZoneId zone) {}

    @Override
    public Schedule overridden(WindowOverride override) {
        boolean isForThese = override.windows().isEmpty()
                || parts.stream()
                        .anyMatch(part -> part.window.kind() == Kind.PERMIT
                                && override.windows().contains(part.window.id()));
        if (!isForThese) {
            return this;
        }
        if (overridden.size() > OVERRIDES_KEPT) {
            overridden.clear();
        }
        return overridden.computeIfAbsent(override, by -> new MergedSchedule(with(by)));
    }

    private List<Part> with(WindowOverride override) {
        List<Part> all = new ArrayList<>();
        for (Part part : parts) {
            if (part.window.kind() != Kind.FREEZE || !override.freezes().contains(part.window.id())) {
                all.add(part);
            }
        }
        // In UTC, since it begins and ends for all nodes at the same time.
        all.add(new Part(
                new WindowDefinition(
                        new WindowId(override.id()),
                        override.name(),
                        Kind.PERMIT,
                        new OneShot(
                                LocalDateTime.ofInstant(override.since(), ZoneOffset.UTC),
                                LocalDateTime.ofInstant(override.until(), ZoneOffset.UTC)),
                        new FixedZone(ZoneOffset.UTC),
                        new Tenant(),
                        true,
                        null,
                        null),
                ZoneOffset.UTC));
        return all;
    }

    @Override
    public boolean hasWindow() {
        return hasWindow;
    }

    @Override
    public Optional<Opening> openAt(Instant now) {
        if (!hasWindow) {
            return Optional.empty();
        }
        long millis = now.toEpochMilli();
        Present at = presentAt(millis);
        int index = at.open.holding(millis);
        return index < 0 ? Optional.empty() : at.opening(index);
    }

    @Override
    public Optional<Opening> nextAfter(Instant now) {
        if (!hasWindow) {
            return Optional.empty();
        }
        long millis = now.toEpochMilli();
        Present at = presentAt(millis);
        int index = at.open.after(millis);
        if (index < at.open.size()) {
            return at.opening(index);
        }
        Optional<Opening> later = at.later();
        return later.isPresent() && later.get().start().toEpochMilli() > millis + YEAR ? Optional.empty() : later;
    }

    @Override
    public Optional<Opening> frozenAt(Instant now) {
        if (!hasWindow) {
            return Optional.empty();
        }
        long millis = now.toEpochMilli();
        Present at = presentAt(millis);
        int freeze = at.frozen.holding(millis);
        return freeze < 0 || at.permitted.holding(millis) < 0
                ? Optional.empty()
                : Optional.of(opening(at.frozen, freeze));
    }

    private Present presentAt(long millis) {
        Present at = present;
        if (at != null && at.isFor(millis)) {
            return at;
        }
        synchronized (this) {
            at = present;
            if (at == null || !at.isFor(millis)) {
                at = new Present(millis);
                present = at;
            }
            return at;
        }
    }

    private Opening opening(Intervals intervals, int index) {
        WindowDefinition window = parts.get(intervals.source(index)).window;
        return new Opening(
                window.id(),
                window.name(),
                Instant.ofEpochMilli(intervals.start(index)),
                Instant.ofEpochMilli(intervals.end(index)));
    }

    private Intervals intervals(Kind kind, long from, long to) {
        List<Intervals.Interval> intervals = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            if (part.window.kind() == kind) {
                for (Occurrence occurrence : Recurrences.between(part.window, part.zone, from, to)) {
                    intervals.add(new Intervals.Interval(occurrence.start(), occurrence.end(), i));
                }
            }
        }
        return Intervals.union(intervals);
    }

    /** The weeks around one day. */
    private final class Present {
        private final long usedFrom;
        private final long usedUntil;
        /** Everything that starts before this is known. */
        private final long horizon;

        private final Intervals permitted;
        private final Intervals frozen;
        private final Intervals open;
        /** Made when first asked for, then shared. Two threads may make the same one. */
        private final AtomicReferenceArray<@Nullable Optional<Opening>> openings;

        private volatile @Nullable Optional<Opening> later;

        Present(long millis) {
            long day = Math.floorDiv(millis, DAY) * DAY;
            usedFrom = day - DAY;
            usedUntil = day + USED_FOR;
            long to = day + AHEAD;
            Intervals permits = intervals(Kind.PERMIT, day - BACK, to);
            Intervals freezes = intervals(Kind.FREEZE, day - BACK, to);
            // Windows that follow each other without a gap make one opening: look on until it ends, for a year at most.
            while (to < day + YEAR && (reaches(permits, to) || reaches(freezes, to))) {
                to = Math.min(to + SEARCH_STEP, day + YEAR);
                permits = intervals(Kind.PERMIT, day - BACK, to);
                freezes = intervals(Kind.FREEZE, day - BACK, to);
            }
            horizon = to;
            permitted = permits.joined();
            frozen = freezes.joined();
            open = permits.minus(freezes).joined();
            openings = new AtomicReferenceArray<>(open.size());
        }

        private static boolean reaches(Intervals intervals, long to) {
            return intervals.size() > 0 && intervals.end(intervals.size() - 1) >= to;
        }

        boolean isFor(long millis) {
            return usedFrom <= millis && millis < usedUntil;
        }

        Optional<Opening> opening(int index) {
            Optional<Opening> known = openings.get(index);
            if (known == null) {
                known = Optional.of(MergedSchedule.this.opening(open, index));
                openings.set(index, known);
            }
            return known;
        }

        /** The first opening behind the horizon; none if there is none within a year of any instant of these weeks. */
        Optional<Opening> later() {
            Optional<Opening> known = later;
            if (known == null) {
                known = search();
                later = known;
            }
            return known;
        }

        private Optional<Opening> search() {
            for (long from = horizon; from < usedUntil + YEAR; from += SEARCH_STEP) {
                long to = from + SEARCH_STEP;
                Intervals found = intervals(Kind.PERMIT, from - BACK, to + BACK)
                        .minus(intervals(Kind.FREEZE, from - BACK, to + BACK))
                        .joined();
                int index = found.after(from - 1);
                if (index < found.size() && found.start(index) < to) {
                    return Optional.of(MergedSchedule.this.opening(found, index));
                }
            }
            return Optional.empty();
        }
    }
}

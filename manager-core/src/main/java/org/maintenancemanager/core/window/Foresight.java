package org.maintenancemanager.core.window;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.window.Expansion.Placed;
import org.maintenancemanager.core.window.Recurrences.Occurrence;
import org.maintenancemanager.core.window.Schedules.Group;

/** The next openings of groups, seen from one instant: quick for those that open within days. */
final class Foresight {
    private static final Duration NEAR = Duration.ofDays(8);
    private static final Duration YEAR = Duration.ofDays(366);

    private final Schedules schedules;
    private final Instant now;
    private final Expansion near;
    private final Map<Group, Optional<Instant>> found = new HashMap<>();
    private final Map<WindowDefinition, Boolean> over = new HashMap<>();
    private final Map<Placed, Optional<Instant>> starts = new HashMap<>();

    Foresight(Schedules schedules, Instant now) {
        this.schedules = schedules;
        this.now = now;
        this.near = new Expansion(schedules, now, now.plus(NEAR));
    }

    /** The start of the opening that holds now, else of the first one after; empty if there is none within a year. */
    Optional<Instant> next(Group group) {
        return found.computeIfAbsent(group, this::search);
    }

    private Optional<Instant> search(Group group) {
        Intervals open = near.of(group).open();
        if (open.size() > 0) {
            return Optional.of(Instant.ofEpochMilli(open.start(0)));
        }
        return schedules.of(group).nextAfter(now).map(Schedule.Opening::start);
    }

    /** The next start of one window by itself, or of its occurrence that holds now; null if none within a year. */
    @Nullable
    Instant nextStart(WindowDefinition window, ZoneId nodeZone) {
        ZoneId zone = window.zoneAt(nodeZone);
        return starts.computeIfAbsent(new Placed(window.id(), zone), placed -> startOf(window, zone))
                .orElse(null);
    }

    private Optional<Instant> startOf(WindowDefinition window, ZoneId zone) {
        long millis = now.toEpochMilli();
        return near.of(window, zone).stream()
                .filter(occurrence -> occurrence.end() > millis)
                .map(Occurrence::start)
                .findFirst()
                .or(() -> Recurrences.between(
                                window, zone, millis, now.plus(YEAR).toEpochMilli())
                        .stream()
                        .map(Occurrence::start)
                        .findFirst())
                .map(Instant::ofEpochMilli);
    }

    /** Whether it does not open in the next ten years, in any zone. */
    boolean isOver(WindowDefinition window) {
        return over.computeIfAbsent(
                window,
                asked -> WindowLint.of(asked, ZoneOffset.UTC, List.of(), now)
                        .findings()
                        .contains(WindowLint.Finding.NEVER_OPENS));
    }
}

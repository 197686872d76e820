package org.maintenancemanager.core.window;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import org.dmfs.rfc5545.DateTime;
import org.dmfs.rfc5545.recur.InvalidRecurrenceRuleException;
import org.dmfs.rfc5545.recur.RecurrenceRule;
import org.dmfs.rfc5545.recur.RecurrenceRule.RfcMode;
import org.dmfs.rfc5545.recur.RecurrenceRuleIterator;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.window.WindowDefinition.Cron;
import org.maintenancemanager.core.window.WindowDefinition.OneShot;
import org.maintenancemanager.core.window.WindowDefinition.RRule;
import org.maintenancemanager.core.window.WindowDefinition.Weekly;

/**
 * Turns recurrences into instants, in two steps that are never mixed: the rule is expanded on the wall clock, where no hour
 * is missing or doubled, and each start is then looked up in the zone. A start in a gap of the clock moves forward to the
 * first instant behind the gap; one in an overlap is the earlier of the two, once. Durations are elapsed time.
 */
final class Recurrences {
    private static final long SECOND = 1000;
    private static final long DAY = Duration.ofDays(1).toMillis();

    /** Wall clocks are at most 18 hours from UTC, and one zone once skipped a whole day. */
    private static final long CLOCK_SLACK = 2 * DAY;

    /** The library counts years wrongly long before its numbers end. */
    private static final long END_OF_TIME =
            LocalDateTime.of(2300, 1, 1, 0, 0).toInstant(ZoneOffset.UTC).toEpochMilli();

    /** Cron has no beginning; long before any window. */
    private static final LocalDateTime CRON_START = LocalDateTime.of(2000, 1, 1, 0, 0);

    private Recurrences() {}

    /**
     * One occurrence {@code [start, end)}, in milliseconds since 1970.
     *
     * @param wallClock the start that the definition names, as if it were UTC
     */
    record Occurrence(long start, long end, long wallClock) {}

    /**
     * All occurrences that share an instant with {@code [from, to)}, by their start, no two with the same one.
     *
     * @param zone where the window's times are meant; for a fixed zone, that one
     */
    static List<Occurrence> between(WindowDefinition window, ZoneId zone, long from, long to) {
        long first = window.validFrom() == null
                ? from
                : Math.max(from, window.validFrom().toEpochMilli());
        long last = window.validUntil() == null
                ? to
                : Math.min(to, window.validUntil().toEpochMilli());
        if (first >= last) {
            return List.of();
        }
        ZoneRules rules = zone.getRules();
        List<Occurrence> found = new ArrayList<>();
        switch (window.recurrence()) {
            case OneShot oneShot -> {
                long wallClock = wallClock(oneShot.start());
                long start = instant(wallClock, rules);
                long end = instant(wallClock(oneShot.end()), rules);
                addClipped(found, window, new Occurrence(start, end, wallClock), first, last);
            }
            case Weekly weekly -> addAll(found, window, asRule(weekly), zone, first, last);
            case RRule rule -> addAll(found, window, rule, zone, first, last);
            case Cron cron -> asRules(cron).forEach(rule -> addAll(found, window, rule, zone, first, last));
        }
        return distinct(found);
    }

    /**
     * In order, and each start once: two rules of one expression may name the same day, and two starts in one gap of the clock
     * move to the same instant. Of such the longest counts.
     */
    private static List<Occurrence> distinct(List<Occurrence> found) {
        found.sort(Comparator.comparingLong(Occurrence::start)
                .thenComparing(Comparator.comparingLong(Occurrence::end).reversed())
                .thenComparingLong(Occurrence::wallClock));
        List<Occurrence> distinct = new ArrayList<>(found.size());
        for (Occurrence occurrence : found) {
            if (distinct.isEmpty() || distinct.getLast().start < occurrence.start) {
                distinct.add(occurrence);
            }
        }
        return distinct;
    }

    private static void addAll(
            List<Occurrence> found, WindowDefinition window, RRule rule, ZoneId zone, long from, long to) {
        ZoneRules rules = zone.getRules();
        long millis = rule.duration().toMillis();
        forEachStart(rule, zone, from - millis - CLOCK_SLACK, wallClock -> {
            if (wallClock >= to + CLOCK_SLACK) {
                return false;
            }
            long start = instant(wallClock, rules);
            long end = rule.wholeDays() ? instant(wallClock + millis, rules) : start + millis;
            addClipped(found, window, new Occurrence(start, end, wallClock), from, to);
            return true;
        });
    }

    private static void addClipped(
            List<Occurrence> found, WindowDefinition window, Occurrence occurrence, long from, long to) {
        long start = window.validFrom() == null
                ? occurrence.start
                : Math.max(occurrence.start, window.validFrom().toEpochMilli());
        long end = window.validUntil() == null
                ? occurrence.end
                : Math.min(occurrence.end, window.validUntil().toEpochMilli());
        if (start < end && start < to && end > from) {
            found.add(new Occurrence(start, end, occurrence.wallClock));
        }
    }

    static RRule asRule(Weekly weekly) {
        String days =
                weekly.days().stream().sorted().map(Recurrences::twoLetters).collect(Collectors.joining(","));
        String rule = "FREQ=WEEKLY;INTERVAL=%d;WKST=MO;BYDAY=%s".formatted(weekly.interval(), days);
        return new RRule(weekly.start(), rule, List.of(), List.of(), weekly.duration());
    }

    /** @param twoLetters as RFC 5545 names a day of the week */
    static DayOfWeek dayOf(String twoLetters) {
        for (DayOfWeek day : DayOfWeek.values()) {
            if (twoLetters(day).equals(twoLetters)) {
                return day;
            }
        }
        throw new IllegalArgumentException("expected a day of the week in two letters, found " + twoLetters);
    }

    /** @param cron one that was checked before */
    static List<RRule> asRules(Cron cron) {
        try {
            return CronForm.parse(cron.expression()).rules().stream()
                    .map(rule -> new RRule(CRON_START, rule, List.of(), List.of(), cron.duration()))
                    .toList();
        } catch (CronForm.Unreadable e) {
            throw new IllegalStateException(
                    "expected an expression that passed validate(), found " + cron.expression(), e);
        }
    }

    private static String twoLetters(DayOfWeek day) {
        return day.name().substring(0, 2);
    }

    /** How often rules fire in the year after the first time of each, counting no further than the limit each. */
    static int countInFirstYear(List<RRule> rules, int limit) {
        Set<Long> starts = new HashSet<>();
        for (RRule rule : rules) {
            var counter = new Object() {
                long first = Long.MIN_VALUE;
                int count = 0;
            };
            forEachStart(rule, ZoneOffset.UTC, Long.MIN_VALUE, wallClock -> {
                if (counter.first == Long.MIN_VALUE) {
                    counter.first = wallClock;
                }
                if (wallClock >= counter.first + 366 * DAY) {
                    return false;
                }
                starts.add(wallClock);
                return ++counter.count < limit;
            });
        }
        return starts.size();
    }

    static RecurrenceRule parse(String rule) throws InvalidRecurrenceRuleException {
        return new RecurrenceRule(rule, RfcMode.RFC5545_STRICT);
    }

    /**
     * Starts on the wall clock from {@code from} on, in order, until the visitor has enough.
     *
     * @param zone for an UNTIL that is given in UTC
     */
    private static void forEachStart(RRule rule, ZoneId zone, long from, LongPredicate visitor) {
        Set<Long> excluded = rule.exdates().stream().map(Recurrences::wallClock).collect(Collectors.toSet());
        TreeSet<Long> added = rule.rdates().stream()
                .map(Recurrences::wallClock)
                .filter(wallClock -> wallClock >= from)
                .collect(Collectors.toCollection(TreeSet::new));
        RecurrenceRuleIterator starts = iterator(rule, zone, from);
        long previous = Long.MIN_VALUE;
        for (long next = next(starts); next > previous && next < END_OF_TIME; next = next(starts)) {
            previous = next;
            while (!added.isEmpty() && added.first() <= next) {
                long addedStart = added.removeFirst();
                if (addedStart < next && !excluded.contains(addedStart) && !visitor.test(addedStart)) {
                    return;
                }
            }
            if (!excluded.contains(next) && !visitor.test(next)) {
                return;
            }
        }
        for (long addedStart : added) {
            if (addedStart > previous && !excluded.contains(addedStart) && !visitor.test(addedStart)) {
                return;
            }
        }
    }

    /** The next start; {@link Long#MIN_VALUE} behind the last. */
    private static long next(@Nullable RecurrenceRuleIterator starts) {
        try {
            return starts != null && starts.hasNext() ? starts.nextMillis() : Long.MIN_VALUE;
        } catch (IllegalArgumentException searchedLongEnough) {
            return Long.MIN_VALUE;
        }
    }

    /** Null when the library finds that the rule never fires. */
    private static @Nullable RecurrenceRuleIterator iterator(RRule recurrence, ZoneId zone, long from) {
        RecurrenceRule rule;
        try {
            rule = parse(recurrence.rule());
        } catch (InvalidRecurrenceRuleException e) {
            throw new IllegalStateException("expected a rule that passed validate(), found " + recurrence.rule(), e);
        }
        DateTime until = rule.getUntil();
        if (until != null) {
            rule.setUntil(onWallClock(until, zone));
        }
        try {
            RecurrenceRuleIterator starts = rule.iterator(dateTime(recurrence.start()));
            if (from > wallClock(recurrence.start())) {
                starts.fastForward(from);
            }
            return starts;
        } catch (IllegalArgumentException searchedLongEnough) {
            return null;
        }
    }

    /** The start has no zone, so the end must have none; a mere date means the whole of that day. */
    private static DateTime onWallClock(DateTime until, ZoneId zone) {
        if (until.isAllDay()) {
            return new DateTime(until.getYear(), until.getMonth(), until.getDayOfMonth(), 23, 59, 59);
        }
        return until.isFloating()
                ? until
                : dateTime(LocalDateTime.ofInstant(Instant.ofEpochMilli(until.getTimestamp()), zone));
    }

    private static DateTime dateTime(LocalDateTime time) {
        return new DateTime(
                time.getYear(),
                time.getMonthValue() - 1,
                time.getDayOfMonth(),
                time.getHour(),
                time.getMinute(),
                time.getSecond());
    }

    private static long wallClock(LocalDateTime time) {
        return time.toEpochSecond(ZoneOffset.UTC) * SECOND;
    }

    private static long instant(long wallClock, ZoneRules rules) {
        LocalDateTime local = LocalDateTime.ofEpochSecond(Math.floorDiv(wallClock, SECOND), 0, ZoneOffset.UTC);
        List<ZoneOffset> offsets = rules.getValidOffsets(local);
        if (offsets.isEmpty()) {
            ZoneOffsetTransition gap = rules.getTransition(local);
            return gap.toEpochSecond() * SECOND;
        }
        return local.toEpochSecond(offsets.getFirst()) * SECOND;
    }
}

package org.maintenancemanager.core.calendar;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.calendar.CalendarFile.Event;
import org.maintenancemanager.core.calendar.CalendarFile.Property;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.window.WindowDefinition;
import org.maintenancemanager.core.window.WindowDefinition.FixedZone;
import org.maintenancemanager.core.window.WindowDefinition.OneShot;
import org.maintenancemanager.core.window.WindowDefinition.RRule;
import org.maintenancemanager.core.window.WindowDefinition.Recurrence;
import org.maintenancemanager.core.window.WindowDefinition.Zone;
import org.maintenancemanager.core.window.WindowId;

/**
 * Turns the events of a file into windows. All or nothing: an event that cannot be kept exactly refuses the file, since a
 * holiday that is silently missing is worse than one that was known before.
 *
 * <p>Whole days, and times without a zone, are meant in the calendar's zone. A day lasts from midnight to midnight of the wall
 * clock, also when a change of the clocks makes it 23 or 25 hours long.
 */
final class EventWindows {
    private static final int MAX_NAME = 200;

    /** Of all events together: schedules work out some weeks of each window for each group of nodes. */
    private static final int MAX_STARTS_A_YEAR = 100_000;

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuuMMdd", Locale.ROOT);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss", Locale.ROOT);

    /** What has been over for as long as this is of no use to anybody. */
    private static final Duration KEPT = Duration.ofDays(31);

    /** Of all windows but their name, recurrence and zone. */
    private final WindowDefinition like;

    private final Instant now;
    private final Set<String> names = new HashSet<>();
    private int starts;

    private EventWindows(WindowDefinition like, Instant now) {
        this.like = like;
        this.now = now;
    }

    /**
     * The windows of a calendar, by what names their event in all of its versions.
     *
     * @param like a window of the calendar's name, kind, zone and target
     * @throws UnreadableCalendar if an event cannot be kept
     */
    static Map<String, WindowDefinition> of(String content, WindowDefinition like, Instant now) {
        return new EventWindows(like, now).windows(CalendarFile.events(content));
    }

    /** A time as the file says it. */
    private record Time(LocalDateTime wallClock, Zone zone, boolean wholeDay) {
        Instant instant() {
            ZoneId place = zone instanceof FixedZone fixed ? fixed.id() : ZoneOffset.UTC;
            return wallClock.atZone(place).toInstant();
        }

        /** The same instant on the wall clock of another time's zone. */
        LocalDateTime in(Zone other) {
            return zone.equals(other) || !(zone instanceof FixedZone) || !(other instanceof FixedZone there)
                    ? wallClock
                    : LocalDateTime.ofInstant(instant(), there.id());
        }
    }

    private Map<String, WindowDefinition> windows(List<Event> events) {
        Map<String, List<Event>> changed = new HashMap<>();
        for (Event event : events) {
            if (event.one("RECURRENCE-ID") != null) {
                changed.computeIfAbsent(event.text("UID"), uid -> new ArrayList<>())
                        .add(event);
            }
        }
        Map<String, WindowDefinition> windows = new LinkedHashMap<>();
        for (Event event : events) {
            boolean isChange = event.one("RECURRENCE-ID") != null;
            if (isCancelled(event)) {
                continue;
            }
            if (event.text("UID").isEmpty()) {
                throw new UnreadableCalendar(event.named() + " has no UID.");
            }
            String key = isChange ? event.text("UID") + " " + changes(event) : event.text("UID");
            WindowDefinition window =
                    window(event, isChange ? List.of() : changed.getOrDefault(event.text("UID"), List.of()));
            if (window != null && windows.put(key, window) != null) {
                throw new UnreadableCalendar(event.named() + " is there twice.");
            }
        }
        return windows;
    }

    private static boolean isCancelled(Event event) {
        return event.text("STATUS").equalsIgnoreCase("CANCELLED");
    }

    private static String changes(Event event) {
        Property changes = event.one("RECURRENCE-ID");
        return changes == null ? "" : changes.value();
    }

    /** Null for what is over. */
    private @Nullable WindowDefinition window(Event event, List<Event> changedInstances) {
        Time start = time(event, "DTSTART");
        if (start == null) {
            throw new UnreadableCalendar(event.named() + " has no DTSTART.");
        }
        Time end = end(event, start);
        if (!event.all("EXRULE").isEmpty() || event.all("RRULE").size() > 1) {
            throw new UnreadableCalendar(
                    event.named() + " has an EXRULE or several RRULEs; split it into events with one RRULE each.");
        }
        Property rule = event.one("RRULE");
        boolean recurs = rule != null || !event.all("RDATE").isEmpty();
        Recurrence recurrence = recurs
                ? recurring(event, start, end, changedInstances)
                : new OneShot(start.wallClock, end.in(start.zone));
        if (recurrence instanceof OneShot && end.instant().isBefore(now.minus(KEPT))) {
            return null;
        }
        var window = new WindowDefinition(
                new WindowId(Ids.next()),
                name(event),
                like.kind(),
                recurrence,
                start.zone,
                like.target(),
                like.enabled(),
                null,
                null);
        List<FieldProblem> problems = window.validate();
        if (!problems.isEmpty()) {
            FieldProblem first = problems.getFirst();
            throw new UnreadableCalendar("%s cannot be a %s: its %s %s."
                    .formatted(
                            event.named(),
                            like.kind().name(),
                            first.pointer().substring(first.pointer().lastIndexOf('/') + 1),
                            first.message()));
        }
        starts += window.startsInFirstYear(MAX_STARTS_A_YEAR);
        if (starts > MAX_STARTS_A_YEAR) {
            throw new UnreadableCalendar(
                    "The events start more than %d times a year, all together; expected fewer that last longer."
                            .formatted(MAX_STARTS_A_YEAR));
        }
        return window;
    }

    private Recurrence recurring(Event event, Time start, Time end, List<Event> changedInstances) {
        Property said = event.one("RRULE");
        List<LocalDateTime> exdates = new ArrayList<>(times(event, "EXDATE", start));
        List<LocalDateTime> rdates = times(event, "RDATE", start);
        for (Event changed : changedInstances) {
            Time replaced = time(changed, "RECURRENCE-ID");
            if (replaced != null) {
                exdates.add(fitting(replaced, start));
            }
        }
        // A start is an occurrence in a calendar, whether the rule names it or not.
        List<LocalDateTime> further = new ArrayList<>(rdates);
        further.add(start.wallClock);
        String rule = said == null ? "FREQ=DAILY;COUNT=1" : said.value();
        Duration duration = start.wholeDay
                ? Duration.between(start.wallClock, end.wallClock)
                : Duration.between(start.instant(), end.instant());
        return new RRule(
                start.wallClock,
                rule,
                exdates.stream().distinct().toList(),
                further.stream().distinct().toList(),
                duration,
                start.wholeDay);
    }

    private List<LocalDateTime> times(Event event, String name, Time start) {
        List<LocalDateTime> times = new ArrayList<>();
        for (Property property : event.all(name)) {
            if ("PERIOD".equalsIgnoreCase(property.parameter("VALUE"))) {
                throw new UnreadableCalendar(event.named() + " has an RDATE of periods; give starts instead.");
            }
            for (String value : property.value().split(",", -1)) {
                times.add(fitting(time(event, name, property, value.strip()), start));
            }
        }
        return times;
    }

    /** A date stands for the occurrence of that day. */
    private static LocalDateTime fitting(Time time, Time start) {
        return time.wholeDay && !start.wholeDay
                ? time.wallClock.toLocalDate().atTime(start.wallClock.toLocalTime())
                : time.in(start.zone);
    }

    private Time end(Event event, Time start) {
        Time end = time(event, "DTEND");
        if (end != null) {
            if (end.wholeDay != start.wholeDay) {
                throw new UnreadableCalendar(
                        event.named() + " starts with a date and ends with a time, or the reverse.");
            }
            return end.zone.equals(start.zone) ? end : new Time(end.in(start.zone), start.zone, end.wholeDay);
        }
        Property duration = event.one("DURATION");
        if (duration == null) {
            if (!start.wholeDay) {
                throw new UnreadableCalendar(event.named() + " has neither DTEND nor DURATION.");
            }
            return new Time(start.wallClock.plusDays(1), start.zone, true);
        }
        TemporalAmount amount = duration(event, duration.value());
        if (start.wholeDay) {
            return new Time(start.wallClock.plus(amount), start.zone, true);
        }
        // Elapsed time, so over the line of time and back.
        ZoneId place = start.zone instanceof FixedZone fixed ? fixed.id() : ZoneOffset.UTC;
        return new Time(LocalDateTime.ofInstant(start.instant().plus(Duration.from(amount)), place), start.zone, false);
    }

    /** RFC 5545: weeks alone, or days and a time. */
    private static Duration duration(Event event, String text) {
        try {
            if (text.endsWith("W")) {
                return Duration.ofDays(Period.parse(text).getDays());
            }
            return Duration.parse(text.endsWith("T") ? text.substring(0, text.length() - 1) : text);
        } catch (DateTimeException | ArithmeticException e) {
            throw new UnreadableCalendar(
                    "%s has the DURATION '%s'; expected one such as PT4H or P2D.".formatted(event.named(), text));
        }
    }

    private @Nullable Time time(Event event, String name) {
        Property property = event.one(name);
        return property == null
                ? null
                : time(event, name, property, property.value().strip());
    }

    private Time time(Event event, String name, Property property, String value) {
        try {
            if (value.length() == 8) {
                return new Time(LocalDate.parse(value, DATE).atStartOfDay(), like.zone(), true);
            }
            if (value.endsWith("Z")) {
                return new Time(
                        LocalDateTime.parse(value.substring(0, value.length() - 1), TIME), Zone.of("UTC"), false);
            }
            String tzid = property.parameter("TZID");
            Zone zone = tzid == null
                    ? like.zone()
                    : Zone.of(Zones.of(tzid)
                            .orElseThrow(() -> new UnreadableCalendar(
                                    "%s has the %s in the time zone '%s', which is unknown; expected a name such as Europe/Berlin."
                                            .formatted(event.named(), name, tzid)))
                            .getId());
            return new Time(LocalDateTime.parse(value, TIME), zone, false);
        } catch (DateTimeException e) {
            throw new UnreadableCalendar("%s has the %s '%s'; expected one such as 20261224 or 20261224T220000."
                    .formatted(event.named(), name, value.length() <= 60 ? value : value.substring(0, 60) + "..."));
        }
    }

    /** Names are unique in a tenant: that of the calendar stands in front, a number behind where it must. */
    private String name(Event event) {
        String summary = event.text("SUMMARY").replaceAll("\\s+", " ");
        String base = like.name() + ": " + (summary.isEmpty() ? "without a name" : summary);
        String name = cut(base, MAX_NAME);
        for (int number = 2; !names.add(name); number++) {
            String end = " (%d)".formatted(number);
            name = cut(base, MAX_NAME - end.length()) + end;
        }
        return name;
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length);
    }
}

package org.maintenancemanager.core.window;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.dmfs.rfc5545.DateTime;
import org.dmfs.rfc5545.recur.InvalidRecurrenceRuleException;
import org.dmfs.rfc5545.recur.RecurrenceRule;
import org.dmfs.rfc5545.recur.RecurrenceRule.Part;
import org.dmfs.rfc5545.recur.RecurrenceRule.WeekdayNum;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.window.WindowDefinition.Cron;
import org.maintenancemanager.core.window.WindowDefinition.NodeLocal;
import org.maintenancemanager.core.window.WindowDefinition.OneShot;
import org.maintenancemanager.core.window.WindowDefinition.RRule;
import org.maintenancemanager.core.window.WindowDefinition.Weekly;

/**
 * Says when a window is open as a person would: "every second Tuesday, 22:00-04:00, Europe/Berlin". What has no plain words
 * is quoted as a rule: rather unreadable than untrue.
 */
final class WindowText {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH);
    private static final DateTimeFormatter DAY_AND_MONTH = DateTimeFormatter.ofPattern("d MMMM", Locale.ENGLISH);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm", Locale.ENGLISH);
    private static final DateTimeFormatter TIME_WITH_SECONDS = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH);

    private static final List<String> ORDINALS =
            List.of("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth");
    private static final Set<DayOfWeek> WORKDAYS = EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY);

    /** More dates or times than these are counted instead of named. */
    private static final int NAMED = 4;

    private WindowText() {}

    /**
     * Whether a part of a rule has words here; BYHOUR and the like are said as times. No constant set of them: the library's
     * class of parts cannot be loaded before its class of rules.
     */
    private static boolean hasWords(Part part) {
        return switch (part) {
            case FREQ, INTERVAL, COUNT, UNTIL, WKST, BYDAY, BYMONTHDAY, BYMONTH, BYHOUR, BYMINUTE, BYSETPOS -> true;
            default -> false;
        };
    }

    /** @param window a valid one */
    static String of(WindowDefinition window) {
        String zone = window.zone() instanceof NodeLocal
                ? "the node's local time"
                : window.zone().text();
        return switch (window.recurrence()) {
            case OneShot once -> "%s, %s".formatted(once(once.start(), once.end()), zone);
            case Weekly weekly -> "%s, %s".formatted(rule(Recurrences.asRule(weekly)), zone);
            case RRule rule -> "%s, %s".formatted(rule(rule), zone);
            case Cron cron ->
                "%s, %s"
                        .formatted(
                                Recurrences.asRules(cron).stream()
                                        .map(rule -> wordsOrCron(rule, cron))
                                        .distinct()
                                        .collect(Collectors.joining(", and ")),
                                zone);
        };
    }

    private static String wordsOrCron(RRule rule, Cron cron) {
        String words = new Words(rule).say();
        return words == null ? "by cron '%s', for %s".formatted(cron.expression(), length(cron.duration())) : words;
    }

    private static String rule(RRule rule) {
        String words = new Words(rule).say();
        return words == null
                ? "by the rule %s from %s, for %s"
                                .formatted(rule.rule(), DATE.format(rule.start()), length(rule.duration()))
                        + exceptions(rule)
                : words + exceptions(rule);
    }

    private static String once(LocalDateTime start, LocalDateTime end) {
        return start.toLocalDate().equals(end.toLocalDate())
                ? "%s, %s-%s".formatted(DATE.format(start), time(start.toLocalTime()), time(end.toLocalTime()))
                : "%s %s to %s %s"
                        .formatted(
                                DATE.format(start),
                                time(start.toLocalTime()),
                                DATE.format(end),
                                time(end.toLocalTime()));
    }

    private static String exceptions(RRule rule) {
        String except = rule.exdates().isEmpty() ? "" : ", except on " + dates(rule.exdates());
        return except + (rule.rdates().isEmpty() ? "" : ", also on " + dates(rule.rdates()));
    }

    private static String dates(List<LocalDateTime> dates) {
        return dates.size() <= NAMED
                ? and(dates.stream()
                        .sorted()
                        .map(date -> DATE.format(date) + " " + time(date.toLocalTime()))
                        .toList())
                : dates.size() + " dates";
    }

    /** {@code 2 days 4 h}, without the units that are zero. */
    private static String length(Duration duration) {
        List<String> parts = new ArrayList<>();
        long days = duration.toDays();
        if (days > 0) {
            parts.add(days == 1 ? "1 day" : days + " days");
        }
        if (duration.toHoursPart() > 0) {
            parts.add(duration.toHoursPart() + " h");
        }
        if (duration.toMinutesPart() > 0) {
            parts.add(duration.toMinutesPart() + " min");
        }
        if (duration.toSecondsPart() > 0) {
            parts.add(duration.toSecondsPart() + " s");
        }
        return String.join(" ", parts);
    }

    private static String time(LocalTime time) {
        return (time.getSecond() == 0 ? TIME : TIME_WITH_SECONDS).format(time);
    }

    private static String and(List<String> words) {
        return words.size() <= 1
                ? String.join("", words)
                : String.join(", ", words.subList(0, words.size() - 1)) + " and " + words.getLast();
    }

    private static String capitalized(String name) {
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
    }

    /** {@code 1st, 22nd, 13th}. */
    private static String number(int number) {
        boolean teen = number % 100 / 10 == 1;
        String ending = teen
                ? "th"
                : switch (number % 10) {
                    case 1 -> "st";
                    case 2 -> "nd";
                    case 3 -> "rd";
                    default -> "th";
                };
        return number + ending;
    }

    /** One rule in words. */
    private static final class Words {
        private final RRule recurrence;
        private final RecurrenceRule rule;
        private final List<WeekdayNum> days;
        private final List<Integer> monthDays;
        private final List<String> months;
        private final List<Integer> positions;

        Words(RRule recurrence) {
            this.recurrence = recurrence;
            try {
                this.rule = Recurrences.parse(recurrence.rule());
            } catch (InvalidRecurrenceRuleException e) {
                throw new IllegalStateException("expected a rule that passed validate()", e);
            }
            this.days = rule.getByDayPart() == null ? List.of() : rule.getByDayPart();
            this.monthDays = part(Part.BYMONTHDAY);
            // The library counts months from 0.
            this.months = part(Part.BYMONTH).stream()
                    .sorted()
                    .map(month -> capitalized(java.time.Month.of(month + 1).name()))
                    .toList();
            this.positions = part(Part.BYSETPOS);
        }

        private List<Integer> part(Part part) {
            List<Integer> values = rule.getByPart(part);
            return values == null ? List.of() : values;
        }

        /** Null when there are no plain words for it. */
        @Nullable
        String say() {
            for (Part part : Part.values()) {
                if (rule.hasPart(part) && !hasWords(part)) {
                    return null;
                }
            }
            String when = switch (rule.getFreq()) {
                case DAILY -> daily();
                case WEEKLY -> weekly();
                case MONTHLY -> monthly();
                case YEARLY -> yearly();
                default -> null;
            };
            return when == null ? null : "%s, %s%s".formatted(when, times(), end());
        }

        private @Nullable String daily() {
            if (!positions.isEmpty() || !monthDays.isEmpty()) {
                return null;
            }
            if (days.isEmpty()) {
                return every("day") + inMonths();
            }
            return rule.getInterval() == 1 ? weekdays() + inMonths() : null;
        }

        private @Nullable String weekly() {
            if (!positions.isEmpty() || !monthDays.isEmpty()) {
                return null;
            }
            int interval = rule.getInterval();
            if (interval == 1) {
                return weekdays() + inMonths();
            }
            List<String> names = dayNames();
            return (names.size() == 1 ? every(names.getFirst()) : every("week") + " on " + and(names)) + inMonths();
        }

        private @Nullable String monthly() {
            boolean eachMonth = rule.getInterval() == 1;
            String ofMonths =
                    !months.isEmpty() ? "of " + and(months) : eachMonth ? "of each month" : "of " + every("month");
            if (!months.isEmpty() && !eachMonth) {
                return null;
            }
            if (!monthDays.isEmpty()) {
                boolean all = monthDays.size() == 31 && monthDays.stream().allMatch(day -> day > 0);
                if (!positions.isEmpty() || days.stream().anyMatch(day -> day.pos != 0)) {
                    return null;
                }
                if (all && eachMonth) {
                    return (days.isEmpty() ? "every day" : weekdays()) + inMonths();
                }
                return days.isEmpty()
                        ? daysOfMonth() + " " + ofMonths
                        : "%s that is %s %s".formatted(weekdays(), daysOfMonth().replace(" and ", " or "), ofMonths);
            }
            if (days.isEmpty()) {
                return positions.isEmpty()
                        ? "the %s %s".formatted(number(recurrence.start().getDayOfMonth()), ofMonths)
                        : null;
            }
            String which = positions.isEmpty() ? numberedDays() : positioned();
            if (which != null) {
                return which + " " + ofMonths;
            }
            return positions.isEmpty() && eachMonth && days.stream().allMatch(day -> day.pos == 0)
                    ? weekdays() + inMonths()
                    : null;
        }

        private @Nullable String yearly() {
            String year = rule.getInterval() == 1 ? "each year" : every("year");
            if (months.isEmpty()) {
                return monthDays.isEmpty() && days.isEmpty() && positions.isEmpty()
                        ? DAY_AND_MONTH.format(recurrence.start()) + " " + year
                        : null;
            }
            if (!monthDays.isEmpty()) {
                if (!days.isEmpty() || !positions.isEmpty()) {
                    return null;
                }
                boolean plain = monthDays.size() == 1 && monthDays.getFirst() > 0 && months.size() == 1;
                return plain
                        ? "%d %s %s".formatted(monthDays.getFirst(), months.getFirst(), year)
                        : "%s of %s, %s".formatted(daysOfMonth(), and(months), year);
            }
            if (days.isEmpty()) {
                return positions.isEmpty()
                        ? "%s of %s, %s".formatted(number(recurrence.start().getDayOfMonth()), and(months), year)
                        : null;
            }
            // With several months, a position counts within the year, not within each month.
            boolean counted = positions.isEmpty() || months.size() == 1;
            String which = !counted ? null : positions.isEmpty() ? numberedDays() : positioned();
            return which == null ? null : "%s of %s, %s".formatted(which, and(months), year);
        }

        /** {@code every second Tuesday}; plain {@code every day} without an interval. */
        private String every(String unit) {
            int interval = rule.getInterval();
            if (interval == 1) {
                return "every " + unit;
            }
            return interval <= ORDINALS.size()
                    ? "every %s %s".formatted(ORDINALS.get(interval - 1), unit)
                    : "every %s %s".formatted(number(interval), unit);
        }

        private Set<DayOfWeek> daySet() {
            Set<DayOfWeek> set = EnumSet.noneOf(DayOfWeek.class);
            days.forEach(day -> set.add(Recurrences.dayOf(day.weekday.name())));
            if (set.isEmpty()) {
                set.add(recurrence.start().getDayOfWeek());
            }
            return set;
        }

        private List<String> dayNames() {
            return daySet().stream().map(day -> capitalized(day.name())).toList();
        }

        private String weekdays() {
            Set<DayOfWeek> set = daySet();
            if (set.size() == 7) {
                return "every day";
            }
            return set.equals(WORKDAYS) ? "Monday to Friday" : "every " + and(dayNames());
        }

        private String daysOfMonth() {
            return and(monthDays.stream()
                    .sorted((a, b) -> a > 0 == b > 0 ? Integer.compare(a, b) : -Integer.compare(a, b))
                    .map(day -> day > 0 ? "the " + number(day) : "the %sday".formatted(fromEnd(day)))
                    .toList());
        }

        /** {@code last , second last }, with a space behind. */
        private static String fromEnd(int position) {
            return position == -1 ? "last " : ordinal(-position) + " last ";
        }

        private static String ordinal(int position) {
            return position <= ORDINALS.size() ? ORDINALS.get(position - 1) : number(position);
        }

        private static String place(int position) {
            return position < 0 ? fromEnd(position) : ordinal(position) + " ";
        }

        /** {@code the second Tuesday and the last Sunday}; null if any of the days has no number. */
        private @Nullable String numberedDays() {
            List<String> said = new ArrayList<>();
            for (WeekdayNum day : days) {
                if (day.pos == 0) {
                    return null;
                }
                said.add("the %s%s"
                        .formatted(
                                place(day.pos),
                                capitalized(
                                        Recurrences.dayOf(day.weekday.name()).name())));
            }
            return and(said);
        }

        /** {@code the last working day}: one position in a set of days without numbers. */
        private @Nullable String positioned() {
            if (positions.size() != 1 || days.stream().anyMatch(day -> day.pos != 0)) {
                return null;
            }
            // Several times a day would be several positions.
            if (part(Part.BYHOUR).size() > 1 || part(Part.BYMINUTE).size() > 1) {
                return null;
            }
            Set<DayOfWeek> set = daySet();
            String what = set.size() == 7
                    ? "day"
                    : set.equals(WORKDAYS) ? "day from Monday to Friday" : String.join(" or ", dayNames());
            return "the " + place(positions.getFirst()) + what;
        }

        private String inMonths() {
            return months.isEmpty() ? "" : " in " + and(months);
        }

        private String times() {
            Duration duration = recurrence.duration();
            if (recurrence.wholeDays()) {
                return duration.toDays() == 1 ? "the whole day" : "for %d whole days".formatted(duration.toDays());
            }
            TreeSet<LocalTime> starts = new TreeSet<>();
            LocalTime start = recurrence.start().toLocalTime();
            List<Integer> hours = part(Part.BYHOUR).isEmpty() ? List.of(start.getHour()) : part(Part.BYHOUR);
            List<Integer> minutes = part(Part.BYMINUTE).isEmpty() ? List.of(start.getMinute()) : part(Part.BYMINUTE);
            hours.forEach(hour -> minutes.forEach(minute -> starts.add(LocalTime.of(hour, minute, start.getSecond()))));
            if (starts.size() > NAMED) {
                String at =
                        and(minutes.stream().sorted().map(":%02d"::formatted).toList());
                return hours.size() == 24
                        ? "every hour at %s, for %s".formatted(at, length(duration))
                        : "at %s of the hours %s, for %s"
                                .formatted(
                                        at,
                                        and(hours.stream()
                                                .sorted()
                                                .map(String::valueOf)
                                                .toList()),
                                        length(duration));
            }
            boolean withinADay = duration.compareTo(Duration.ofDays(1)) < 0;
            String said = and(starts.stream()
                    .map(at -> withinADay ? time(at) + "-" + time(at.plus(duration)) : "from " + time(at))
                    .toList());
            return withinADay ? said : said + " for " + length(duration);
        }

        private String end() {
            if (rule.getCount() != null) {
                return rule.getCount() == 1 ? ", once" : ", %d times".formatted(rule.getCount());
            }
            DateTime until = rule.getUntil();
            if (until == null) {
                return "";
            }
            // A floating or whole date is a date at the place; one in UTC is said as such.
            LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(until.getTimestamp()), ZoneOffset.UTC);
            if (until.isAllDay() || until.isFloating()) {
                day = LocalDate.of(until.getYear(), until.getMonth() + 1, until.getDayOfMonth());
            }
            String time = until.isAllDay() ? "" : " %02d:%02d".formatted(until.getHours(), until.getMinutes());
            return ", until %s%s%s"
                    .formatted(DATE.format(day), time, until.isAllDay() || until.isFloating() ? "" : " UTC");
        }
    }
}

package org.maintenancemanager.core.window;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The five fields of cron(5), as another way to say when windows start: minute, hour, day of month, month, day of week; each
 * {@code *}, numbers, ranges and steps, months and days also by their English names. As in cron(5), where both the day of
 * month and the day of week are restricted (neither begins with {@code *}), a day that fits either counts.
 *
 * <p>Cron only knows a start on the wall clock, so it says the same as one or two recurrence rules; those are expanded, and
 * there is one way to come from a definition to its occurrences.
 */
final class CronForm {
    static final String EXAMPLE = "'0 22 * * MON-FRI' (22:00 from Monday to Friday)";

    private static final int MAX_LENGTH = 200;
    private static final List<String> MONTHS =
            List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    private static final List<String> DAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");

    /** The days of RFC 5545 in the order of cron's numbers. */
    private static final List<String> TWO_LETTERS = List.of("SU", "MO", "TU", "WE", "TH", "FR", "SA");

    private final Field minutes;
    private final Field hours;
    private final Field daysOfMonth;
    private final Field months;
    private final Field daysOfWeek;

    private CronForm(List<Field> fields) {
        minutes = fields.get(0);
        hours = fields.get(1);
        daysOfMonth = fields.get(2);
        months = fields.get(3);
        daysOfWeek = fields.get(4);
    }

    /**
     * Reads an expression.
     *
     * @throws Unreadable with what is wrong, what is allowed, and an example
     */
    static CronForm parse(String expression) throws Unreadable {
        if (expression.length() > MAX_LENGTH) {
            throw new Unreadable("has %d characters; expected at most %d".formatted(expression.length(), MAX_LENGTH));
        }
        String[] texts = expression.strip().split("\\s+", -1);
        if (texts.length != Kind.values().length) {
            throw new Unreadable(
                    "has %d fields; expected five: minute, hour, day of month, month, day of week, such as %s"
                            .formatted(expression.isBlank() ? 0 : texts.length, EXAMPLE));
        }
        List<Field> fields = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            fields.add(kind.read(texts[kind.ordinal()]));
        }
        return new CronForm(fields);
    }

    /** What an expression cannot be read for; the message follows the name of the field in a sentence. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message);
        }
    }

    /** The same as rules of RFC 5545, without {@code RRULE:}; a start that two of them name is one start. */
    List<String> rules() {
        if (daysOfMonth.star || daysOfWeek.star) {
            return List.of(rule(daysOfMonth, daysOfWeek));
        }
        return List.of(rule(daysOfMonth, Kind.DAY_OF_WEEK.every()), rule(Kind.DAY_OF_MONTH.every(), daysOfWeek));
    }

    /** Days that are in both fields. */
    private String rule(Field monthDays, Field weekDays) {
        boolean everyDay = monthDays.isEvery() && months.isEvery();
        StringBuilder rule = new StringBuilder(everyDay ? "FREQ=DAILY" : "FREQ=MONTHLY");
        if (!months.isEvery()) {
            rule.append(";BYMONTH=").append(list(months.values));
        }
        if (!everyDay) {
            // All days by their numbers, since MONTHLY by itself means the day of the start.
            rule.append(";BYMONTHDAY=").append(list(monthDays.values));
        }
        if (!weekDays.isEvery()) {
            rule.append(";BYDAY=")
                    .append(weekDays.values.stream().map(TWO_LETTERS::get).collect(Collectors.joining(",")));
        }
        return rule.append(";BYHOUR=")
                .append(list(hours.values))
                .append(";BYMINUTE=")
                .append(list(minutes.values))
                .toString();
    }

    private static String list(SortedSet<Integer> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** @param star whether it was said with a {@code *}, which decides how the two fields of days go together */
    private record Field(Kind kind, boolean star, SortedSet<Integer> values) {
        boolean isEvery() {
            return values.size() == kind.size();
        }
    }

    private enum Kind {
        MINUTE("minute", 0, 59, List.of()),
        HOUR("hour", 0, 23, List.of()),
        DAY_OF_MONTH("day of month", 1, 31, List.of()),
        MONTH("month", 1, 12, MONTHS),
        DAY_OF_WEEK("day of week", 0, 7, DAYS);

        private final String words;
        private final int min;
        private final int max;
        private final List<String> names;

        Kind(String words, int min, int max, List<String> names) {
            this.words = words;
            this.min = min;
            this.max = max;
            this.names = names;
        }

        /** Sunday has two numbers. */
        int size() {
            return this == DAY_OF_WEEK ? 7 : max - min + 1;
        }

        Field every() {
            SortedSet<Integer> values = new TreeSet<>();
            for (int value = min; value < min + size(); value++) {
                values.add(value);
            }
            return new Field(this, true, values);
        }

        Field read(String text) throws Unreadable {
            SortedSet<Integer> values = new TreeSet<>();
            for (String item : text.split(",", -1)) {
                addItem(item, values);
            }
            return new Field(this, text.startsWith("*"), values);
        }

        private void addItem(String item, SortedSet<Integer> values) throws Unreadable {
            int slash = item.indexOf('/');
            String range = slash < 0 ? item : item.substring(0, slash);
            int step = slash < 0 ? 1 : number(item.substring(slash + 1), item);
            if (step < 1) {
                throw unreadable(item, "a step of 1 or more, such as */15");
            }
            int from = min;
            int to = min + size() - 1;
            if (!range.equals("*")) {
                int dash = range.indexOf('-');
                if (dash < 0 && slash >= 0) {
                    throw unreadable(item, "a step behind * or a range, such as %d-%d/2".formatted(min, max));
                }
                from = value(dash < 0 ? range : range.substring(0, dash), item, false);
                to = dash < 0 ? from : value(range.substring(dash + 1), item, true);
                if (from > to) {
                    throw unreadable(item, "a range that goes upwards, such as %d-%d".formatted(min, max));
                }
            }
            for (int value = from; value <= to; value += step) {
                values.add(this == DAY_OF_WEEK ? value % 7 : value);
            }
        }

        private int value(String text, String item, boolean end) throws Unreadable {
            int name = names.indexOf(text.toUpperCase(Locale.ROOT));
            if (name >= 0) {
                // FRI-SUN goes up to the Sunday behind the Saturday.
                return this == DAY_OF_WEEK && name == 0 && end ? 7 : name + min;
            }
            int value = number(text, item);
            if (value < min || value > max) {
                throw unreadable(item, allowed());
            }
            return value;
        }

        private int number(String text, String item) throws Unreadable {
            if (!text.matches("\\d{1,4}")) {
                throw unreadable(item, allowed());
            }
            return Integer.parseInt(text);
        }

        private String allowed() {
            String named = names.isEmpty() ? "" : " or %s to %s".formatted(names.getFirst(), names.getLast());
            return "%d to %d%s, lists (1,3), ranges (1-5), steps (*/2)".formatted(min, max, named);
        }

        private Unreadable unreadable(String item, @Nullable String expected) {
            return new Unreadable("says '%s' for the %s; expected %s; a whole one is %s"
                    .formatted(item.length() <= 40 ? item : item.substring(0, 40) + "...", words, expected, EXAMPLE));
        }
    }
}

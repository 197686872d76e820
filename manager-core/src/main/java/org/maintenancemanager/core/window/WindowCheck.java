package org.maintenancemanager.core.window;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.dmfs.rfc5545.recur.Freq;
import org.dmfs.rfc5545.recur.InvalidRecurrenceRuleException;
import org.dmfs.rfc5545.recur.RecurrenceRule;
import org.dmfs.rfc5545.recur.RecurrenceRule.Part;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.tenant.IanaZones;
import org.maintenancemanager.core.window.WindowDefinition.BySelector;
import org.maintenancemanager.core.window.WindowDefinition.Cron;
import org.maintenancemanager.core.window.WindowDefinition.Default;
import org.maintenancemanager.core.window.WindowDefinition.FixedZone;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDefinition.NodeLocal;
import org.maintenancemanager.core.window.WindowDefinition.OneShot;
import org.maintenancemanager.core.window.WindowDefinition.RRule;
import org.maintenancemanager.core.window.WindowDefinition.SingleNode;
import org.maintenancemanager.core.window.WindowDefinition.SiteSubtree;
import org.maintenancemanager.core.window.WindowDefinition.Tenant;
import org.maintenancemanager.core.window.WindowDefinition.Weekly;

/** Finds what is wrong with a definition, all at once. */
final class WindowCheck {
    static final Duration MIN_DURATION = Duration.ofMinutes(5);
    static final Duration MAX_DURATION = Duration.ofDays(7);

    /** A freeze over the holidays is longer than any window, also one of each year. */
    private static final Duration MAX_RECURRING_FREEZE = Duration.ofDays(31);

    private static final Duration MAX_ONE_SHOT_FREEZE = Duration.ofDays(366);

    private static final int MAX_RULE_LENGTH = 1000;
    static final int MAX_DATES = 1000;
    private static final int MAX_INTERVAL = 1000;
    /** One an hour, and a little. */
    private static final int MAX_OCCURRENCES_A_YEAR = 9_000;

    /** So many repetitions from the start on: daily for 27 years. The library has to count each from the first one. */
    private static final int MAX_COUNT = 10_000;

    /**
     * The library puts the values of a rule together for a whole year or month at once, in memory, and gives up when it has to
     * skip 4,320 starts before the first; what may come to as many is refused before it begins.
     */
    private static final long MAX_COMBINATIONS = 4_000;

    private static final String TOO_OFTEN = "fires more than " + MAX_OCCURRENCES_A_YEAR
            + " times in a year; expected once an hour at most, with a longer duration instead, such as %s";

    private static final LocalDateTime EARLIEST = LocalDateTime.of(1970, 1, 1, 0, 0);
    private static final LocalDateTime LATEST = LocalDateTime.of(2200, 1, 1, 0, 0);

    /** Finer ones make nothing that BYHOUR and BYMINUTE could not, and are expensive to search. */
    private static final Set<Freq> FREQUENCIES = Set.of(Freq.DAILY, Freq.WEEKLY, Freq.MONTHLY, Freq.YEARLY);

    private static final Pattern SITE_PATH = Pattern.compile("(/[a-z0-9][a-z0-9._-]*)+");

    private final WindowDefinition window;
    private final List<FieldProblem> problems = new ArrayList<>();

    private WindowCheck(WindowDefinition window) {
        this.window = window;
    }

    static List<FieldProblem> problems(WindowDefinition window) {
        var check = new WindowCheck(window);
        check.name();
        switch (window.recurrence()) {
            case OneShot oneShot -> check.oneShot(oneShot);
            case Weekly weekly -> check.weekly(weekly);
            case RRule rule -> check.rule(rule);
            case Cron cron -> check.cron(cron);
        }
        switch (window.zone()) {
            case FixedZone fixed -> check.problems.addAll(zoneProblems(fixed.text(), "/zone"));
            case NodeLocal local -> {}
        }
        switch (window.target()) {
            case SiteSubtree site -> check.site(site.path());
            case Tenant tenant -> {}
            case Default rest -> check.rest();
            case BySelector selector -> {}
            case SingleNode node -> {}
        }
        check.validity();
        return List.copyOf(check.problems);
    }

    static List<FieldProblem> zoneProblems(String zone, String pointer) {
        if (zone.equals(WindowDefinition.Zone.NODE_LOCAL) || IanaZones.has(zone)) {
            return List.of();
        }
        boolean offset = zone.matches("(UTC|GMT|UT|Z)?([+-].*)?");
        return List.of(new FieldProblem(
                pointer,
                offset
                        ? "'%s' is an offset, which is wrong after the next change of the clocks; expected the name of an IANA zone such as Europe/Berlin, or NODE_LOCAL"
                                .formatted(shortened(zone))
                        : "there is no zone '%s'; expected the name of an IANA zone such as Europe/Berlin, or NODE_LOCAL"
                                .formatted(shortened(zone))));
    }

    private void name() {
        if (window.name().isBlank() || window.name().length() > 200) {
            add(
                    "/name",
                    "has %d characters; expected 1 to 200"
                            .formatted(window.name().length()));
        }
    }

    private void oneShot(OneShot oneShot) {
        boolean sane = date(oneShot.start(), "/recurrence/start") & date(oneShot.end(), "/recurrence/end");
        if (!sane) {
            return;
        }
        if (!oneShot.end().isAfter(oneShot.start())) {
            add("/recurrence/end", "is not after the start; expected a later time than %s".formatted(oneShot.start()));
            return;
        }
        Duration longest = window.kind() == Kind.FREEZE ? MAX_ONE_SHOT_FREEZE : MAX_DURATION;
        Duration length = Duration.between(oneShot.start(), oneShot.end());
        if (length.compareTo(MIN_DURATION) < 0 || length.compareTo(longest) > 0) {
            add(
                    "/recurrence/end",
                    "is %s after the start; expected 5 minutes to %d days".formatted(length, longest.toDays()));
        }
    }

    private void weekly(Weekly weekly) {
        date(weekly.start(), "/recurrence/start");
        duration(weekly.duration());
        if (weekly.days().isEmpty()) {
            add("/recurrence/days", "is empty; expected at least one of MONDAY to SUNDAY");
        }
        if (weekly.interval() < 1 || weekly.interval() > 52) {
            add("/recurrence/interval", "is %d; expected 1 to 52 weeks".formatted(weekly.interval()));
        }
    }

    private void rule(RRule rule) {
        if (rule.wholeDays()
                && (!rule.start().toLocalTime().equals(LocalTime.MIDNIGHT)
                        || !rule.duration()
                                .equals(Duration.ofDays(rule.duration().toDays())))) {
            add(
                    "/recurrence/wholeDays",
                    "is true with a start at %s for %s; expected midnight and whole days, such as 2026-12-24T00:00:00 for P3D"
                            .formatted(rule.start(), rule.duration()));
        }
        boolean sane = date(rule.start(), "/recurrence/start");
        sane &= duration(rule.duration());
        sane &= dates(rule.exdates(), "/recurrence/exdates");
        sane &= dates(rule.rdates(), "/recurrence/rdates");
        sane &= parses(rule.rule());
        if (!sane) {
            return;
        }
        int occurrences = Recurrences.countInFirstYear(List.of(rule), MAX_OCCURRENCES_A_YEAR + 1);
        if (occurrences == 0) {
            add("/recurrence/rule", "never fires from %s on; change the rule, or the exdates".formatted(rule.start()));
        } else if (occurrences > MAX_OCCURRENCES_A_YEAR) {
            add("/recurrence/rule", TOO_OFTEN.formatted("FREQ=DAILY;BYHOUR=1,13"));
        }
    }

    private void cron(Cron cron) {
        duration(cron.duration());
        try {
            CronForm.parse(cron.expression());
        } catch (CronForm.Unreadable e) {
            add("/recurrence/cron", String.valueOf(e.getMessage()));
            return;
        }
        int occurrences = Recurrences.countInFirstYear(Recurrences.asRules(cron), MAX_OCCURRENCES_A_YEAR + 1);
        if (occurrences == 0) {
            add(
                    "/recurrence/cron",
                    "never fires: no month has such a day; expected one that does, such as " + CronForm.EXAMPLE);
        } else if (occurrences > MAX_OCCURRENCES_A_YEAR) {
            add("/recurrence/cron", TOO_OFTEN.formatted("'0 1,13 * * *'"));
        }
    }

    private boolean parses(String text) {
        if (text.length() > MAX_RULE_LENGTH) {
            add("/recurrence/rule", "has %d characters; expected at most %d".formatted(text.length(), MAX_RULE_LENGTH));
            return false;
        }
        RecurrenceRule rule;
        try {
            rule = Recurrences.parse(text);
        } catch (InvalidRecurrenceRuleException | IllegalArgumentException e) {
            add(
                    "/recurrence/rule",
                    "cannot be read (%s); expected an RFC 5545 rule such as FREQ=MONTHLY;BYDAY=-1SU"
                            .formatted(String.valueOf(e.getMessage())));
            return false;
        }
        if (!FREQUENCIES.contains(rule.getFreq())) {
            add(
                    "/recurrence/rule",
                    "FREQ=%s is not supported; expected DAILY, WEEKLY, MONTHLY or YEARLY, with BYHOUR where it fires several times a day"
                            .formatted(rule.getFreq()));
            return false;
        }
        if (rule.getInterval() > MAX_INTERVAL) {
            add("/recurrence/rule", "INTERVAL is %d; expected 1 to %d".formatted(rule.getInterval(), MAX_INTERVAL));
            return false;
        }
        Integer count = rule.getCount();
        if (count != null && count > MAX_COUNT) {
            add(
                    "/recurrence/rule",
                    "COUNT is %d; expected 1 to %d, or an UNTIL such as UNTIL=20301231".formatted(count, MAX_COUNT));
            return false;
        }
        long combinations = combinations(rule);
        if (combinations > MAX_COMBINATIONS) {
            add(
                    "/recurrence/rule",
                    "names %d combinations of months, days and times; expected at most %d, such as FREQ=DAILY;BYHOUR=1,13"
                            .formatted(combinations, MAX_COMBINATIONS));
            return false;
        }
        return true;
    }

    /** How many starts its lists of values come to at most, if all of them were put together. */
    private static long combinations(RecurrenceRule rule) {
        long combinations =
                rule.getByDayPart() == null ? 1 : rule.getByDayPart().size();
        for (Part part : List.of(
                Part.BYMONTH,
                Part.BYWEEKNO,
                Part.BYYEARDAY,
                Part.BYMONTHDAY,
                Part.BYHOUR,
                Part.BYMINUTE,
                Part.BYSECOND)) {
            List<Integer> values = rule.getByPart(part);
            // A thousand letters cannot name more values than fit into a long when they are multiplied.
            combinations *= values == null ? 1 : values.size();
        }
        return combinations;
    }

    private boolean dates(List<LocalDateTime> dates, String pointer) {
        if (dates.size() > MAX_DATES) {
            add(pointer, "has %d dates; expected at most %d".formatted(dates.size(), MAX_DATES));
            return false;
        }
        boolean sane = true;
        for (int i = 0; i < dates.size(); i++) {
            sane &= date(dates.get(i), pointer + "/" + i);
        }
        return sane;
    }

    private boolean date(LocalDateTime date, String pointer) {
        if (date.isBefore(EARLIEST) || !date.isBefore(LATEST)) {
            add(pointer, "is %s; expected a time between the years 1970 and 2199".formatted(date));
            return false;
        }
        if (date.getNano() != 0) {
            add(pointer, "is %s; expected whole seconds".formatted(date));
            return false;
        }
        return true;
    }

    private boolean duration(Duration duration) {
        Duration longest = window.kind() == Kind.FREEZE ? MAX_RECURRING_FREEZE : MAX_DURATION;
        if (duration.compareTo(MIN_DURATION) < 0 || duration.compareTo(longest) > 0) {
            add(
                    "/recurrence/duration",
                    "is %s; expected PT5M (5 minutes) to P%dD (%d days), such as PT4H"
                            .formatted(duration, longest.toDays(), longest.toDays()));
            return false;
        }
        if (duration.getNano() != 0) {
            add("/recurrence/duration", "is %s; expected whole seconds".formatted(duration));
            return false;
        }
        return true;
    }

    private void rest() {
        if (window.kind() == Kind.FREEZE) {
            add("/target/type", "is DEFAULT, which only a PERMIT can have; expected TENANT for a freeze of all nodes");
        }
    }

    private void site(String path) {
        if (!SITE_PATH.matcher(path).matches()) {
            add("/target/path", "'%s' is no path of a site; expected one such as /eu/de".formatted(shortened(path)));
        }
    }

    private void validity() {
        if (window.validFrom() != null
                && window.validUntil() != null
                && !window.validUntil().isAfter(window.validFrom())) {
            add(
                    "/validUntil",
                    "is not after validFrom; expected a later instant than %s".formatted(window.validFrom()));
        }
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }

    private void add(String pointer, String message) {
        problems.add(new FieldProblem(pointer, message));
    }
}

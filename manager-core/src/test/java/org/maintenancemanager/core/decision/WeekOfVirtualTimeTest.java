package org.maintenancemanager.core.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.maintenancemanager.core.window.WindowFixtures.rule;
import static org.maintenancemanager.core.window.WindowFixtures.weekly;
import static org.maintenancemanager.core.window.WindowFixtures.window;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.core.decision.Decision.Directive;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.node.Selector;
import org.maintenancemanager.core.window.Schedule;
import org.maintenancemanager.core.window.Schedules;
import org.maintenancemanager.core.window.WindowDefinition;
import org.maintenancemanager.core.window.WindowDefinition.BySelector;
import org.maintenancemanager.core.window.WindowDefinition.Cron;
import org.maintenancemanager.core.window.WindowDefinition.Default;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDefinition.Recurrence;
import org.maintenancemanager.core.window.WindowDefinition.SiteSubtree;
import org.maintenancemanager.core.window.WindowDefinition.Target;
import org.maintenancemanager.core.window.WindowDefinition.Tenant;
import org.maintenancemanager.core.window.WindowDefinition.Zone;
import org.maintenancemanager.core.window.WindowFixtures.TestNode;

/**
 * A thousand nodes in forty zones poll for a week of virtual time, in weeks when clocks change, and install whenever they may.
 * Each start is checked against the windows written a second time, as questions to a day and a clock.
 */
class WeekOfVirtualTimeTest {
    private static final int NODES = 1000;
    private static final Duration WEEK = Duration.ofDays(7);
    private static final Duration NEEDED = Duration.ofMinutes(15);
    private static final Duration GUARD = Duration.ofSeconds(30);
    private static final int LONGEST_POLL_SECONDS = 1200;

    private static final List<String> ZONES = List.of(
            "Africa/Cairo",
            "Africa/Casablanca",
            "Africa/Johannesburg",
            "Africa/Lagos",
            "America/Anchorage",
            "America/Bogota",
            "America/Chicago",
            "America/Denver",
            "America/Halifax",
            "America/Havana",
            "America/Los_Angeles",
            "America/Mexico_City",
            "America/New_York",
            "America/Phoenix",
            "America/Santiago",
            "America/Sao_Paulo",
            "America/St_Johns",
            "Asia/Beirut",
            "Asia/Dubai",
            "Asia/Jerusalem",
            "Asia/Kathmandu",
            "Asia/Kolkata",
            "Asia/Shanghai",
            "Asia/Tehran",
            "Asia/Tokyo",
            "Atlantic/Azores",
            "Australia/Adelaide",
            "Australia/Lord_Howe",
            "Australia/Perth",
            "Australia/Sydney",
            "Europe/Berlin",
            "Europe/Dublin",
            "Europe/Istanbul",
            "Europe/London",
            "Europe/Moscow",
            "Pacific/Apia",
            "Pacific/Auckland",
            "Pacific/Chatham",
            "Pacific/Honolulu",
            "UTC");

    /** A window, and the same once more. */
    private record Planned(
            WindowDefinition definition,
            Predicate<TestNode> nodes,
            @Nullable ZoneId zone,
            LocalTime start,
            Duration length,
            Predicate<LocalDate> days) {
        boolean holds(TestNode node, Instant at) {
            ZoneId place = zone == null ? ZoneId.of(node.zone()) : zone;
            LocalDate today = at.atZone(place).toLocalDate();
            for (LocalDate day = today.minusDays(2); !day.isAfter(today.plusDays(1)); day = day.plusDays(1)) {
                if (days.test(day)) {
                    Instant opens = firstInstantOf(day.atTime(start), place);
                    if (!at.isBefore(opens) && at.isBefore(opens.plus(length))) {
                        return true;
                    }
                }
            }
            return false;
        }
    }

    private static final List<Planned> WINDOWS = List.of(
            planned(
                    Kind.PERMIT,
                    rule("2026-01-01T02:30", "FREQ=DAILY", "PT1H"),
                    null,
                    new SiteSubtree("/a"),
                    node -> node.sitePath().startsWith("/a/"),
                    day -> true),
            planned(
                    Kind.PERMIT,
                    weekly("2026-01-01T22:00", "PT8H", DayOfWeek.FRIDAY, DayOfWeek.SATURDAY),
                    null,
                    new SiteSubtree("/b"),
                    node -> node.sitePath().startsWith("/b/"),
                    day -> day.getDayOfWeek() == DayOfWeek.FRIDAY || day.getDayOfWeek() == DayOfWeek.SATURDAY),
            planned(
                    Kind.PERMIT,
                    new Cron("0 1 * * MON-FRI", Duration.ofMinutes(20)),
                    "Europe/Berlin",
                    new BySelector(Selector.parse("label.line==3")),
                    node -> "3".equals(node.label("line")),
                    day -> day.getDayOfWeek().getValue() <= 5),
            planned(
                    Kind.PERMIT,
                    rule("2026-01-01T01:15", "FREQ=MONTHLY;BYDAY=-1SU", "PT6H"),
                    null,
                    new BySelector(Selector.parse("label.line==4")),
                    node -> "4".equals(node.label("line")),
                    day -> day.equals(day.with(TemporalAdjusters.lastInMonth(DayOfWeek.SUNDAY)))),
            planned(
                    Kind.PERMIT,
                    rule("2026-01-01T03:00", "FREQ=WEEKLY;BYDAY=WE", "PT26H"),
                    null,
                    new Default(),
                    node -> node.sitePath().startsWith("/c/")
                            && !List.of("3", "4").contains(String.valueOf(node.label("line"))),
                    day -> day.getDayOfWeek() == DayOfWeek.WEDNESDAY),
            planned(
                    Kind.FREEZE,
                    rule("2026-01-01T06:00", "FREQ=WEEKLY;BYDAY=TH", "PT2H"),
                    "UTC",
                    new Tenant(),
                    node -> true,
                    day -> day.getDayOfWeek() == DayOfWeek.THURSDAY),
            planned(
                    Kind.FREEZE,
                    rule("2026-01-01T23:00", "FREQ=DAILY", "PT2H"),
                    null,
                    new BySelector(Selector.parse("label.line==1")),
                    node -> "1".equals(node.label("line")),
                    day -> true));

    private static Planned planned(
            Kind kind,
            Recurrence recurrence,
            @Nullable String zone,
            Target target,
            Predicate<TestNode> nodes,
            Predicate<LocalDate> days) {
        LocalTime start;
        Duration length;
        switch (recurrence) {
            case WindowDefinition.RRule rule -> {
                start = rule.start().toLocalTime();
                length = rule.duration();
            }
            case WindowDefinition.Weekly weekly -> {
                start = weekly.start().toLocalTime();
                length = weekly.duration();
            }
            case Cron cron -> {
                String[] fields = cron.expression().split(" ");
                start = LocalTime.of(Integer.parseInt(fields[1]), Integer.parseInt(fields[0]));
                length = cron.duration();
            }
            case WindowDefinition.OneShot once -> throw new IllegalArgumentException("none of these");
        }
        return new Planned(
                window(
                        kind + " " + recurrence,
                        kind,
                        recurrence,
                        zone == null ? new WindowDefinition.NodeLocal() : Zone.of(zone),
                        target),
                nodes,
                zone == null ? null : ZoneId.of(zone),
                start,
                length,
                days);
    }

    @ParameterizedTest
    // Berlin springs forward in the first, New York falls back in the second.
    @ValueSource(strings = {"2026-03-26T00:00:00Z", "2026-10-29T00:00:00Z"})
    void everyInstallStartsInsideOfAnEffectiveWindow(Instant begin) {
        var random = new Random(begin.getEpochSecond());
        var schedules =
                new Schedules(1, WINDOWS.stream().map(Planned::definition).toList());
        int installs = 0;
        int served = 0;
        int servable = 0;
        for (int number = 0; number < NODES; number++) {
            TestNode node = node(number);
            Schedule schedule = schedules.forNode(node);
            int before = installs;
            Instant now = begin.plusMillis(random.nextInt(LONGEST_POLL_SECONDS * 1000));
            while (now.isBefore(begin.plus(WEEK))) {
                Duration next = Duration.ofMillis(1 + random.nextInt(LONGEST_POLL_SECONDS * 1000));
                PermitTerms permit = poll(node, schedule, now);
                if (permit != null) {
                    installs++;
                    assertInside(node, now, permit, random);
                    next = NEEDED;
                }
                now = now.plus(next);
            }
            boolean could = opensLongEnough(node, begin);
            servable += could ? 1 : 0;
            served += installs > before ? 1 : 0;
            if (could) {
                assertThat(installs).as("node %s was never served", node).isGreaterThan(before);
            }
        }
        assertThat(installs).isGreaterThan(5 * NODES);
        assertThat(servable).isGreaterThan(NODES / 2);
        assertThat(served).isLessThanOrEqualTo(NODES);
    }

    /** As a poll and the desk for permits decide, for a node that has downloaded. */
    private static @Nullable PermitTerms poll(TestNode node, Schedule schedule, Instant now) {
        var situation = new Situation();
        situation.guardTime = GUARD;
        situation.neededTime = NEEDED;
        situation.budgets.clear();
        NodeFacts like = situation.node();
        var facts = new NodeFacts(
                new NodeId(node.nodeId()),
                NodeState.ACTIVE,
                null,
                like.architecture(),
                like.hardware(),
                like.sitePath(),
                like.runningSha256(),
                like.runningReleaseCounter(),
                like.blocked(),
                schedule,
                like.usual(),
                List.of());
        Decision decision = Decisions.decide(facts, situation.update(), situation.campaign(), now);
        if (decision.directive() != Directive.INSTALL_ALLOWED) {
            assertThat(decision.directive()).isEqualTo(Directive.WAIT);
            return null;
        }
        return PermitTerms.of(facts, situation.campaign(), schedule.openAt(now).orElseThrow(), now)
                .orElseThrow();
    }

    /** From the grant to the last instant at which the node may begin, and for as long as it needs. */
    private static void assertInside(TestNode node, Instant granted, PermitTerms permit, Random random) {
        List<Instant> starts = new ArrayList<>(List.of(
                granted,
                permit.validUntil().minusMillis(1),
                permit.validUntil().plus(GUARD).minusMillis(1),
                granted.plus(NEEDED).plus(GUARD).minusMillis(1)));
        long valid = Duration.between(granted, permit.validUntil()).toMillis();
        for (int i = 0; i < 3; i++) {
            starts.add(granted.plusMillis(random.nextLong(valid)));
        }
        for (Instant start : starts) {
            if (!isOpen(node, start)) {
                assertThat(start)
                        .as("%s was granted %s at %s, but is not open", node, permit, granted)
                        .isNull();
            }
        }
    }

    private static boolean isOpen(TestNode node, Instant at) {
        boolean permitted = false;
        for (Planned planned : WINDOWS) {
            if (planned.nodes().test(node) && planned.holds(node, at)) {
                if (planned.definition().kind() == Kind.FREEZE) {
                    return false;
                }
                permitted = true;
            }
        }
        return permitted;
    }

    /** Whether some opening of the week is so long that a node cannot miss it between two polls. */
    private static boolean opensLongEnough(TestNode node, Instant begin) {
        Duration step = Duration.ofMinutes(15);
        Duration wanted = NEEDED.plus(GUARD).plusSeconds(LONGEST_POLL_SECONDS).plus(step.multipliedBy(2));
        Duration open = Duration.ZERO;
        // The first minutes are those before its first poll.
        for (Instant at = begin.plusSeconds(LONGEST_POLL_SECONDS); at.isBefore(begin.plus(WEEK)); at = at.plus(step)) {
            open = isOpen(node, at) ? open.plus(step) : Duration.ZERO;
            if (open.compareTo(wanted) >= 0) {
                return true;
            }
        }
        return false;
    }

    private static TestNode node(int number) {
        String zone = ZONES.get(number % ZONES.size());
        String site = "/" + (char) ('a' + number / ZONES.size() % 3) + "/" + number % 7;
        return new TestNode(new UUID(9, number), site, zone, Map.of("line", String.valueOf(number % 11 % 6)));
    }

    private static Instant firstInstantOf(LocalDateTime local, ZoneId zone) {
        Instant guess = local.atZone(zone).withEarlierOffsetAtOverlap().toInstant();
        // In a gap Java adds its length; the window opens when the gap is over.
        while (guess.atZone(zone).toLocalDateTime().isAfter(local)
                && guess.minusSeconds(60).atZone(zone).toLocalDateTime().isAfter(local)) {
            guess = guess.minusSeconds(60);
        }
        return guess;
    }
}

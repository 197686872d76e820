package org.maintenancemanager.core.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.maintenancemanager.core.window.WindowFixtures.freeze;
import static org.maintenancemanager.core.window.WindowFixtures.node;
import static org.maintenancemanager.core.window.WindowFixtures.oneShot;
import static org.maintenancemanager.core.window.WindowFixtures.permit;
import static org.maintenancemanager.core.window.WindowFixtures.rule;
import static org.maintenancemanager.core.window.WindowFixtures.schedule;
import static org.maintenancemanager.core.window.WindowFixtures.window;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.Selector;
import org.maintenancemanager.core.window.Schedule.Opening;
import org.maintenancemanager.core.window.WindowDefinition.BySelector;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDefinition.NodeLocal;
import org.maintenancemanager.core.window.WindowDefinition.OneShot;
import org.maintenancemanager.core.window.WindowDefinition.Recurrence;
import org.maintenancemanager.core.window.WindowDefinition.SingleNode;
import org.maintenancemanager.core.window.WindowDefinition.SiteSubtree;
import org.maintenancemanager.core.window.WindowDefinition.Tenant;
import org.maintenancemanager.core.window.WindowFixtures.TestNode;

class SchedulesTest {
    private static final Instant NOON = Instant.parse("2026-06-12T12:00:00Z");

    @Test
    void withoutWindowNothingIsEverOpen() {
        Schedule schedule = Schedules.none().forNode(node("/eu", "Europe/Berlin"));
        assertThat(schedule.hasWindow()).isFalse();
        assertThat(schedule.openAt(NOON)).isEmpty();
        assertThat(schedule.nextAfter(NOON)).isEmpty();
        assertThat(schedule.frozenAt(NOON)).isEmpty();
    }

    @Test
    void freezeAloneIsNoWindow() {
        Schedule schedule = schedule(freeze("f", rule("2026-01-01T00:00", "FREQ=DAILY", "PT24H"), "UTC"));
        assertThat(schedule.hasWindow()).isFalse();
        assertThat(schedule.frozenAt(NOON)).isEmpty();
    }

    @Test
    void windowIsOpenFromItsStartUntilJustBeforeItsEnd() {
        Schedule schedule = schedule(permit("w", rule("2026-01-01T02:00", "FREQ=DAILY", "PT2H"), "UTC"));
        Instant start = Instant.parse("2026-06-12T02:00:00Z");
        Instant end = Instant.parse("2026-06-12T04:00:00Z");
        assertThat(schedule.openAt(start.minusMillis(1))).isEmpty();
        assertThat(schedule.nextAfter(start.minusMillis(1)).orElseThrow().start())
                .isEqualTo(start);
        assertThat(schedule.openAt(start)).hasValueSatisfying(opening -> {
            assertThat(opening.windowName()).isEqualTo("w");
            assertThat(opening.start()).isEqualTo(start);
            assertThat(opening.end()).isEqualTo(end);
            assertThat(opening.rest(start)).isEqualTo(Duration.ofHours(2));
        });
        assertThat(schedule.nextAfter(start).orElseThrow().start()).isEqualTo(start.plus(Duration.ofDays(1)));
        assertThat(schedule.openAt(end.minusMillis(1))).isPresent();
        assertThat(schedule.openAt(end)).isEmpty();
        assertThat(schedule.openAt(end.minusNanos(1))).isPresent();
    }

    @Test
    void freezeWinsAndSaysUntilWhen() {
        Schedule schedule = schedule(
                permit("Nights", rule("2026-01-01T00:00", "FREQ=DAILY", "PT8H"), "UTC"),
                freeze("Quarter's end", oneShot("2026-06-12T02:00", "2026-06-14T03:00"), "UTC"));
        Instant open = Instant.parse("2026-06-12T01:00:00Z");
        assertThat(schedule.openAt(open).orElseThrow().end()).isEqualTo("2026-06-12T02:00:00Z");
        assertThat(schedule.frozenAt(open)).isEmpty();

        Instant frozen = Instant.parse("2026-06-12T02:00:00Z");
        assertThat(schedule.openAt(frozen)).isEmpty();
        assertThat(schedule.frozenAt(frozen)).hasValueSatisfying(freeze -> {
            assertThat(freeze.windowName()).isEqualTo("Quarter's end");
            assertThat(freeze.end()).isEqualTo("2026-06-14T03:00:00Z");
        });
        assertThat(schedule.nextAfter(frozen)).hasValueSatisfying(opening -> {
            assertThat(opening.windowName()).isEqualTo("Nights");
            assertThat(opening.start()).isEqualTo("2026-06-14T03:00:00Z");
            assertThat(opening.end()).isEqualTo("2026-06-14T08:00:00Z");
        });
        // At noon no window would be open anyway.
        assertThat(schedule.frozenAt(NOON)).isEmpty();
    }

    @Test
    void overlappingWindowsMakeOneOpeningWithTheNameOfTheFirst() {
        Schedule schedule = schedule(
                permit("late", oneShot("2026-06-12T03:00", "2026-06-12T06:00"), "UTC"),
                permit("early", oneShot("2026-06-12T01:00", "2026-06-12T03:00"), "UTC"),
                permit("middle", oneShot("2026-06-12T02:00", "2026-06-12T04:00"), "UTC"));
        assertThat(schedule.nextAfter(Instant.parse("2026-06-12T00:00:00Z"))).hasValueSatisfying(opening -> {
            assertThat(opening.windowName()).isEqualTo("early");
            assertThat(opening.start()).isEqualTo("2026-06-12T01:00:00Z");
            assertThat(opening.end()).isEqualTo("2026-06-12T06:00:00Z");
        });
    }

    @Test
    void windowWithoutPauseIsOneOpeningOfAYear() {
        Schedule schedule = schedule(permit("always", rule("2020-01-01T00:00", "FREQ=DAILY", "PT24H"), "UTC"));
        Opening opening = schedule.openAt(NOON).orElseThrow();
        assertThat(opening.rest(NOON)).isGreaterThan(Duration.ofDays(350));
        assertThat(schedule.nextAfter(NOON)).isEmpty();
    }

    @Test
    void nextOpeningIsFoundWithinAYearAndNotBehindIt() {
        Schedule yearly = schedule(permit("y", rule("2020-06-12T11:00", "FREQ=YEARLY", "PT1H"), "UTC"));
        assertThat(yearly.nextAfter(NOON).orElseThrow().start()).isEqualTo("2027-06-12T11:00:00Z");
        Schedule rare = schedule(permit("r", rule("2020-06-12T11:00", "FREQ=YEARLY;INTERVAL=4", "PT1H"), "UTC"));
        assertThat(rare.hasWindow()).isTrue();
        assertThat(rare.nextAfter(NOON)).isEmpty();
        assertThat(rare.nextAfter(Instant.parse("2027-12-01T00:00:00Z"))
                        .orElseThrow()
                        .start())
                .isEqualTo("2028-06-12T11:00:00Z");
    }

    @Test
    void answersDoNotDependOnTheOrderOfQuestions() {
        WindowDefinition[] windows = {
            permit("p", rule("2024-01-01T22:00", "FREQ=WEEKLY;BYDAY=MO,TH", "P2D"), "Europe/Berlin"),
            permit("q", rule("2024-01-05T22:00", "FREQ=MONTHLY;BYDAY=1FR", "P7D"), "America/New_York"),
            freeze("f", rule("2024-01-01T00:00", "FREQ=MONTHLY;BYMONTHDAY=-1", "P3D"), "Europe/Berlin")
        };
        Schedule asked = schedule(windows);
        var random = new Random(5);
        for (int i = 0; i < 300; i++) {
            Instant now = Instant.ofEpochSecond(1_767_225_600L + random.nextInt(3 * 365 * 86_400));
            Schedule fresh = schedule(windows);
            assertThat(asked.openAt(now)).isEqualTo(fresh.openAt(now));
            assertThat(asked.nextAfter(now)).isEqualTo(fresh.nextAfter(now));
            assertThat(asked.frozenAt(now)).isEqualTo(fresh.frozenAt(now));
        }
    }

    /** Union and difference, against looking at each ten minutes alone. */
    @Test
    void openIsWhateverSomePermitAllowsAndNoFreezeForbids() {
        long day = Instant.parse("2026-06-12T00:00:00Z").getEpochSecond();
        int slots = 6 * 24 * 3;
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            List<WindowDefinition> windows = new ArrayList<>();
            boolean[] permitted = new boolean[slots];
            boolean[] frozen = new boolean[slots];
            for (int i = 0; i < 1 + random.nextInt(8); i++) {
                int from = random.nextInt(slots - 1);
                int to = from + 1 + random.nextInt(Math.min(60, slots - from));
                boolean permit = random.nextInt(3) > 0;
                for (int slot = from; slot < Math.min(to, slots); slot++) {
                    (permit ? permitted : frozen)[slot] = true;
                }
                Recurrence recurrence = new OneShot(local(day + from * 600L), local(day + to * 600L));
                windows.add(permit ? permit("p" + i, recurrence, "UTC") : freeze("f" + i, recurrence, "UTC"));
            }
            Schedule schedule = schedule(windows.toArray(WindowDefinition[]::new));
            for (int slot = 0; slot < slots; slot++) {
                Instant now = Instant.ofEpochSecond(day + slot * 600L + random.nextInt(600));
                boolean open = permitted[slot] && !frozen[slot];
                Optional<Opening> opening = schedule.openAt(now);
                assertThat(opening.isPresent())
                        .as("seed %d slot %d", seed, slot)
                        .isEqualTo(open);
                assertThat(schedule.frozenAt(now).isPresent()).isEqualTo(permitted[slot] && frozen[slot]);
                if (open) {
                    int end = slot;
                    while (end < slots && permitted[end] && !frozen[end]) {
                        end++;
                    }
                    int start = slot;
                    while (start > 0 && permitted[start - 1] && !frozen[start - 1]) {
                        start--;
                    }
                    assertThat(opening.orElseThrow().end()).isEqualTo(Instant.ofEpochSecond(day + end * 600L));
                    assertThat(opening.orElseThrow().start()).isEqualTo(Instant.ofEpochSecond(day + start * 600L));
                }
                int next = slot + 1;
                while (next < slots
                        && !(permitted[next] && !frozen[next] && !(permitted[next - 1] && !frozen[next - 1]))) {
                    next++;
                }
                assertThat(schedule.nextAfter(now).map(Opening::start))
                        .isEqualTo(
                                next < slots
                                        ? Optional.of(Instant.ofEpochSecond(day + next * 600L))
                                        : Optional.empty());
            }
        }
    }

    @Test
    void nodesWithTheSameWindowsInTheSameZoneShareASchedule() {
        var schedules = new Schedules(
                7,
                List.of(
                        window("local", Kind.PERMIT, nights(), new NodeLocal(), new SiteSubtree("/eu")),
                        permit("everywhere", nights(), "UTC")));
        Schedule berlin = schedules.forNode(node("/eu/de", "Europe/Berlin"));
        assertThat(schedules.forNode(node("/eu/de/x", "Europe/Berlin"))).isSameAs(berlin);
        assertThat(schedules.forNode(node("/eu/de/x", "Europe/Lisbon"))).isNotSameAs(berlin);
        // Where no window is local, the zone does not matter.
        assertThat(schedules.forNode(node("/us", "America/New_York"))).isSameAs(schedules.forNode(node("/us", "UTC")));
        assertThat(schedules.size()).isEqualTo(3);
        assertThat(schedules.version()).isEqualTo(7);
    }

    @Test
    void localWindowOpensByTheClockOfTheNode() {
        var schedules =
                new Schedules(1, List.of(window("local", Kind.PERMIT, nights(), new NodeLocal(), new Tenant())));
        Instant midnight = Instant.parse("2026-06-12T00:00:00Z");
        assertThat(schedules
                        .forNode(node("/x", "Europe/Berlin"))
                        .nextAfter(midnight.minusMillis(1))
                        .orElseThrow()
                        .start())
                .isEqualTo(midnight);
        assertThat(schedules
                        .forNode(node("/x", "Asia/Tokyo"))
                        .nextAfter(midnight)
                        .orElseThrow()
                        .start())
                .isEqualTo("2026-06-12T17:00:00Z");
        Schedule unknown = schedules.forNode(node("/x", "Mars/Olympus_Mons"));
        assertThat(unknown.hasWindow()).isFalse();
        assertThat(unknown.nextAfter(midnight)).isEmpty();
    }

    @Test
    void targetDecidesWhomAWindowServes() {
        TestNode canary = new TestNode(new UUID(1, 1), "/eu/de/berlin", "UTC", Map.of("ring", "canary"));
        TestNode other = new TestNode(new UUID(2, 2), "/eu-west", "UTC", Map.of());
        for (var target : List.of(
                new SiteSubtree("/eu"),
                new SiteSubtree("/eu/de/berlin"),
                new BySelector(Selector.parse("label.ring==canary")),
                new SingleNode(new NodeId(canary.nodeId())))) {
            var schedules = new Schedules(1, List.of(window("w", Kind.PERMIT, nights(), new NodeLocal(), target)));
            assertThat(schedules.forNode(canary).hasWindow()).as("%s", target).isTrue();
            assertThat(schedules.forNode(other).hasWindow()).as("%s", target).isFalse();
        }
    }

    @Test
    void disabledWindowDoesNotApply() {
        WindowDefinition window = permit("w", nights(), "UTC");
        var disabled = new WindowDefinition(
                window.id(), "w", Kind.PERMIT, nights(), window.zone(), window.target(), false, null, null);
        assertThat(schedule(disabled).hasWindow()).isFalse();
    }

    @Test
    void manyThreadsMayAskAtOnce() throws Exception {
        Schedule shared = schedule(permit("w", nights(), "Europe/Berlin"));
        Schedule alone = schedule(permit("w", nights(), "Europe/Berlin"));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Instant now = NOON.plus(Duration.ofHours(i * 37L));
                Optional<Opening> expected = alone.nextAfter(now);
                tasks.add(() -> shared.nextAfter(now).equals(expected));
            }
            for (Future<Boolean> answer : threads.invokeAll(tasks)) {
                assertThat(answer.get()).isTrue();
            }
        }
    }

    private static Recurrence nights() {
        return rule("2026-01-01T02:00", "FREQ=DAILY", "PT2H");
    }

    private static LocalDateTime local(long second) {
        return LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
    }
}

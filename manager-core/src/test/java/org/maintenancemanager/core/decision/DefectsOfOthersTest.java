package org.maintenancemanager.core.decision;

import static java.time.DayOfWeek.FRIDAY;
import static java.time.DayOfWeek.SATURDAY;
import static java.time.DayOfWeek.SUNDAY;
import static java.time.DayOfWeek.TUESDAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.maintenancemanager.core.window.WindowFixtures.openings;
import static org.maintenancemanager.core.window.WindowFixtures.permit;
import static org.maintenancemanager.core.window.WindowFixtures.rule;
import static org.maintenancemanager.core.window.WindowFixtures.schedule;
import static org.maintenancemanager.core.window.WindowFixtures.weekly;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.decision.Decision.Directive;
import org.maintenancemanager.core.window.Schedule;
import org.maintenancemanager.core.window.Schedule.Opening;
import org.maintenancemanager.core.window.WindowDefinition.Cron;

/** What goes wrong in other systems that know maintenance windows: one test for each, none of it here. */
class DefectsOfOthersTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");
    private static final ZoneId LOS_ANGELES = ZoneId.of("America/Los_Angeles");

    /** Elsewhere: 209 of the 261 windows of 2026 skipped, since an interval was worked out once, on arrival. */
    @Test
    void weekdayCronThatArrivesOnAThursdayMissesNoDay() {
        Schedule schedule = schedule(permit("Weeknights", new Cron("0 2 * * 1-5", Duration.ofHours(4)), "UTC"));
        Instant thursday = Instant.parse("2026-01-01T12:00:00Z");
        assertThat(schedule.nextAfter(thursday).orElseThrow().start()).isEqualTo("2026-01-02T02:00:00Z");
        assertThat(openings(schedule, 2026))
                .hasSize(261)
                .allSatisfy(opening -> assertThat(
                                opening.start().atZone(ZoneId.of("UTC")).getDayOfWeek())
                        .isLessThan(SATURDAY));
    }

    /** Elsewhere: the spring Sunday is lost. */
    @Test
    void dailyWindowIsNotLostOnTheSpringSunday() {
        Schedule schedule =
                schedule(permit("Daily", rule("2026-01-01T04:00", "FREQ=DAILY", "PT30M"), "America/New_York"));
        List<Opening> openings = openings(schedule, 2026);
        assertThat(openings).hasSize(365);
        assertThat(openings).anySatisfy(opening -> assertThat(opening.start()).isEqualTo("2026-03-08T08:00:00Z"));
        assertThat(openings)
                .allSatisfy(
                        opening -> assertThat(opening.start().atZone(NEW_YORK).toLocalTime())
                                .isEqualTo(LocalTime.of(4, 0)));
    }

    /** Elsewhere: Friday morning is open, and Saturday morning is closed. */
    @Test
    void windowOverMidnightIsOpenInTheMorningAfterAndNotInTheMorningBefore() {
        Schedule schedule =
                schedule(permit("Friday night", weekly("2026-01-01T22:00", "PT8H", FRIDAY), "Europe/Berlin"));
        assertThat(schedule.openAt(at("2026-06-12", "03:00", BERLIN)))
                .as("Friday morning")
                .isEmpty();
        assertThat(schedule.openAt(at("2026-06-12", "23:00", BERLIN)))
                .as("Friday night")
                .isPresent();
        assertThat(schedule.openAt(at("2026-06-13", "00:00", BERLIN)))
                .as("midnight")
                .isPresent();
        assertThat(schedule.openAt(at("2026-06-13", "05:59", BERLIN)))
                .as("Saturday morning")
                .isPresent();
        assertThat(schedule.openAt(at("2026-06-13", "06:00", BERLIN)))
                .as("the end")
                .isEmpty();
        assertThat(schedule.openAt(at("2026-06-13", "22:00", BERLIN)))
                .as("Saturday night")
                .isEmpty();
    }

    /** Elsewhere: it runs on the first of May, converted to a cron in UTC. */
    @Test
    void yearlyWindowOnTheLastDayOfMayStaysOnTheLastDayOfMay() {
        Schedule schedule = schedule(permit(
                "Yearly",
                rule("2026-05-31T21:00", "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=31", "PT2H"),
                "America/Los_Angeles"));
        for (int year = 2026; year < 2036; year++) {
            assertThat(openings(schedule, year))
                    .singleElement()
                    .satisfies(opening -> assertThat(opening.start())
                            .isEqualTo(at(
                                    opening.start().atZone(LOS_ANGELES).getYear() + "-05-31", "21:00", LOS_ANGELES)));
        }
    }

    /** Elsewhere: it moves by an hour, since the offset was frozen when it was saved. */
    @Test
    void weeklyWindowKeepsItsLocalTimeAfterTheClocksChange() {
        Schedule schedule = schedule(permit("Tuesdays", weekly("2026-01-01T02:00", "PT3H", TUESDAY), "Europe/Berlin"));
        assertThat(openings(schedule, 2026)).hasSize(52).allSatisfy(opening -> {
            assertThat(opening.start().atZone(BERLIN).toLocalTime()).isEqualTo(LocalTime.of(2, 0));
            assertThat(opening.rest(opening.start())).isEqualTo(Duration.ofHours(3));
        });
        assertThat(openings(schedule, 2026).stream()
                        .map(opening -> opening.start().atZone(ZoneId.of("UTC")).getHour())
                        .distinct())
                .containsExactlyInAnyOrder(0, 1);
    }

    /** Elsewhere: it never fires, or on a wrong day, in short months. */
    @Test
    void day31ComesInLongMonthsOnly() {
        Schedule schedule = schedule(
                permit("Month's end", rule("2026-01-31T03:00", "FREQ=MONTHLY;BYMONTHDAY=31", "PT1H"), "Europe/Berlin"));
        assertThat(openings(schedule, 2026))
                .extracting(
                        opening -> opening.start().atZone(BERLIN).toLocalDate().toString())
                .containsExactly(
                        "2026-01-31",
                        "2026-03-31",
                        "2026-05-31",
                        "2026-07-31",
                        "2026-08-31",
                        "2026-10-31",
                        "2026-12-31");
    }

    /** Elsewhere: both are open at the edge, or none is. */
    @Test
    void neighboursAreNeverBothOpenAndLeaveNoGap() {
        Schedule evening = schedule(permit("Evening", rule("2026-01-01T20:00", "FREQ=DAILY", "PT2H"), "Europe/Berlin"));
        Schedule night = schedule(permit("Night", rule("2026-01-01T22:00", "FREQ=DAILY", "PT2H"), "Europe/Berlin"));
        Instant edge = at("2026-06-12", "22:00", BERLIN);
        assertThat(evening.openAt(edge.minusMillis(1))).isPresent();
        assertThat(night.openAt(edge.minusMillis(1))).isEmpty();
        assertThat(evening.openAt(edge)).isEmpty();
        assertThat(night.openAt(edge)).isPresent();
        assertThat(evening.openAt(edge.plusMillis(1))).isEmpty();
        assertThat(night.openAt(edge.plusMillis(1))).isPresent();
    }

    /** Elsewhere: applied anyway, at noon, since the open window was latched when the download began. */
    @Test
    void windowThatClosesWhileTheDownloadRunsIsNotUsedAtNoon() {
        Schedule schedule = schedule(permit("Night", rule("2026-01-01T02:00", "FREQ=DAILY", "PT2H"), "Europe/Berlin"));
        var situation = new Situation();
        situation.state = UpdateState.DOWNLOADING;
        assertThat(decide(situation, schedule, at("2026-06-12", "03:30", BERLIN))
                        .directive())
                .isEqualTo(Directive.DOWNLOAD);
        assertThat(decide(situation, schedule, at("2026-06-12", "12:00", BERLIN))
                        .directive())
                .as("it may go on loading")
                .isEqualTo(Directive.DOWNLOAD);
        situation.state = UpdateState.DOWNLOADED;
        Decision atNoon = decide(situation, schedule, at("2026-06-12", "12:00", BERLIN));
        assertThat(atNoon.directive()).isEqualTo(Directive.WAIT);
        Gate gate = atNoon.blocking().orElseThrow();
        assertThat(gate.code()).isEqualTo("WINDOW_CLOSED");
        assertThat(gate.until()).isEqualTo(at("2026-06-13", "02:00", BERLIN));
        assertThat(decide(situation, schedule, at("2026-06-13", "02:00", BERLIN))
                        .directive())
                .isEqualTo(Directive.INSTALL_ALLOWED);
    }

    /** Elsewhere: the whole wave "timed out" after 24 hours on the wall clock, while it only waited. */
    @Test
    void nodeThatWaitsForAWeekForItsWeeklyWindowIsNotTimedOut() {
        Schedule schedule = schedule(permit("Sundays", weekly("2026-01-01T02:00", "PT2H", SUNDAY), "Europe/Berlin"));
        var situation = new Situation();
        Instant downloaded = at("2026-06-07", "04:00", BERLIN);
        Instant opens = at("2026-06-14", "02:00", BERLIN);
        for (Instant now = downloaded; now.isBefore(opens); now = now.plus(Duration.ofMinutes(10))) {
            Decision decision = decide(situation, schedule, now);
            assertThat(decision.directive()).as("at %s", now).isEqualTo(Directive.WAIT);
            Gate gate = decision.blocking().orElseThrow();
            assertThat(gate.code()).isEqualTo("WINDOW_CLOSED");
            assertThat(gate.until()).isEqualTo(opens);
        }
        assertThat(decide(situation, schedule, opens).directive()).isEqualTo(Directive.INSTALL_ALLOWED);
    }

    /** Elsewhere: not served until the next one. */
    @Test
    void nodeThatAppearsInMidWindowIsServedInThisOne() {
        Schedule schedule = schedule(permit("Night", rule("2026-06-12T02:00", "FREQ=DAILY", "PT2H"), "Europe/Berlin"));
        assertThat(schedule.openAt(at("2026-06-12", "03:00", BERLIN)))
                .hasValueSatisfying(
                        opening -> assertThat(opening.start()).isEqualTo(at("2026-06-12", "02:00", BERLIN)));
    }

    /** The situation's node and campaign, but with this schedule. */
    private static Decision decide(Situation situation, Schedule schedule, Instant now) {
        NodeFacts like = situation.node();
        var node = new NodeFacts(
                like.id(),
                like.state(),
                like.stateReason(),
                like.architecture(),
                like.hardware(),
                like.sitePath(),
                like.runningSha256(),
                like.runningReleaseCounter(),
                like.blocked(),
                schedule,
                like.usual(),
                like.budgets());
        return Decisions.decide(node, situation.update(), situation.campaign(), now);
    }

    private static Instant at(String date, String time, ZoneId zone) {
        return LocalDate.parse(date).atTime(LocalTime.parse(time)).atZone(zone).toInstant();
    }
}

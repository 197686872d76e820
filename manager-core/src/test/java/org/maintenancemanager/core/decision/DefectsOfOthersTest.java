package org.maintenancemanager.core.window;

import static java.time.DayOfWeek.FRIDAY;
import static java.time.DayOfWeek.MONDAY;
import static java.time.DayOfWeek.SATURDAY;
import static java.time.DayOfWeek.THURSDAY;
import static java.time.DayOfWeek.TUESDAY;
import static java.time.DayOfWeek.WEDNESDAY;
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
import org.maintenancemanager.core.window.Schedule.Opening;

/** What goes wrong in other systems that know maintenance windows. */
class DefectsOfOthersTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");
    private static final ZoneId LOS_ANGELES = ZoneId.of("America/Los_Angeles");

    @Test
    void weekdayWindowThatArrivesOnAThursdayMissesNoDay() {
        Schedule schedule = schedule(permit(
                "Weeknights", weekly("2026-01-01T02:00", "PT4H", MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY), "UTC"));
        assertThat(openings(schedule, 2026))
                .hasSize(261)
                .allSatisfy(opening -> assertThat(
                                opening.start().atZone(ZoneId.of("UTC")).getDayOfWeek())
                        .isLessThan(SATURDAY));
    }

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

    @Test
    void windowThatClosedMeanwhileIsNotOpenAtNoon() {
        Schedule schedule = schedule(permit("Night", rule("2026-01-01T02:00", "FREQ=DAILY", "PT2H"), "Europe/Berlin"));
        assertThat(schedule.openAt(at("2026-06-12", "03:59", BERLIN))).isPresent();
        assertThat(schedule.openAt(at("2026-06-12", "12:00", BERLIN))).isEmpty();
    }

    @Test
    void nodeThatAppearsInMidWindowIsServedInThisOne() {
        Schedule schedule = schedule(permit("Night", rule("2026-06-12T02:00", "FREQ=DAILY", "PT2H"), "Europe/Berlin"));
        assertThat(schedule.openAt(at("2026-06-12", "03:00", BERLIN)))
                .hasValueSatisfying(
                        opening -> assertThat(opening.start()).isEqualTo(at("2026-06-12", "02:00", BERLIN)));
    }

    private static Instant at(String date, String time, ZoneId zone) {
        return LocalDate.parse(date).atTime(LocalTime.parse(time)).atZone(zone).toInstant();
    }
}

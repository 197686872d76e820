package org.maintenancemanager.core.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.maintenancemanager.core.window.WindowFixtures.oneShot;
import static org.maintenancemanager.core.window.WindowFixtures.permit;
import static org.maintenancemanager.core.window.WindowFixtures.rule;
import static org.maintenancemanager.core.window.WindowFixtures.weekly;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maintenancemanager.core.tenant.IanaZones;
import org.maintenancemanager.core.window.Recurrences.Occurrence;
import org.maintenancemanager.core.window.WindowDefinition.RRule;

class RecurrencesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # an ordinary day
            Europe/Berlin       | 2026-06-12T02:30 | PT1H | 2026-06-12T00:30:00Z | 2026-06-12T01:30:00Z
            # in the gap: the first instant behind it, for as long as ever
            Europe/Berlin       | 2026-03-29T02:30 | PT1H | 2026-03-29T01:00:00Z | 2026-03-29T02:00:00Z
            Europe/Berlin       | 2026-03-29T02:00 | PT1H | 2026-03-29T01:00:00Z | 2026-03-29T02:00:00Z
            Europe/Berlin       | 2026-03-29T03:00 | PT1H | 2026-03-29T01:00:00Z | 2026-03-29T02:00:00Z
            Europe/Berlin       | 2026-03-29T01:59 | PT1H | 2026-03-29T00:59:00Z | 2026-03-29T01:59:00Z
            # in the overlap: the earlier of the two
            Europe/Berlin       | 2026-10-25T02:30 | PT1H | 2026-10-25T00:30:00Z | 2026-10-25T01:30:00Z
            Europe/Berlin       | 2026-10-25T02:00 | PT1H | 2026-10-25T00:00:00Z | 2026-10-25T01:00:00Z
            Europe/Berlin       | 2026-10-25T03:00 | PT1H | 2026-10-25T02:00:00Z | 2026-10-25T03:00:00Z
            # across a change: elapsed time
            Europe/Berlin       | 2026-03-28T22:00 | PT8H | 2026-03-28T21:00:00Z | 2026-03-29T05:00:00Z
            Europe/Berlin       | 2026-10-24T22:00 | PT8H | 2026-10-24T20:00:00Z | 2026-10-25T04:00:00Z
            America/New_York    | 2026-03-08T02:30 | PT1H | 2026-03-08T07:00:00Z | 2026-03-08T08:00:00Z
            # midnight itself is missing
            Africa/Cairo        | 2026-04-24T00:00 | PT2H | 2026-04-23T22:00:00Z | 2026-04-24T00:00:00Z
            # half an hour
            Australia/Lord_Howe | 2026-10-04T02:15 | PT1H | 2026-10-03T15:30:00Z | 2026-10-03T16:30:00Z
            Australia/Lord_Howe | 2026-04-05T01:45 | PT1H | 2026-04-04T14:45:00Z | 2026-04-04T15:45:00Z
            # a day that never was
            Pacific/Apia        | 2011-12-30T12:00 | PT1H | 2011-12-30T10:00:00Z | 2011-12-30T11:00:00Z
            UTC                 | 2026-03-29T02:30 | PT1H | 2026-03-29T02:30:00Z | 2026-03-29T03:30:00Z
            """)
    void clocksThatChange(String zone, String start, String duration, Instant from, Instant to) {
        WindowDefinition window = permit("w", rule(start, "FREQ=YEARLY;COUNT=1", duration), zone);
        assertThat(occurrences(window, from.minusSeconds(86_400), to.plusSeconds(86_400)))
                .containsExactly(from + "/" + to);
    }

    @Test
    void windowInTheOverlapComesOnce() {
        WindowDefinition window = permit("w", rule("2026-10-20T02:30", "FREQ=DAILY", "PT30M"), "Europe/Berlin");
        assertThat(occurrences(window, Instant.parse("2026-10-25T00:00:00Z"), Instant.parse("2026-10-26T00:00:00Z")))
                .containsExactly("2026-10-25T00:30:00Z/2026-10-25T01:00:00Z");
    }

    @Test
    void oneShotEndsWhenItsClockSaysSo() {
        WindowDefinition window = permit("w", oneShot("2026-03-28T22:00", "2026-03-29T06:00"), "Europe/Berlin");
        assertThat(occurrences(window, Instant.parse("2026-03-01T00:00:00Z"), Instant.parse("2026-05-01T00:00:00Z")))
                .containsExactly("2026-03-28T21:00:00Z/2026-03-29T04:00:00Z");
    }

    @Test
    void exdatesAreLeftOutAndRdatesAdded() {
        var recurrence = new RRule(
                LocalDateTime.parse("2026-03-01T02:00"),
                "FREQ=DAILY;COUNT=4",
                List.of(LocalDateTime.parse("2026-03-02T02:00"), LocalDateTime.parse("2026-03-20T02:00")),
                List.of(
                        LocalDateTime.parse("2026-03-03T12:00"),
                        LocalDateTime.parse("2026-03-04T02:00"),
                        LocalDateTime.parse("2026-02-01T05:00"),
                        LocalDateTime.parse("2026-03-19T02:00"),
                        LocalDateTime.parse("2026-03-20T02:00")),
                Duration.ofHours(1));
        assertThat(occurrences(
                        permit("w", recurrence, "UTC"),
                        Instant.parse("2026-01-01T00:00:00Z"),
                        Instant.parse("2027-01-01T00:00:00Z")))
                .extracting(text -> text.substring(0, 16))
                .containsExactly(
                        "2026-02-01T05:00",
                        "2026-03-01T02:00",
                        "2026-03-03T02:00",
                        "2026-03-03T12:00",
                        "2026-03-04T02:00",
                        "2026-03-19T02:00");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # inclusive, on the window's own clock
            FREQ=DAILY;UNTIL=20260603T020000  | 3
            FREQ=DAILY;UNTIL=20260603T015959  | 2
            # 00:00 UTC is 02:00 in Berlin
            FREQ=DAILY;UNTIL=20260603T000000Z | 3
            FREQ=DAILY;UNTIL=20260602T235959Z | 2
            # the whole day
            FREQ=DAILY;UNTIL=20260603         | 3
            FREQ=DAILY;COUNT=3                | 3
            FREQ=WEEKLY;BYDAY=WE;COUNT=3      | 3
            """)
    void recurrenceEndsWhereItsRuleSays(String rule, int occurrences) {
        WindowDefinition window = permit("w", rule("2026-06-01T02:00", rule, "PT1H"), "Europe/Berlin");
        assertThat(occurrences(window, Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2027-01-01T00:00:00Z")))
                .hasSize(occurrences);
        assertThat(occurrences(window, Instant.parse("2028-01-01T00:00:00Z"), Instant.parse("2029-01-01T00:00:00Z")))
                .isEmpty();
    }

    @Test
    void everySecondWeekStaysTheSameWeekHoweverLateOneLooks() {
        WindowDefinition window = permit(
                "w",
                new WindowDefinition.Weekly(
                        java.util.Set.of(DayOfWeek.MONDAY, DayOfWeek.SUNDAY),
                        2,
                        LocalDateTime.parse("2026-01-01T02:00"),
                        Duration.ofHours(1)),
                "UTC");
        List<String> whole =
                occurrences(window, Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2036-01-01T00:00:00Z"));
        assertThat(whole.subList(0, 3))
                .extracting(text -> text.substring(0, 10))
                .containsExactly("2026-01-04", "2026-01-12", "2026-01-18");
        List<String> pieces = new ArrayList<>();
        for (Instant from = Instant.parse("2026-01-01T00:00:00Z");
                from.isBefore(Instant.parse("2036-01-01T00:00:00Z"));
                from = from.plus(Duration.ofDays(1))) {
            pieces.addAll(occurrences(window, from, from.plus(Duration.ofDays(1))));
        }
        assertThat(pieces).containsAll(whole).hasSizeBetween(whole.size(), whole.size() + 1);
    }

    @Test
    void occurrenceBelongsToEveryRangeThatItTouches() {
        WindowDefinition window = permit("w", rule("2026-06-01T02:00", "FREQ=MONTHLY", "P7D"), "UTC");
        Instant start = Instant.parse("2026-06-01T02:00:00Z");
        Instant end = Instant.parse("2026-06-08T02:00:00Z");
        assertThat(occurrences(window, start.minusMillis(1), start)).isEmpty();
        assertThat(occurrences(window, start, start.plusMillis(1))).hasSize(1);
        assertThat(occurrences(window, end.minusMillis(1), end)).hasSize(1);
        assertThat(occurrences(window, end, end.plusMillis(1))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # midnight, the end of a month, of February, of a leap year's February, of a year
            2026-06-12T22:00 | FREQ=DAILY;COUNT=1            | PT8H | 2026-06-12T22:00:00Z | 2026-06-13T06:00:00Z
            2026-04-30T22:00 | FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=1 | PT8H | 2026-04-30T22:00:00Z | 2026-05-01T06:00:00Z
            2026-02-28T23:59 | FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=1 | PT5M | 2026-02-28T23:59:00Z | 2026-03-01T00:04:00Z
            2028-02-28T22:00 | FREQ=DAILY;COUNT=1            | P2D  | 2028-02-28T22:00:00Z | 2028-03-01T22:00:00Z
            2026-12-31T22:00 | FREQ=YEARLY;COUNT=1           | PT8H | 2026-12-31T22:00:00Z | 2027-01-01T06:00:00Z
            2026-12-28T00:00 | FREQ=WEEKLY;COUNT=1           | P7D  | 2026-12-28T00:00:00Z | 2027-01-04T00:00:00Z
            """)
    void occurrenceCrossesMidnightTheMonthsEndAndTheYearsEnd(
            String start, String rule, String duration, Instant from, Instant to) {
        WindowDefinition window = permit("w", rule(start, rule, duration), "UTC");
        assertThat(window.validate()).isEmpty();
        assertThat(occurrences(window, from, to)).containsExactly(from + "/" + to);
        assertThat(occurrences(window, to.minusMillis(1), to)).containsExactly(from + "/" + to);
        assertThat(occurrences(window, to, to.plusSeconds(86_400))).isEmpty();
    }

    @Test
    void twoStartsInOneGapAreOneOccurrence() {
        WindowDefinition window =
                permit("w", new WindowDefinition.Cron("0,30 2 * * *", Duration.ofHours(1)), "Europe/Berlin");
        assertThat(occurrences(window, Instant.parse("2026-03-29T00:00:00Z"), Instant.parse("2026-03-29T12:00:00Z")))
                .containsExactly("2026-03-29T01:00:00Z/2026-03-29T02:00:00Z");
    }

    @Test
    void nothingIsOpenOutsideOfTheValidity() {
        WindowDefinition window = permit("w", rule("2026-06-01T02:00", "FREQ=DAILY", "PT2H"), "UTC");
        var valid = new WindowDefinition(
                window.id(),
                window.name(),
                window.kind(),
                window.recurrence(),
                window.zone(),
                window.target(),
                true,
                Instant.parse("2026-06-10T03:00:00Z"),
                Instant.parse("2026-06-12T02:30:00Z"));
        assertThat(occurrences(valid, Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2027-01-01T00:00:00Z")))
                .containsExactly(
                        "2026-06-10T03:00:00Z/2026-06-10T04:00:00Z",
                        "2026-06-11T02:00:00Z/2026-06-11T04:00:00Z",
                        "2026-06-12T02:00:00Z/2026-06-12T02:30:00Z");
    }

    /**
     * Every zone, ten years, rules of each kind; against another way to the same answer: walk through all days, ask each
     * whether it fits, and look for the first instant at which the clock shows the time, or has passed it.
     */
    @Test
    void everyZoneOverTenYearsAgreesWithAnotherImplementation() {
        LocalDate first = LocalDate.of(2020, 1, 1);
        LocalDate last = LocalDate.of(2029, 12, 31);
        Map<WindowDefinition.Recurrence, Predicate<LocalDate>> rules = new LinkedHashMap<>();
        rules.put(rule("2020-01-01T02:30", "FREQ=DAILY", "PT1H"), day -> true);
        rules.put(
                rule("2020-01-01T00:00", "FREQ=DAILY;INTERVAL=3", "PT1H"),
                day -> (day.toEpochDay() - first.toEpochDay()) % 3 == 0);
        rules.put(
                weekly("2020-01-01T23:45", "PT6H", DayOfWeek.SATURDAY, DayOfWeek.SUNDAY),
                day -> day.getDayOfWeek().getValue() >= 6);
        rules.put(
                rule("2020-01-01T01:15", "FREQ=MONTHLY;BYDAY=-1SU", "PT2H"),
                day -> day.equals(day.with(TemporalAdjusters.lastInMonth(DayOfWeek.SUNDAY))));
        rules.put(
                rule("2020-01-01T03:00", "FREQ=MONTHLY;BYDAY=2TU", "PT2H"),
                day -> day.equals(day.with(TemporalAdjusters.dayOfWeekInMonth(2, DayOfWeek.TUESDAY))));
        rules.put(rule("2020-01-01T02:00", "FREQ=MONTHLY;BYMONTHDAY=31", "PT2H"), day -> day.getDayOfMonth() == 31);
        rules.put(
                rule("2020-01-01T02:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "PT2H"),
                day -> day.getMonthValue() == 2 && day.getDayOfMonth() == 29);
        rules.put(
                new WindowDefinition.Cron("30 0 * * FRI-SUN", Duration.ofHours(2)),
                day -> day.getDayOfWeek().getValue() >= 5);
        rules.put(
                new WindowDefinition.Cron("30 2 13 * FRI", Duration.ofHours(2)),
                day -> day.getDayOfMonth() == 13 || day.getDayOfWeek() == DayOfWeek.FRIDAY);
        long begin = first.toEpochDay() * 86_400_000;
        long from = first.minusDays(3).toEpochDay() * 86_400_000;
        long to = last.plusDays(3).toEpochDay() * 86_400_000;

        assertThat(IanaZones.names()).hasSizeGreaterThan(500);
        for (Map.Entry<WindowDefinition.Recurrence, Predicate<LocalDate>> entry : rules.entrySet()) {
            LocalTime time = switch (entry.getKey()) {
                case WindowDefinition.RRule rule -> rule.start().toLocalTime();
                case WindowDefinition.Weekly weekly -> weekly.start().toLocalTime();
                case WindowDefinition.OneShot oneShot -> oneShot.start().toLocalTime();
                case WindowDefinition.Cron cron -> {
                    String[] fields = cron.expression().split(" ");
                    yield LocalTime.of(Integer.parseInt(fields[1]), Integer.parseInt(fields[0]));
                }
            };
            List<LocalDateTime> expected = first.datesUntil(last.plusDays(1))
                    .filter(entry.getValue())
                    .map(day -> day.atTime(time))
                    .toList();
            for (String name : IanaZones.names()) {
                ZoneId zone = ZoneId.of(name);
                long[] actual = Recurrences.between(permit("w", entry.getKey(), name), zone, from, to).stream()
                        .filter(occurrence -> occurrence.wallClock() >= begin)
                        .mapToLong(Occurrence::start)
                        .filter(start -> start < to - 4 * 86_400_000L)
                        .toArray();
                long[] wanted = expected.stream()
                        .mapToLong(local -> firstInstantOf(local, zone))
                        .filter(start -> start < to - 4 * 86_400_000L)
                        .toArray();
                assertThat(actual).as("%s in %s", entry.getKey(), name).isEqualTo(wanted);
            }
        }
    }

    private static long firstInstantOf(LocalDateTime local, ZoneId zone) {
        // Java's own answer is right unless the clock was changed nearby.
        Instant guess = local.atZone(zone).toInstant();
        if (zone.getRules()
                .getOffset(guess.minusSeconds(50_000))
                .equals(zone.getRules().getOffset(guess.plusSeconds(50_000)))) {
            return guess.toEpochMilli();
        }
        // No gap of these years is longer than 3 hours, and all are whole minutes.
        long second = guess.getEpochSecond() - 4 * 3600;
        while (LocalDateTime.ofInstant(Instant.ofEpochSecond(second), zone).isBefore(local)) {
            second += 60;
        }
        return second * 1000;
    }

    private static List<String> occurrences(WindowDefinition window, Instant from, Instant to) {
        return Recurrences.between(window, WindowFixtures.zone(window), from.toEpochMilli(), to.toEpochMilli()).stream()
                .map(occurrence ->
                        Instant.ofEpochMilli(occurrence.start()) + "/" + Instant.ofEpochMilli(occurrence.end()))
                .toList();
    }
}

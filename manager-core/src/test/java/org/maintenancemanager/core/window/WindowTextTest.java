package org.maintenancemanager.core.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.maintenancemanager.core.window.WindowFixtures.oneShot;
import static org.maintenancemanager.core.window.WindowFixtures.permit;
import static org.maintenancemanager.core.window.WindowFixtures.rule;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maintenancemanager.core.window.WindowDefinition.Cron;
import org.maintenancemanager.core.window.WindowDefinition.RRule;
import org.maintenancemanager.core.window.WindowDefinition.Weekly;

/** What is read back to whoever typed a rule. */
class WindowTextTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 22 * * *           | every day, 22:00-02:00, Europe/Berlin
            0 22 * * MON-FRI     | Monday to Friday, 22:00-02:00, Europe/Berlin
            0 22 * * 1-5         | Monday to Friday, 22:00-02:00, Europe/Berlin
            0 22 * * SAT,SUN     | every Saturday and Sunday, 22:00-02:00, Europe/Berlin
            0 22 * * 7           | every Sunday, 22:00-02:00, Europe/Berlin
            30 1,13 * * TUE      | every Tuesday, 01:30-05:30 and 13:30-17:30, Europe/Berlin
            0 2 1 * *            | the 1st of each month, 02:00-06:00, Europe/Berlin
            0 2 1,15 * *         | the 1st and the 15th of each month, 02:00-06:00, Europe/Berlin
            0 2 1 JAN,JUL *      | the 1st of January and July, 02:00-06:00, Europe/Berlin
            0 2 13 * FRI         | the 13th of each month, 02:00-06:00, and every Friday, 02:00-06:00, Europe/Berlin
            0 2 * DEC *          | every day in December, 02:00-06:00, Europe/Berlin
            15 */4 * * *         | every day, at :15 of the hours 0, 4, 8, 12, 16 and 20, for 4 h, Europe/Berlin
            15 * * * *           | every day, every hour at :15, for 4 h, Europe/Berlin
            """)
    void cronIsSaidInWords(String cron, String text) {
        assertThat(permit("w", new Cron(cron, Duration.ofHours(4)), "Europe/Berlin")
                        .text())
                .isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            FREQ=DAILY                                  | every day, 22:00-02:00
            FREQ=DAILY;INTERVAL=2                       | every second day, 22:00-02:00
            FREQ=DAILY;COUNT=1                          | every day, 22:00-02:00, once
            FREQ=DAILY;COUNT=5                          | every day, 22:00-02:00, 5 times
            FREQ=WEEKLY                                 | every Thursday, 22:00-02:00
            FREQ=WEEKLY;INTERVAL=2;BYDAY=TU             | every second Tuesday, 22:00-02:00
            FREQ=WEEKLY;INTERVAL=3;BYDAY=TU,FR          | every third week on Tuesday and Friday, 22:00-02:00
            FREQ=MONTHLY                                | the 1st of each month, 22:00-02:00
            FREQ=MONTHLY;BYMONTHDAY=31                  | the 31st of each month, 22:00-02:00
            FREQ=MONTHLY;BYMONTHDAY=-1                  | the last day of each month, 22:00-02:00
            FREQ=MONTHLY;BYDAY=2TU                      | the second Tuesday of each month, 22:00-02:00
            FREQ=MONTHLY;BYDAY=-1SU                     | the last Sunday of each month, 22:00-02:00
            FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO,3MO       | the first Monday and the third Monday of every third month, 22:00-02:00
            FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1 | the last day from Monday to Friday of each month, 22:00-02:00
            FREQ=YEARLY                                 | 1 January each year, 22:00-02:00
            FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=31         | 31 May each year, 22:00-02:00
            """)
    void ruleIsSaidInWords(String rule, String text) {
        assertThat(permit("w", rule("2026-01-01T22:00", rule, "PT4H"), "UTC").text())
                .isEqualTo(text + ", UTC");
    }

    /** Rather unreadable than untrue. */
    @ParameterizedTest
    @CsvSource({"FREQ=YEARLY;BYYEARDAY=100", "FREQ=YEARLY;BYWEEKNO=20", "FREQ=DAILY;INTERVAL=2;BYDAY=MO"})
    void ruleWithoutPlainWordsIsQuoted(String rule) {
        assertThat(permit("w", rule("2026-01-01T22:00", rule, "PT4H"), "UTC").text())
                .isEqualTo("by the rule %s from 1 January 2026, for 4 h, UTC".formatted(rule));
    }

    @Test
    void whatLastsLongerThanADaySaysForHowLong() {
        assertThat(permit("w", rule("2026-01-01T22:00", "FREQ=DAILY", "P2DT4H"), "NODE_LOCAL")
                        .text())
                .isEqualTo("every day, from 22:00 for 2 days 4 h, the node's local time");
        assertThat(permit("w", oneShot("2026-12-31T22:00", "2027-01-01T02:00"), "UTC")
                        .text())
                .isEqualTo("31 December 2026 22:00 to 1 January 2027 02:00, UTC");
        assertThat(permit("w", oneShot("2026-12-31T20:00", "2026-12-31T22:00"), "UTC")
                        .text())
                .isEqualTo("31 December 2026, 20:00-22:00, UTC");
    }

    @Test
    void exceptionsAreNamed() {
        var rule = new RRule(
                LocalDateTime.parse("2026-01-01T22:00"),
                "FREQ=DAILY",
                List.of(LocalDateTime.parse("2026-12-24T22:00")),
                List.of(LocalDateTime.parse("2026-05-01T10:00")),
                Duration.ofHours(4));
        assertThat(permit("w", rule, "UTC").text())
                .isEqualTo("every day, 22:00-02:00, except on 24 December 2026 22:00, also on 1 May 2026 10:00, UTC");
    }

    @Test
    void everySecondTuesdayIsSaidAsInTheGuide() {
        var weekly =
                new Weekly(Set.of(DayOfWeek.TUESDAY), 2, LocalDateTime.parse("2026-03-03T22:00"), Duration.ofHours(6));
        assertThat(permit("w", weekly, "Europe/Berlin").text())
                .isEqualTo("every second Tuesday, 22:00-04:00, Europe/Berlin");
    }
}

package org.maintenancemanager.core.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.maintenancemanager.core.window.WindowFixtures.freeze;
import static org.maintenancemanager.core.window.WindowFixtures.oneShot;
import static org.maintenancemanager.core.window.WindowFixtures.permit;
import static org.maintenancemanager.core.window.WindowFixtures.rule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.window.WindowLint.Finding;

class WindowLintTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void openHoursOfAYearAreCountedOnce() {
        WindowDefinition overlapping = permit("w", rule("2026-01-01T00:00", "FREQ=DAILY;BYHOUR=0,1", "PT2H"), "UTC");
        assertThat(lint(overlapping).openInAYear()).isEqualTo(Duration.ofHours(3 * 365));
        assertThat(lint(overlapping).longestOpening()).isEqualTo(Duration.ofHours(3));
        assertThat(lint(overlapping).findings()).isEmpty();
        WindowDefinition always = permit("w", rule("2026-01-01T00:00", "FREQ=DAILY", "PT48H"), "NODE_LOCAL");
        assertThat(lint(always).openInAYear()).isEqualTo(Duration.ofDays(365));
    }

    @Test
    void windowOfThePastNeverOpens() {
        WindowDefinition past = permit("w", oneShot("2026-02-01T00:00", "2026-02-01T05:00"), "UTC");
        assertThat(lint(past).openInAYear()).isZero();
        assertThat(lint(past).longestOpening()).isZero();
        assertThat(lint(past).findings()).containsExactly(Finding.NEVER_OPENS);
    }

    @Test
    void windowOfLeapDaysIsFarAway() {
        WindowDefinition leap =
                permit("w", rule("2024-02-29T00:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "PT5H"), "UTC");
        assertThat(lint(leap).findings()).containsExactly(Finding.NOT_WITHIN_A_YEAR);
    }

    @Test
    void windowInsideOfAFreezeIsSwallowed() {
        WindowDefinition sundays = permit("w", rule("2026-01-01T02:30", "FREQ=WEEKLY;BYDAY=SU", "PT1H"), "UTC");
        WindowDefinition weekends = freeze("f", rule("2026-01-01T00:00", "FREQ=WEEKLY;BYDAY=SA", "P2D"), "UTC");
        WindowDefinition saturdays = freeze("f", rule("2026-01-01T00:00", "FREQ=WEEKLY;BYDAY=SA", "P1D"), "UTC");
        assertThat(lint(sundays, weekends).findings()).containsExactly(Finding.SWALLOWED_BY_FREEZE);
        assertThat(lint(sundays, saturdays).findings()).isEmpty();
        WindowDefinition winter = freeze("f", oneShot("2026-12-01T00:00", "2027-04-01T00:00"), "UTC");
        assertThat(lint(sundays, winter).findings()).containsExactly(Finding.PARTLY_FROZEN);
        assertThat(lint(sundays, winter).openInAYear()).isEqualTo(Duration.ofHours(52));
        assertThat(lint(sundays, winter).frozenInAYear()).isEqualTo(Duration.ofHours(13));
        assertThat(lint(weekends, weekends).findings())
                .as("a freeze is no window")
                .isEmpty();
    }

    @Test
    void changesOfTheClockAreCounted() {
        WindowDefinition nights = permit("w", rule("2026-01-01T02:30", "FREQ=DAILY", "PT1H"), "NODE_LOCAL");
        assertThat(lint(nights).movedStarts()).isEqualTo(1);
        assertThat(lint(nights).doubledStarts()).isEqualTo(1);
        assertThat(lint(nights).findings()).containsExactly(Finding.DST_AFFECTED);
    }

    private static WindowLint lint(WindowDefinition window, WindowDefinition... others) {
        return WindowLint.of(window, BERLIN, List.of(others), NOW);
    }
}

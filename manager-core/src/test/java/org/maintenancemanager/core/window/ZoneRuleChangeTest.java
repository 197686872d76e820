package org.maintenancemanager.core.window;

import static java.time.DayOfWeek.TUESDAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.maintenancemanager.core.window.WindowFixtures.openings;
import static org.maintenancemanager.core.window.WindowFixtures.permit;
import static org.maintenancemanager.core.window.WindowFixtures.schedule;
import static org.maintenancemanager.core.window.WindowFixtures.weekly;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneOffsetTransitionRule;
import java.time.zone.ZoneOffsetTransitionRule.TimeDefinition;
import java.time.zone.ZoneRules;
import java.time.zone.ZoneRulesProvider;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A country changes its mind about its clocks after windows were made: the time zone database of a later year. */
class ZoneRuleChangeTest {
    /** With a tilde, so that nobody takes it for one of IANA's. */
    private static final String ZONE = "Test~Land";

    private static final ZoneOffset WINTER = ZoneOffset.ofHours(1);
    private static final ZoneOffset SUMMER = ZoneOffset.ofHours(2);

    private static final ChangingZone ZONES = new ChangingZone();

    @BeforeAll
    static void register() {
        if (!ZoneRulesProvider.getAvailableZoneIds().contains(ZONE)) {
            ZoneRulesProvider.registerProvider(ZONES);
        }
    }

    @Test
    void windowKeepsItsTimeOnTheWallWhenTheZonesRulesChange() {
        WindowDefinition window = permit("Tuesdays", weekly("2026-01-01T22:00", "PT4H", TUESDAY), ZONE);
        ZONES.rules = withSummerTime();
        assertThat(starts(window)).hasSize(52).containsOnly("22:00");
        assertThat(utcHours(window)).containsExactlyInAnyOrder(20, 21);

        ZONES.rules = summerTimeForEverSince(LocalDateTime.parse("2026-06-01T00:00"));
        assertThat(starts(window)).hasSize(52).containsOnly("22:00");
        assertThat(utcHours(window)).as("in December it is summer too").containsExactlyInAnyOrder(20, 21);
        assertThat(openings(schedule(window), 2026).getLast().start()).isEqualTo("2026-12-29T20:00:00Z");

        ZONES.rules = ZoneRules.of(WINTER);
        assertThat(starts(window)).hasSize(52).containsOnly("22:00");
        assertThat(utcHours(window)).containsExactly(21);
    }

    @Test
    void windowOfTheHourThatIsMissingFollowsTheChange() {
        WindowDefinition window = permit("Sundays", weekly("2026-01-01T02:30", "PT1H", DayOfWeek.SUNDAY), ZONE);
        ZONES.rules = withSummerTime();
        assertThat(schedule(window)
                        .nextAfter(Instant.parse("2026-03-28T12:00:00Z"))
                        .orElseThrow()
                        .start())
                .as("moved behind the gap")
                .isEqualTo("2026-03-29T01:00:00Z");
        ZONES.rules = ZoneRules.of(WINTER);
        assertThat(schedule(window)
                        .nextAfter(Instant.parse("2026-03-28T12:00:00Z"))
                        .orElseThrow()
                        .start())
                .as("there is no gap any more")
                .isEqualTo("2026-03-29T01:30:00Z");
    }

    private static List<String> starts(WindowDefinition window) {
        return openings(schedule(window), 2026).stream()
                .peek(opening -> assertThat(opening.rest(opening.start())).isEqualTo(Duration.ofHours(4)))
                .map(opening -> opening.start()
                        .atZone(WindowFixtures.zone(window))
                        .toLocalTime()
                        .toString())
                .toList();
    }

    private static List<Integer> utcHours(WindowDefinition window) {
        return openings(schedule(window), 2026).stream()
                .map(opening -> opening.start().atZone(ZoneOffset.UTC).getHour())
                .distinct()
                .toList();
    }

    private static ZoneRules withSummerTime() {
        return ZoneRules.of(
                WINTER,
                WINTER,
                List.of(),
                // The rules hold from the first change on.
                List.of(ZoneOffsetTransition.of(LocalDateTime.parse("2020-03-29T02:00"), WINTER, SUMMER)),
                List.of(lastSunday(Month.MARCH, WINTER, SUMMER), lastSunday(Month.OCTOBER, SUMMER, WINTER)));
    }

    private static ZoneOffsetTransitionRule lastSunday(Month month, ZoneOffset before, ZoneOffset after) {
        return ZoneOffsetTransitionRule.of(
                month, -1, DayOfWeek.SUNDAY, LocalTime.of(1, 0), false, TimeDefinition.UTC, WINTER, before, after);
    }

    /** @param since a summer's day */
    private static ZoneRules summerTimeForEverSince(LocalDateTime since) {
        return ZoneRules.of(
                WINTER,
                WINTER,
                List.of(ZoneOffsetTransition.of(since, WINTER, SUMMER)),
                List.of(ZoneOffsetTransition.of(since, WINTER, SUMMER)),
                List.of());
    }

    /** One zone whose rules are looked up each time. */
    private static final class ChangingZone extends ZoneRulesProvider {
        private volatile ZoneRules rules = ZoneRules.of(WINTER);

        @Override
        protected Set<String> provideZoneIds() {
            return Set.of(ZONE);
        }

        @Override
        protected @Nullable ZoneRules provideRules(String zone, boolean forCaching) {
            // As the JDK asks of those whose rules change: nothing may be kept.
            return forCaching ? null : rules;
        }

        @Override
        protected NavigableMap<String, ZoneRules> provideVersions(String zone) {
            return new TreeMap<>(Map.of("now", rules));
        }
    }
}

package org.maintenancemanager.core.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.forecast.Forecast.CauseKind;
import org.maintenancemanager.core.forecast.Forecast.RiskKind;
import org.maintenancemanager.core.forecast.ForecastFacts.Cohort;
import org.maintenancemanager.core.forecast.ForecastFacts.Guard;
import org.maintenancemanager.core.forecast.ForecastFacts.Habits;
import org.maintenancemanager.core.forecast.ForecastFacts.Limit;
import org.maintenancemanager.core.forecast.ForecastFacts.Pacing;
import org.maintenancemanager.core.forecast.ForecastFacts.Rules;
import org.maintenancemanager.core.forecast.ForecastFacts.Standing;
import org.maintenancemanager.core.forecast.ForecastFacts.Took;
import org.maintenancemanager.core.forecast.ForecastFacts.Wave;
import org.maintenancemanager.core.guard.SequentialTest;
import org.maintenancemanager.core.window.OpenTimes;
import org.maintenancemanager.core.window.Schedules;
import org.maintenancemanager.core.window.WindowDefinition;
import org.maintenancemanager.core.window.WindowId;

class ForecasterTest {
    /** More with -Dforecast.campaigns=1000. */
    private static final int CAMPAIGNS = Integer.getInteger("forecast.campaigns", 50);

    @Test
    void trueEndLiesWithinTheBand() {
        int within = 0;
        int beforeP90 = 0;
        List<String> told = new ArrayList<>();
        for (int seed = 0; seed < CAMPAIGNS; seed++) {
            World world = new World(seed);
            Forecast forecast = Forecaster.forecast(world.facts(), seed, null);
            Instant end = new Truth(world).end();
            boolean inTime = isBefore(end, forecast.end().p90());
            boolean inBand = inTime && !isBefore(end, minus(forecast.end().p10()));
            within += inBand ? 1 : 0;
            beforeP90 += inTime ? 1 : 0;
            told.add("%s %d: %d nodes, %s, really %s"
                    .formatted(inBand ? "in " : "out", seed, world.nodes.size(), forecast.end(), end));
        }
        assertThat(within).as(String.join("\n", told)).isGreaterThanOrEqualTo(CAMPAIGNS * 70 / 100);
        assertThat(beforeP90).as(String.join("\n", told)).isGreaterThanOrEqualTo(CAMPAIGNS * 85 / 100);
    }

    @Test
    void sameSeedGivesTheSameForecast() {
        assertThat(Forecaster.forecast(new World(3).facts(), 1, null))
                .isEqualTo(Forecaster.forecast(new World(3).facts(), 1, null));
    }

    @Test
    void lastPlaceThatOpensIsNamedWithTheDaysItAdds() {
        Forecast forecast = Forecaster.forecast(twoSites(100, List.of()), 1, null);

        assertThat(forecast.end().p50())
                .isBetween(Instant.parse("2026-04-04T20:00:00Z"), Instant.parse("2026-04-05T00:00:00Z"));
        Forecast.Cause first = forecast.causes().getFirst();
        assertThat(first.sentence(ZoneId.of("UTC")))
                .isEqualTo("/late opens only on Sat 4 Apr 20:00 UTC (first Saturday): +27 days.");
    }

    @Test
    void limitThatHoldsNodesUpIsNamed() {
        Forecast narrow = Forecaster.forecast(twoSites(1, List.of()), 1, null);
        assertThat(narrow.causes()).extracting(Forecast.Cause::kind).contains(CauseKind.MAX_IN_FLIGHT);

        Forecast budgeted = Forecaster.forecast(twoSites(100, List.of(new Limit("Late shift", 1, 0))), 1, null);
        assertThat(budgeted.causes())
                .filteredOn(cause -> cause.kind() == CauseKind.BUDGET)
                .extracting(Forecast.Cause::subject)
                .containsExactly("Late shift");
    }

    @Test
    void pacedDownloadsTakeTheirTurns() {
        Duration day = Duration.ofDays(1);
        var link = new Limit("Link", Integer.MAX_VALUE, 0, new Pacing(1, day, day));
        Forecast forecast = Forecaster.forecast(twoSites(100, List.of(link)), 1, null);
        // Fifty nodes in fifty days: too late for the first Saturday of April.
        assertThat(forecast.end().p10()).isAfter(Instant.parse("2026-05-02T20:00:00Z"));
        assertThat(forecast.end().p90()).isBefore(Instant.parse("2026-05-03T00:00:00Z"));
        assertThat(forecast.causes())
                .filteredOn(cause -> cause.kind() == CauseKind.BUDGET)
                .extracting(Forecast.Cause::subject)
                .containsExactly("Link");

        var several = new Limit("Link", Integer.MAX_VALUE, 0, new Pacing(2, Duration.ZERO, Duration.ZERO));
        assertThat(Forecaster.forecast(twoSites(100, List.of(several)), 1, null)
                        .end()
                        .p90())
                .isBefore(Instant.parse("2026-04-05T00:00:00Z"));
        var shut = new Limit("Link", Integer.MAX_VALUE, 0, new Pacing(0, Duration.ZERO, Duration.ZERO));
        assertThat(Forecaster.forecast(twoSites(100, List.of(shut)), 1, null).risks())
                .containsExactly(new Forecast.Risk(RiskKind.NOT_WITHIN_A_YEAR, 1));
    }

    @Test
    void budgetThatOthersHoldLetsNobodyThrough() {
        Forecast forecast = Forecaster.forecast(twoSites(100, List.of(new Limit("Late shift", 2, 2))), 1, null);
        assertThat(forecast.end().p10()).isNull();
        assertThat(forecast.risks()).containsExactly(new Forecast.Risk(RiskKind.NOT_WITHIN_A_YEAR, 1));
        assertThat(forecast.curve().getLast().p50())
                .as("the other site is done")
                .isEqualTo(40);
    }

    @Test
    void deadlineThatIsTooCloseIsARisk() {
        Forecast forecast = Forecaster.forecast(twoSites(100, List.of()), 1, Instant.parse("2026-04-01T00:00:00Z"));
        assertThat(forecast.risks()).containsExactly(new Forecast.Risk(RiskKind.AFTER_DEADLINE, 1));
    }

    @Test
    void failuresThatAreTooManyPauseTheCampaign() {
        assertThat(risksWithHalfFailing(3, null)).containsExactly(new Forecast.Risk(RiskKind.MAX_FAILURES, 1));
        assertThat(risksWithHalfFailing(null, new Guard(new SequentialTest(0.02, 0.01), null, 0)))
                .containsExactly(new Forecast.Risk(RiskKind.GUARD, 1));
        assertThat(risksWithHalfFailing(null, new Guard(null, 20.0, 5)))
                .containsExactly(new Forecast.Risk(RiskKind.GUARD, 1));
        assertThat(risksWithHalfFailing(null, null)).isEmpty();
    }

    private static List<Forecast.Risk> risksWithHalfFailing(@Nullable Integer maxFailures, @Nullable Guard guard) {
        ForecastFacts facts = twoSites(100, List.of());
        return Forecaster.forecast(
                        new ForecastFacts(
                                facts.now(),
                                facts.until(),
                                facts.waves(),
                                new Rules(
                                        100,
                                        maxFailures,
                                        2,
                                        World.GUARD,
                                        World.PERMIT_LIMIT,
                                        World.BOOT_DEADLINE,
                                        World.UNREACHABLE,
                                        World.POLL,
                                        guard),
                                facts.limits(),
                                facts.cohorts(),
                                new Habits(1000, 500, 100, 0, Duration.ofHours(1), 0)),
                        1,
                        null)
                .risks();
    }

    /** Forty nodes at a site that opens each night, fifty at one that opens once a month and has the budgets. */
    private static ForecastFacts twoSites(int maxInFlight, List<Limit> budgets) {
        var schedules = new Schedules(
                1,
                List.of(
                        window("/daily", "nights", "FREQ=DAILY"),
                        window("/late", "first Saturday", "FREQ=MONTHLY;BYDAY=1SA")));
        Instant now = Instant.parse("2026-03-08T09:00:00Z");
        var times = new OpenTimes(schedules, now, now.plus(Duration.ofDays(366)), null);
        List<Integer> limited = IntStream.range(0, budgets.size()).boxed().toList();
        return new ForecastFacts(
                now,
                now.plus(Duration.ofDays(366)),
                List.of(new Wave("all", 0, now, false)),
                new Rules(
                        maxInFlight,
                        null,
                        0,
                        World.GUARD,
                        World.PERMIT_LIMIT,
                        World.BOOT_DEADLINE,
                        World.UNREACHABLE,
                        World.POLL),
                budgets,
                List.of(cohort(times, "/daily", 40, List.of()), cohort(times, "/late", 50, limited)),
                new Habits(1000, 0, 100_000, 0, Duration.ofHours(1), 0));
    }

    private static Cohort cohort(OpenTimes times, String site, int nodes, List<Integer> limits) {
        return new Cohort(
                site,
                0,
                times.of(new World.Node(1, site, "UTC", 0, 0, null)),
                Duration.ofMinutes(20),
                new Took(Duration.ofMinutes(10), Duration.ofMinutes(20), 500),
                new Took(Duration.ofMinutes(10), Duration.ofMinutes(20), 500),
                limits,
                new Standing(nodes, 0, 0, 0, 0, Duration.ZERO, 0, 0, 0));
    }

    private static WindowDefinition window(String site, String name, String rule) {
        return new WindowDefinition(
                new WindowId(new UUID(2, name.hashCode())),
                name,
                WindowDefinition.Kind.PERMIT,
                new WindowDefinition.RRule(
                        LocalDateTime.of(2026, 1, 1, 20, 0), rule, List.of(), List.of(), Duration.ofHours(4)),
                new WindowDefinition.FixedZone(ZoneOffset.UTC),
                new WindowDefinition.SiteSubtree(site),
                true,
                null,
                null);
    }

    private static @Nullable Instant minus(@Nullable Instant time) {
        return time == null ? null : time.minusMillis(1);
    }

    private static boolean isBefore(@Nullable Instant one, @Nullable Instant other) {
        return other == null || one != null && !one.isAfter(other);
    }
}

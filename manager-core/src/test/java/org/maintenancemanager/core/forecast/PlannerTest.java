package org.maintenancemanager.core.forecast;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.forecast.Forecast.RiskKind;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.update.Overloaded;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.StatementLog;
import org.maintenancemanager.testing.TestFleet;
import org.springframework.jdbc.core.simple.JdbcClient;

@CoreTest
class PlannerTest {
    private final Planner planner;
    private final Forecasts forecasts;
    private final Campaigns campaigns;
    private final StatementLog statements;
    private final JdbcClient jdbc;

    PlannerTest(Planner planner, Forecasts forecasts, Campaigns campaigns, StatementLog statements, JdbcClient jdbc) {
        this.planner = planner;
        this.forecasts = forecasts;
        this.campaigns = campaigns;
        this.statements = statements;
        this.jdbc = jdbc;
    }

    @Test
    void planTellsMembersSkipsWindowsAndEndWithoutWriting() {
        Scene scene = new Scene(12);
        scene.seen(0, 12);
        scene.set("update node set architecture = 'arm64' where id = :node", 0);
        scene.runsTarget(1);
        scene.windows();
        scene.set("update node set hardware = 'slow' where id = :node", 2);
        scene.slowHardware("slow", Duration.ofHours(10));

        List<Plan> plans = new ArrayList<>();
        List<StatementLog.Entry> log = statements.during(() -> plans.add(scene.plan("plan", null)));

        Plan plan = plans.getFirst();
        assertThat(log.stream()
                        // Which takes back what other tests left.
                        .filter(entry -> !entry.thread().startsWith("download-turns"))
                        .map(StatementLog.Entry::sql)
                        .filter(sql -> sql.matches("(?is)\\s*(insert|update|delete).*")))
                .as("writes of " + Thread.currentThread().getName())
                .noneMatch(sql -> sql.contains("campaign") || sql.contains("node_update"));
        assertThat(scene.count("campaign")).isZero();
        assertThat(plan.selected()).isEqualTo(12);
        assertThat(plan.skips())
                .extracting(Plan.Skip::code, Plan.Skip::nodes)
                .containsExactlyInAnyOrder(tuple("ARCHITECTURE_MISMATCH", 1), tuple("ALREADY_RUNNING", 1));
        assertThat(plan.forecast().members()).isEqualTo(10);
        assertThat(plan.bytes()).isEqualTo(10 * 1000);
        assertThat(plan.sites()).containsExactly(new Plan.SiteLoad("/eu/berlin", 10, 10_000));
        assertThat(plan.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(Lint.Code.TOO_SHORT);
            assertThat(finding.nodes()).isEqualTo(1);
            assertThat(finding.sites()).containsExactly("/eu/berlin");
            assertThat(finding.sentence()).contains("240 min", "601 min");
        });
        assertThat(plan.forecast().stranded()).isEqualTo(1);
        assertThat(plan.forecast().waves()).extracting(Forecast.WaveSpan::name).containsExactly("canary", "rest");
        assertThat(plan.assumptions()).anyMatch(text -> text.contains("never measured"));
        assertThat(plan.comparison()).isNull();
    }

    @Test
    void endLiesInTheWindowThatIsWaitedFor() {
        Scene scene = new Scene(6);
        scene.seen(0, 6);
        scene.windows();
        Plan plan = scene.plan("plan", null);

        Instant p50 = plan.forecast().end().p50();
        assertThat(p50).isNotNull().isBetween(scene.opens(), scene.opens().plus(Duration.ofHours(5)));
        assertThat(plan.forecast().curve().getFirst().p90()).isZero();
        assertThat(plan.forecast().curve().getLast().p50()).isEqualTo(6);
        assertThat(plan.forecast().curve()).isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()));
    }

    @Test
    void budgetOfASelectorHoldsForItsNodesAlone() {
        Scene scene = new Scene(6);
        scene.seen(0, 6);
        scene.windows();
        jdbc.sql("""
                        with labelled as (
                            update node set labels = '{"line": "a"}' where id in (:nodes)
                        )
                        insert into budget (tenant_id, id, name, selector, max_in_flight)
                        values (:tenant, new_id(), 'line a', 'label.line==a', 0)
                        """)
                .param("nodes", List.of(scene.node(0), scene.node(1)))
                .param("tenant", scene.fleet.tenant().id().value())
                .update();
        // One wave: a canary of such a node would hold back everybody.
        var everybody = new WaveSpec("all", new CampaignSpec.Rest(), BigDecimal.ZERO);
        await().untilAsserted(() -> {
            Plan plan = scene.plan("plan", null, everybody);
            assertThat(plan.forecast().end().p10()).as("two may never begin").isNull();
            assertThat(plan.forecast().curve().getLast().p50()).isEqualTo(4);
        });
    }

    @Test
    void canaryThatNobodyIsHeardOfIsFound() {
        Scene scene = new Scene(6);
        scene.windows();
        assertThat(scene.plan("plan", null).findings()).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(Lint.Code.WAVE_UNHEARD);
            assertThat(finding.nodes()).isPositive();
            assertThat(finding.sentence()).contains("wave canary", "rest will not open");
        });
        scene.seen(0, 6);
        assertThat(scene.plan("plan", null).findings()).isEmpty();
    }

    @Test
    void fleetWithoutWindowsNeverEndsAndSaysSo() {
        Scene scene = new Scene(5);
        scene.seen(0, 5);
        Plan plan = scene.plan("plan", null);

        assertThat(plan.findings())
                .extracting(Lint.Finding::code, Lint.Finding::nodes)
                .containsExactly(tuple(Lint.Code.NO_WINDOW, 5));
        assertThat(plan.forecast().stranded()).isEqualTo(5);
    }

    @Test
    void freezeThatSwallowsAllWindowsIsFound() {
        Scene scene = new Scene(3);
        scene.seen(0, 3);
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
        scene.fleet.window("PERMIT", now.plusDays(1), now.plusDays(1).plusHours(4));
        scene.fleet.window("FREEZE", now.plusHours(20), now.plusDays(3));

        assertThat(scene.plan("plan", null).findings())
                .extracting(Lint.Finding::code)
                .containsExactly(Lint.Code.SWALLOWED_BY_FREEZE);
    }

    @Test
    void gateThatCannotBePassedIsARisk() {
        Scene scene = new Scene(10);
        scene.seen(0, 10);
        scene.windows();
        // Half of the canaries have hardware that no window is long enough for.
        scene.slowHardware("slow", Duration.ofHours(10));
        for (int node = 0; node < 5; node++) {
            scene.set("update node set hardware = 'slow' where id = :node", node);
        }
        Plan plan = scene.plan(
                "plan",
                null,
                new WaveSpec("canary", new CampaignSpec.BySelector("hardware==slow"), BigDecimal.ONE),
                new WaveSpec("rest", new CampaignSpec.Rest(), BigDecimal.ZERO));

        assertThat(plan.forecast().end().p10()).isNull();
        assertThat(plan.forecast().risks()).containsExactly(new Forecast.Risk(RiskKind.NOT_WITHIN_A_YEAR, 1));
    }

    @Test
    void planIsComparedWithTheOneBefore() {
        Scene scene = new Scene(6);
        scene.seen(0, 6);
        scene.windows();
        Plan first = scene.plan("plan", null);
        scene.set("update node set state = 'QUARANTINED' where id = :node", 5);
        var before = new Plan.Summary(
                first.forecast().at(),
                6,
                scene.opens().minus(Duration.ofDays(3)),
                scene.opens().minus(Duration.ofDays(3)));
        Plan second = scene.plan("plan", before);

        Plan.Comparison comparison = requireNonNull(second.comparison());
        assertThat(comparison.moreMembers()).isEqualTo(-1);
        assertThat(comparison.p50Later()).isBetween(Duration.ofDays(3), Duration.ofDays(4));
        assertThat(comparison.sentence()).isEqualTo("1 node fewer than then; probably ends 3 days later.");
    }

    @Test
    void sameQuestionHasTheSameAnswer() {
        Scene scene = new Scene(20);
        scene.seen(0, 14);
        scene.windows();
        // Without a canary: it might be one of those that nobody hears of.
        WaveSpec all = new WaveSpec("all", new CampaignSpec.Rest(), BigDecimal.ZERO);
        Plan one = scene.plan("plan", null, all);
        Plan other = scene.plan("plan", null, all);

        Instant end = one.forecast().end().p50();
        Instant again = other.forecast().end().p50();
        assertThat(end).isNotNull();
        // The question is asked a moment later.
        assertThat(again).isCloseTo(end, within(30, ChronoUnit.MINUTES));
        assertThat(other.forecast().silent()).isEqualTo(6);
    }

    @Test
    void wrongQuestionIsRefusedByField() {
        Scene scene = new Scene(1);
        assertThatThrownBy(() -> scene.as(() -> planner.plan(
                        new CampaignSpec(
                                "x",
                                new ImageId(Ids.next()),
                                "",
                                false,
                                List.of(),
                                0,
                                null,
                                false,
                                false,
                                Duration.ofHours(1),
                                null,
                                Duration.ofMinutes(15),
                                null),
                        null)))
                .isInstanceOfSatisfying(
                        InvalidInput.class,
                        invalid -> assertThat(invalid.problems())
                                .extracting(problem -> problem.pointer())
                                .contains("/selector", "/maxInFlight", "/imageId"));
        assertThatThrownBy(() -> scene.as(() -> planner.plan(new CampaignId(Ids.next()), null)))
                .isInstanceOf(NotFound.class);
    }

    @Test
    void onlySoManyPlansAreMadeAtATime() throws Exception {
        Scene scene = new Scene(1);
        scene.many(3000);
        scene.windows();
        int refused = 0;
        int made = 0;
        CountDownLatch go = new CountDownLatch(1);
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<Future<Boolean>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                answers.add(threads.submit(() -> {
                    go.await();
                    try {
                        scene.plan("plan", null);
                        return true;
                    } catch (Overloaded overloaded) {
                        assertThat(overloaded.retryAfterSeconds()).isPositive();
                        return false;
                    }
                }));
            }
            go.countDown();
            for (Future<Boolean> answer : answers) {
                if (answer.get()) {
                    made++;
                } else {
                    refused++;
                }
            }
        }
        assertThat(made).isPositive();
        assertThat(refused).isPositive();
        // The places are free again.
        assertThat(scene.plan("plan", null).selected()).isEqualTo(3001);
    }

    /** Until this one was made anew: a tick makes some of all campaigns, and other tests have theirs here too. */
    private void refresh(CampaignId campaign) {
        Optional<OffsetDateTime> before = madeAt(campaign);
        await("the forecast is made anew").until(() -> {
            forecasts.refresh();
            return !madeAt(campaign).equals(before);
        });
    }

    private Optional<OffsetDateTime> madeAt(CampaignId campaign) {
        return jdbc.sql("select made_at from campaign_forecast where campaign_id = :campaign")
                .param("campaign", campaign.value())
                .query(OffsetDateTime.class)
                .optional();
    }

    @Test
    void runningCampaignIsForecastFromWhereItStands() {
        Scene scene = new Scene(10);
        scene.seen(0, 10);
        scene.windows();
        CampaignId draft = scene.create("draft");
        assertThatThrownBy(() -> scene.as(() -> forecasts.load(draft))).isInstanceOf(Conflict.class);
        CampaignId campaign = scene.start("running");
        RunningForecast atOnce = scene.as(() -> forecasts.load(campaign));
        assertThat(atOnce.forecast().members()).isEqualTo(10);

        refresh(campaign);
        jdbc.sql("""
                        update node_update set state = 'CONFIRMED', state_since = now()
                        where campaign_id = :campaign and node_id in (:nodes)
                        """)
                .param("campaign", campaign.value())
                .param("nodes", List.of(scene.node(0), scene.node(1), scene.node(2)))
                .update();
        jdbc.sql("update campaign_forecast set made_at = made_at - interval '5 minutes' where campaign_id = :campaign")
                .param("campaign", campaign.value())
                .update();
        refresh(campaign);

        RunningForecast later = scene.as(() -> forecasts.load(campaign));
        assertThat(later.forecast().confirmed()).isEqualTo(3);
        assertThat(later.forecast().members()).isEqualTo(10);
        assertThat(later.actual().getLast().confirmed()).isEqualTo(3);
        assertThat(later.actual().getFirst().confirmed()).isZero();
        assertThat(later.first().at()).isBefore(later.forecast().at());
        assertThat(later.forecast().curve().getLast().p50()).isEqualTo(10);
        assertThat(scene.as(() -> planner.plan(campaign, null)).comparison())
                .as("is compared with its first forecast")
                .isNotNull();

        scene.as(() -> campaigns.abort(campaign));
        refresh(campaign);
        assertThatThrownBy(() -> scene.as(() -> planner.plan(campaign, null))).isInstanceOf(Conflict.class);
        assertThat(scene.as(() -> forecasts.load(campaign)).forecast().confirmed())
                .isEqualTo(3);
    }

    @Test
    void pausedCampaignAndPermitsInFlightAreForecast() {
        Scene scene = new Scene(8);
        scene.seen(0, 8);
        scene.windows();
        CampaignId campaign = scene.start("running");
        jdbc.sql("""
                        with given as (
                            insert into permit (tenant_id, id, campaign_id, node_id, update_id, wave, granted_at,
                                                valid_until, lost_at, window_end)
                            select tenant_id, :id, campaign_id, node_id, id, wave, now() - interval '1 minute',
                                   now() + interval '1 hour', now() + interval '2 hours', now() + interval '1 hour'
                            from node_update where node_id = :node
                        )
                        update node_update set permit_id = :id, state = 'INSTALLING' where node_id = :node
                        """).param("id", Ids.next()).param("node", scene.node(3)).update();
        scene.as(() -> campaigns.pause(campaign));

        RunningForecast forecast = scene.as(() -> forecasts.load(campaign));
        assertThat(forecast.assumptions()).anyMatch(text -> text.contains("paused"));
        assertThat(forecast.forecast().members()).isEqualTo(8);
        assertThat(forecast.forecast().curve())
                .as("the node with a permit is done before the window opens")
                .anyMatch(point -> point.p50() == 1 && point.at().isBefore(scene.opens()));
    }

    /** Nodes without times of their own; the window opens in twenty hours for four hours, and each week. */
    private final class Scene {
        final TestFleet fleet;
        final UUID target;
        final LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MINUTES);

        Scene(int nodes) {
            fleet = TestFleet.withoutWindow(jdbc, nodes);
            target = fleet.image("2", 2);
        }

        void windows() {
            for (int week = 0; week < 8; week++) {
                LocalDateTime start = now.plusHours(20).plusWeeks(week);
                fleet.window("PERMIT", start, start.plusHours(4));
            }
        }

        Instant opens() {
            return now.plusHours(20).toInstant(ZoneOffset.UTC);
        }

        UUID node(int index) {
            return fleet.nodes().get(index).id();
        }

        void seen(int from, int to) {
            jdbc.sql("""
                            insert into node_presence (tenant_id, node_id, last_seen_at)
                            select :tenant, unnest(:nodes::uuid[]), now()
                            """)
                    .param("tenant", fleet.tenant().id().value())
                    .param(
                            "nodes",
                            fleet.nodes().subList(from, to).stream()
                                    .map(node -> node.id().toString())
                                    .toArray(String[]::new))
                    .update();
        }

        /** So many more, heard of a moment ago. */
        void many(int nodes) {
            jdbc.sql("""
                            with made as (
                                insert into node (tenant_id, id, name, site_id, architecture)
                                select :tenant, new_id(), 'many-' || number, :site, 'x86_64'
                                from generate_series(1, :nodes) as number
                                returning tenant_id, id
                            )
                            insert into node_presence (tenant_id, node_id, last_seen_at) select tenant_id, id, now() from made
                            """)
                    .param("tenant", fleet.tenant().id().value())
                    .param("site", fleet.site())
                    .param("nodes", nodes)
                    .update();
        }

        void set(String sql, int node) {
            jdbc.sql(sql).param("node", node(node)).update();
        }

        void runsTarget(int node) {
            fleet.runs(node(node), target);
        }

        void slowHardware(String hardware, Duration p95) {
            jdbc.sql("""
                            insert into hardware_timing (tenant_id, hardware, samples, p50_seconds, p95_seconds)
                            values (:tenant, :hardware, 100, :seconds, :seconds)
                            """)
                    .param("tenant", fleet.tenant().id().value())
                    .param("hardware", hardware)
                    .param("seconds", p95.toSeconds())
                    .update();
        }

        int count(String table) {
            return jdbc.sql("select count(*) from %s where tenant_id = :tenant".formatted(table))
                    .param("tenant", fleet.tenant().id().value())
                    .query(Integer.class)
                    .single();
        }

        <T> T as(Callable<T> work) {
            return fleet.tenant().as(work);
        }

        Plan plan(String name, Plan.@Nullable Summary before, WaveSpec... waves) {
            return as(() -> planner.plan(spec(name, waves), before));
        }

        CampaignId create(String name) {
            return as(() -> campaigns.create(spec(name))).id();
        }

        CampaignId start(String name) {
            return as(() -> campaigns.start(create(name))).id();
        }

        CampaignSpec spec(String name, WaveSpec... waves) {
            return new CampaignSpec(
                    name,
                    new ImageId(target),
                    "",
                    true,
                    List.of(waves),
                    100,
                    null,
                    false,
                    false,
                    Duration.ofHours(1),
                    null,
                    Duration.ofMinutes(30),
                    null);
        }
    }
}

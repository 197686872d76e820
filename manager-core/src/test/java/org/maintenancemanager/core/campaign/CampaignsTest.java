package org.maintenancemanager.core.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.TestFleet;
import org.springframework.jdbc.core.simple.JdbcClient;

@CoreTest
class CampaignsTest {
    private final Campaigns campaigns;
    private final JdbcClient jdbc;

    CampaignsTest(Campaigns campaigns, JdbcClient jdbc) {
        this.campaigns = campaigns;
        this.jdbc = jdbc;
    }

    @Test
    void campaignIsFoundAsItWasCreated() {
        TestFleet fleet = TestFleet.create(jdbc, 0);
        CampaignSpec spec = spec(fleet.image("2", 2), percent("canary", 10), percent("half", 40), percent("rest", 50));
        CampaignView created = fleet.tenant().as(() -> campaigns.create(spec));
        assertThat(created.spec()).isEqualTo(spec);
        assertThat(created.state()).isEqualTo(CampaignState.DRAFT);
        assertThat(fleet.tenant()
                        .as(() -> campaigns.list(new ListRequest("state==DRAFT", null, null, 10)))
                        .items())
                .containsExactly(created);
        assertThat(fleet.tenant().audited(created.id())).containsExactly("campaign.created");
    }

    @Test
    void badFieldsAreNamedAndNothingIsWritten() {
        TestFleet fleet = TestFleet.create(jdbc, 0);
        UUID draft = fleet.image("2", 2);
        jdbc.sql("update image set state = 'DRAFT' where id = :id")
                .param("id", draft)
                .update();
        var spec = new CampaignSpec(
                " ",
                new ImageId(draft),
                "",
                false,
                List.of(percent("a", 60), percent("b", 50), count("b", 0)),
                0,
                0,
                false,
                false,
                Duration.ofSeconds(1),
                Duration.ZERO,
                Duration.ofDays(2),
                null);
        var refusal =
                catchThrowableOfType(InvalidInput.class, () -> fleet.tenant().as(() -> campaigns.create(spec)));
        assertThat(refusal.problems())
                .extracting(FieldProblem::pointer)
                .containsExactlyInAnyOrder(
                        "/name",
                        "/selector",
                        "/imageId",
                        "/waves/1/percent",
                        "/waves/2/name",
                        "/waves/2/count",
                        "/maxInFlight",
                        "/maxFailures",
                        "/permitLimit",
                        "/neededTime",
                        "/bootDeadline");
        assertThat(jdbc.sql("select count(*) from campaign where tenant_id = :tenant")
                        .param("tenant", fleet.tenant().id().value())
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void selectorThatDoesNotParseIsRefusedWithItsPosition() {
        TestFleet fleet = TestFleet.create(jdbc, 0);
        var spec = withSelector(spec(fleet.image("2", 2)), "label.rack==");
        var refusal =
                catchThrowableOfType(InvalidInput.class, () -> fleet.tenant().as(() -> campaigns.create(spec)));
        assertThat(refusal.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.pointer()).isEqualTo("/selector");
            assertThat(problem.message()).contains("position");
        });
    }

    @Test
    void canaryComesFromEveryStratum() {
        TestFleet fleet = TestFleet.create(jdbc, 100);
        UUID old = fleet.image("1", 1);
        // Three kinds of hardware, of very different frequency; half of the nodes run a known image.
        for (int i = 0; i < 100; i++) {
            UUID node = fleet.nodes().get(i).id();
            jdbc.sql("update node set hardware = :hardware where id = :id")
                    .param("hardware", i < 90 ? "common" : i < 97 ? "rare" : "rarest")
                    .param("id", node)
                    .update();
            if (i % 2 == 0) {
                fleet.runs(node, old);
            }
        }
        CampaignView campaign = started(fleet, spec(fleet.image("2", 2), percent("canary", 10)));
        Map<String, Long> canary =
                jdbc.sql("""
                        select n.hardware from node_update u join node n on n.id = u.node_id
                        where u.campaign_id = :campaign and u.wave = 0
                        """).param("campaign", campaign.id().value()).query(String.class).list().stream()
                        .collect(Collectors.groupingBy(hardware -> hardware, Collectors.counting()));
        assertThat(canary).containsKeys("common", "rare", "rarest");
        assertThat(canary.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(10);
        assertThat(campaign.waves().get(1).members()).isEqualTo(90);
        assertThat(campaign.waves()).extracting(wave -> wave.name()).containsExactly("canary", "rest");
    }

    @Test
    void plannerKnowsOfTheMembersWhenALargeCampaignHasStarted() {
        TestFleet fleet = TestFleet.create(jdbc, 1);
        jdbc.sql("""
                        insert into node (tenant_id, id, name, site_id, architecture)
                        select tenant_id, new_id(), 'more-' || i, site_id, architecture
                        from node cross join generate_series(1, 5000) i
                        where tenant_id = :tenant
                        """).param("tenant", fleet.tenant().id().value()).update();
        CampaignView campaign = started(fleet, spec(fleet.image("2", 2)));
        // Of a campaign that the statistics do not know, one member is expected.
        assertThat(jdbc.sql("""
                        select :campaign = any (most_common_vals::text::uuid[]) from pg_stats
                        where tablename = 'node_update' and attname = 'campaign_id'
                        """)
                        .param("campaign", campaign.id().value())
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void wavesBySelectorChooseFirst() {
        TestFleet fleet = TestFleet.create(jdbc, 20);
        jdbc.sql(
                        "update node set labels = '{\"ring\": \"inner\"}' where tenant_id = :tenant and name in ('node-3', 'node-4')")
                .param("tenant", fleet.tenant().id().value())
                .update();
        CampaignView campaign = started(
                fleet,
                spec(
                        fleet.image("2", 2),
                        count("some", 5),
                        new WaveSpec("inner", new CampaignSpec.BySelector("label.ring==inner"), BigDecimal.ONE)));
        assertThat(campaign.waves()).extracting(wave -> wave.members()).containsExactly(5, 2, 13);
        assertThat(jdbc.sql("""
                                select n.name from node_update u join node n on n.id = u.node_id
                                where u.campaign_id = :campaign and u.wave = 1
                                """)
                        .param("campaign", campaign.id().value())
                        .query(String.class)
                        .list())
                .containsExactlyInAnyOrder("node-3", "node-4");
    }

    @Test
    void nodesWithNothingToDoAreSkippedWithTheReason() {
        TestFleet fleet = TestFleet.create(jdbc, 7);
        UUID old = fleet.image("1", 1);
        UUID target = fleet.image("2", 2);
        UUID newer = fleet.image("3", 3);
        List<UUID> nodes = fleet.nodes().stream().map(TestFleet.Member::id).toList();
        fleet.runs(nodes.get(0), target);
        fleet.runs(nodes.get(1), newer);
        fleet.runs(nodes.get(2), old);
        // Release counters of two families say nothing of each other.
        UUID foreign = fleet.image("99", 99);
        jdbc.sql("update image set family = 'edge-rt' where id = :id")
                .param("id", foreign)
                .update();
        fleet.runs(nodes.get(6), foreign);
        jdbc.sql("update node set architecture = 'arm64' where id = :id")
                .param("id", nodes.get(3))
                .update();
        jdbc.sql("insert into node_block (tenant_id, node_id, image_id, reason) values (:tenant, :node, :image, 'x')")
                .param("tenant", fleet.tenant().id().value())
                .param("node", nodes.get(4))
                .param("image", target)
                .update();
        jdbc.sql("update node set state = 'QUARANTINED' where id = :id")
                .param("id", nodes.get(5))
                .update();
        CampaignView campaign = started(fleet, spec(target));
        Map<UUID, String> outcome = jdbc
                .sql("select node_id, coalesce(code, state) as outcome from node_update where campaign_id = :campaign")
                .param("campaign", campaign.id().value())
                .query((row, number) -> Map.entry(row.getObject(1, UUID.class), row.getString(2)))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        assertThat(outcome)
                .containsOnly(
                        Map.entry(nodes.get(0), "ALREADY_RUNNING"),
                        Map.entry(nodes.get(1), "DOWNGRADE"),
                        Map.entry(nodes.get(2), "OFFERED"),
                        Map.entry(nodes.get(3), "ARCHITECTURE_MISMATCH"),
                        Map.entry(nodes.get(4), "ROLLED_BACK_BEFORE"),
                        Map.entry(nodes.get(6), "OFFERED"));
        // A second campaign wants the two as well.
        CampaignView second = started(fleet, named(spec(newer), "second"));
        assertThat(second.waves().getLast().updates()).containsEntry(UpdateState.SKIPPED, 2);
    }

    @Test
    void campaignWithoutMembersCompletes(
            @org.springframework.beans.factory.annotation.Autowired CampaignClockwork clockwork) {
        TestFleet fleet = TestFleet.create(jdbc, 0);
        CampaignView campaign = started(fleet, spec(fleet.image("2", 2)));
        clockwork.tick();
        assertThat(fleet.tenant().as(() -> campaigns.load(campaign.id())).state())
                .isEqualTo(CampaignState.COMPLETED);
    }

    @Test
    void onlyLimitsChangeOnceItRuns() {
        TestFleet fleet = TestFleet.create(jdbc, 3);
        CampaignView campaign = started(fleet, spec(fleet.image("2", 2)));
        CampaignSpec raised = withLimit(campaign.spec(), 7);
        CampaignView edited = fleet.tenant().as(() -> campaigns.edit(campaign.id(), campaign.version(), raised));
        assertThat(edited.spec().maxInFlight()).isEqualTo(7);
        assertThat(catchThrowableOfType(
                        StaleVersion.class,
                        () -> fleet.tenant().as(() -> campaigns.edit(campaign.id(), campaign.version(), raised))))
                .isNotNull();
        assertThat(catchThrowableOfType(
                                Conflict.class,
                                () -> fleet.tenant()
                                        .as(() -> campaigns.edit(
                                                campaign.id(), edited.version(), named(edited.spec(), "other"))))
                        .detail())
                .contains("maxInFlight");
    }

    @Test
    void gateThatStoppedACampaignCanBeLowered(
            @org.springframework.beans.factory.annotation.Autowired CampaignClockwork clockwork) {
        TestFleet fleet = TestFleet.create(jdbc, 4);
        CampaignView campaign = started(fleet, spec(fleet.image("2", 2), count("canary", 2)));
        // Both canaries failed.
        jdbc.sql("""
                        with failed as (
                            update node_update set state = 'FAILED'
                            where campaign_id = :campaign and wave = 0 returning id
                        )
                        update wave_counter set updates = case state when 'FAILED' then 2 else 0 end
                        where campaign_id = :campaign and wave = 0
                        """).param("campaign", campaign.id().value()).update();
        clockwork.tick();
        CampaignView stopped = fleet.tenant().as(() -> campaigns.load(campaign.id()));
        assertThat(stopped.stateReason()).isEqualTo("WAVE_GATE");

        CampaignSpec lowered = copy(
                stopped.spec(),
                List.of(
                        new WaveSpec("canary", new CampaignSpec.Count(2), BigDecimal.ZERO),
                        stopped.spec().waves().get(1)));
        fleet.tenant().as(() -> campaigns.edit(campaign.id(), stopped.version(), lowered));
        fleet.tenant().as(() -> campaigns.resume(campaign.id()));
        clockwork.tick();
        CampaignView resumed = fleet.tenant().as(() -> campaigns.load(campaign.id()));
        assertThat(resumed.state()).isEqualTo(CampaignState.RUNNING);
        assertThat(resumed.waves().get(1).openedAt()).isNotNull();
    }

    @Test
    void nodeThatNamesTwoRunningSlotsIsOneMember() {
        TestFleet fleet = TestFleet.create(jdbc, 1);
        UUID old = fleet.image("1", 1);
        UUID target = fleet.image("2", 2);
        fleet.runs(fleet.nodes().getFirst().id(), old);
        jdbc.sql("""
                        insert into node_slot (tenant_id, node_id, slot, state, image_sha256)
                        values (:tenant, :node, 'B', 'TRIAL', :digest)
                        """)
                .param("tenant", fleet.tenant().id().value())
                .param("node", fleet.nodes().getFirst().id())
                .param("digest", TestFleet.digest(target))
                .update();
        CampaignView campaign = started(fleet, spec(target));
        assertThat(campaign.waves().getFirst().updates()).containsOnly(Map.entry(UpdateState.SKIPPED, 1));
    }

    @Test
    void lifecycleAllowsWhatTheDiagramAllows() {
        TestFleet fleet = TestFleet.create(jdbc, 3);
        CampaignView campaign = started(fleet, spec(fleet.image("2", 2)));
        CampaignId id = campaign.id();
        assertThat(fleet.tenant().as(() -> campaigns.pause(id)).state()).isEqualTo(CampaignState.PAUSED);
        assertThat(fleet.tenant().as(() -> campaigns.pause(id)).stateReason()).isEqualTo("OPERATOR");
        assertThat(fleet.tenant().as(() -> campaigns.resume(id)).state()).isEqualTo(CampaignState.RUNNING);
        assertThat(fleet.tenant().as(() -> campaigns.abort(id)).state()).isEqualTo(CampaignState.ABORTED);
        for (Runnable late : List.<Runnable>of(
                () -> campaigns.start(id),
                () -> campaigns.pause(id),
                () -> campaigns.resume(id),
                () -> campaigns.abort(id))) {
            assertThat(catchThrowableOfType(Conflict.class, () -> fleet.tenant().run(late))
                            .detail())
                    .contains("ABORTED");
        }
        assertThat(fleet.tenant().audited(id))
                .containsExactly(
                        "campaign.created",
                        "campaign.started",
                        "campaign.paused",
                        "campaign.resumed",
                        "campaign.aborted");
    }

    @Test
    void imageWithdrawnBeforeTheStartStopsTheStart() {
        TestFleet fleet = TestFleet.create(jdbc, 3);
        UUID image = fleet.image("2", 2);
        CampaignView campaign = fleet.tenant().as(() -> campaigns.create(spec(image)));
        jdbc.sql("update image set state = 'WITHDRAWN' where id = :id")
                .param("id", image)
                .update();
        assertThat(catchThrowableOfType(Conflict.class, () -> fleet.tenant().as(() -> campaigns.start(campaign.id())))
                        .detail())
                .contains("WITHDRAWN");
        assertThat(fleet.tenant().as(() -> campaigns.load(campaign.id())).state())
                .isEqualTo(CampaignState.DRAFT);
    }

    @Test
    void anotherTenantSeesNothing() {
        TestFleet fleet = TestFleet.create(jdbc, 1);
        CampaignView campaign = fleet.tenant().as(() -> campaigns.create(spec(fleet.image("2", 2))));
        TestFleet other = TestFleet.create(jdbc, 0);
        for (Runnable foreign : List.<Runnable>of(
                () -> campaigns.load(campaign.id()),
                () -> campaigns.start(campaign.id()),
                () -> campaigns.edit(campaign.id(), campaign.version(), campaign.spec()),
                () -> campaigns.delete(campaign.id(), campaign.version()))) {
            assertThat(catchThrowableOfType(
                            org.maintenancemanager.core.query.NotFound.class,
                            () -> other.tenant().run(foreign)))
                    .isNotNull();
        }
    }

    private CampaignView started(TestFleet fleet, CampaignSpec spec) {
        return fleet.tenant().as(() -> campaigns.start(campaigns.create(spec).id()));
    }

    static CampaignSpec spec(UUID image, WaveSpec... waves) {
        List<WaveSpec> all = waves.length == 0
                ? List.of(new WaveSpec("all", new CampaignSpec.Rest(), BigDecimal.ZERO))
                : List.of(waves);
        return new CampaignSpec(
                "campaign",
                new ImageId(image),
                "",
                true,
                all,
                1000,
                null,
                false,
                false,
                Duration.ofHours(1),
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                null);
    }

    static WaveSpec percent(String name, int percent) {
        return new WaveSpec(name, new CampaignSpec.Percent(BigDecimal.valueOf(percent)), BigDecimal.ONE);
    }

    static WaveSpec count(String name, int nodes) {
        return new WaveSpec(name, new CampaignSpec.Count(nodes), BigDecimal.ONE);
    }

    private static CampaignSpec named(CampaignSpec spec, String name) {
        return copy(spec, name, spec.selector(), spec.allNodes(), spec.maxInFlight());
    }

    private static CampaignSpec withSelector(CampaignSpec spec, String selector) {
        return copy(spec, spec.name(), selector, false, spec.maxInFlight());
    }

    private static CampaignSpec withLimit(CampaignSpec spec, int maxInFlight) {
        return copy(spec, spec.name(), spec.selector(), spec.allNodes(), maxInFlight);
    }

    private static CampaignSpec copy(CampaignSpec spec, List<WaveSpec> waves) {
        return new CampaignSpec(
                spec.name(),
                spec.imageId(),
                spec.selector(),
                spec.allNodes(),
                waves,
                spec.maxInFlight(),
                spec.maxFailures(),
                spec.prestage(),
                spec.allowDowngrade(),
                spec.permitLimit(),
                spec.neededTime(),
                spec.bootDeadline(),
                spec.startsAt());
    }

    private static CampaignSpec copy(
            CampaignSpec spec, String name, String selector, boolean allNodes, int maxInFlight) {
        return new CampaignSpec(
                name,
                spec.imageId(),
                selector,
                allNodes,
                spec.waves(),
                maxInFlight,
                spec.maxFailures(),
                spec.prestage(),
                spec.allowDowngrade(),
                spec.permitLimit(),
                spec.neededTime(),
                spec.bootDeadline(),
                spec.startsAt());
    }
}

package org.maintenancemanager.core.campaign;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignSchedule.Escalation;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.update.CampaignMembers;
import org.maintenancemanager.core.update.UpdateClockwork;
import org.maintenancemanager.core.window.WindowId;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.Invariants;
import org.maintenancemanager.testing.TestFleet;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What time and people do to the members of a campaign that runs, and what follows when it is over. */
@CoreTest
class CampaignSeasonsTest {
    private final Campaigns campaigns;
    private final CampaignMembers members;
    private final RollBacks rollBacks;
    private final CampaignClockwork clockwork;
    private final UpdateClockwork updates;
    private final JdbcClient jdbc;

    CampaignSeasonsTest(
            Campaigns campaigns,
            CampaignMembers members,
            RollBacks rollBacks,
            CampaignClockwork clockwork,
            UpdateClockwork updates,
            JdbcClient jdbc) {
        this.campaigns = campaigns;
        this.members = members;
        this.rollBacks = rollBacks;
        this.clockwork = clockwork;
        this.updates = updates;
        this.jdbc = jdbc;
    }

    @Test
    void nodesThatMatchLaterJoinTheLastWave() {
        CampaignScene scene = running(4, CampaignSchedule.DEFAULT, count("canary", 1));
        UUID late = scene.fleet().tenant().node("late", scene.fleet().site());
        UUID already = scene.fleet().tenant().node("already", scene.fleet().site());
        scene.fleet().runs(already, scene.image());
        UUID pending = scene.fleet().tenant().node("pending", scene.fleet().site());
        jdbc.sql("update node set state = 'PENDING' where id = :id")
                .param("id", pending)
                .update();
        clockwork.tick();
        assertThat(scene.wave(1).members()).as("looked at a moment ago").isEqualTo(3);
        scene.ageCampaign("joined_upto", Duration.ofSeconds(11));
        clockwork.tick();
        assertThat(scene.wave(1).updates())
                .containsEntry(UpdateState.OFFERED, 4)
                .containsEntry(UpdateState.SKIPPED, 1);
        assertThat(scene.wave(0).members()).isEqualTo(1);
        assertThat(memberships(scene, late)).isEqualTo(1);
        assertThat(memberships(scene, pending)).isZero();
        scene.ageCampaign("joined_upto", Duration.ofSeconds(11));
        clockwork.tick();
        assertThat(memberships(scene, late)).as("nobody joins twice").isEqualTo(1);
        assertThat(scene.audited().stream().filter("campaign.joined"::equals)).hasSize(1);
        assertThat(Invariants.broken(jdbc, scene.fleet().tenant().id())).isEmpty();
    }

    @Test
    void nodesThatChangedLongAgoAreFoundWhenAllAreLookedAt() {
        CampaignScene scene = running(2, CampaignSchedule.DEFAULT);
        UUID late = scene.fleet().tenant().node("late", scene.fleet().site());
        jdbc.sql("update node set updated_at = now() - interval '1 day' where id = :id")
                .param("id", late)
                .update();
        scene.ageCampaign("joined_upto", Duration.ofSeconds(11));
        clockwork.tick();
        assertThat(memberships(scene, late)).isZero();
        scene.ageCampaign("joined_fully_at", Duration.ofHours(1));
        clockwork.tick();
        assertThat(memberships(scene, late)).isEqualTo(1);
    }

    @Test
    void nobodyJoinsWhereTheCampaignDoesNotWantIt() {
        CampaignScene scene = running(2, new CampaignSchedule(false, null, null, null));
        UUID late = scene.fleet().tenant().node("late", scene.fleet().site());
        scene.ageCampaign("joined_upto", Duration.ofHours(2));
        scene.ageCampaign("joined_fully_at", Duration.ofHours(2));
        clockwork.tick();
        assertThat(memberships(scene, late)).isZero();
    }

    @Test
    void campaignEndsAtItsTimeAndCallsOffWhatHasNoPermit() {
        CampaignScene scene = running(3, CampaignSchedule.DEFAULT);
        jdbc.sql("update campaign set ends_at = now() where id = :id")
                .param("id", scene.id().value())
                .update();
        clockwork.tick();
        assertThat(scene.campaign().state()).isEqualTo(CampaignState.ABORTED);
        assertThat(scene.campaign().stateReason()).isEqualTo("ENDS_AT");
        updates.tick();
        assertThat(scene.wave(0).updates()).containsOnlyKeys(UpdateState.CANCELED);
        assertThat(scene.audited()).containsOnlyOnce("campaign.ended");
        assertThat(Invariants.broken(jdbc, scene.fleet().tenant().id())).isEmpty();
    }

    @Test
    void missedDeadlineIsToldOnceAndStopsNothing() {
        CampaignScene scene = running(3, CampaignSchedule.DEFAULT);
        jdbc.sql("update campaign set deadline = now() where id = :id")
                .param("id", scene.id().value())
                .update();
        clockwork.tick();
        clockwork.tick();
        CampaignView missed = scene.campaign();
        assertThat(missed.state()).isEqualTo(CampaignState.RUNNING);
        assertThat(missed.life().deadlineMissedAt()).isNotNull();
        assertThat(scene.audited()).containsOnlyOnce("campaign.deadline-missed");
        Instant later = Instant.now().plus(Duration.ofDays(1)).truncatedTo(ChronoUnit.SECONDS);
        CampaignView moved = scene.as(() -> campaigns.edit(
                scene.id(),
                missed.version(),
                missed.spec().withSchedule(new CampaignSchedule(true, null, later, null))));
        assertThat(moved.life().deadlineMissedAt()).isNull();
        assertThat(moved.spec().schedule().deadline()).isEqualTo(later);
    }

    @Test
    void escalationOverridesItsWindowsOnceAndForAWhile() {
        TestFleet fleet = TestFleet.create(jdbc, 2);
        WindowId window = new WindowId(jdbc.sql("select id from maintenance_window where tenant_id = :tenant")
                .param("tenant", fleet.tenant().id().value())
                .query(UUID.class)
                .single());
        var escalation = new Escalation(
                Duration.ofDays(10), Duration.ofHours(3), "it is being exploited", Set.of(window), Set.of());
        CampaignScene scene = CampaignScene.draft(
                jdbc, campaigns, fleet, spec -> spec.withSchedule(new CampaignSchedule(true, null, null, escalation)));
        scene.as(() -> campaigns.start(scene.id()));
        scene.ageCampaign("started_at", Duration.ofDays(9));
        clockwork.tick();
        assertThat(scene.campaign().override()).isNull();
        scene.ageCampaign("started_at", Duration.ofDays(1));
        clockwork.tick();
        var given = requireNonNull(scene.campaign().override());
        assertThat(given.windows()).containsExactly(window);
        assertThat(given.reason()).isEqualTo("it is being exploited");
        assertThat(Duration.between(given.since(), given.until())).isEqualTo(Duration.ofHours(3));
        clockwork.tick();
        assertThat(scene.campaign().override()).isEqualTo(given);
        assertThat(scene.audited()).containsOnlyOnce("campaign.escalated");
        var unknown = new Escalation(
                Duration.ofDays(10), Duration.ofHours(3), "x", Set.of(new WindowId(UUID.randomUUID())), Set.of(window));
        assertThat(scene.problems(() -> campaigns.edit(
                        scene.id(),
                        scene.campaign().version(),
                        scene.campaign().spec().withSchedule(new CampaignSchedule(true, null, null, unknown)))))
                .as("a window is no freeze")
                .containsExactly("/schedule/escalation/windows", "/schedule/escalation/freezes");
    }

    @Test
    void excludedNodesAreCanceledAndNeverJoin() {
        CampaignScene scene = running(4, CampaignSchedule.DEFAULT);
        UUID stranger = scene.fleet().tenant().node("stranger", scene.fleet().site());
        CampaignMembers.Excluded excluded =
                scene.as(() -> members.exclude(scene.id(), List.of(scene.node(0), stranger), "in repair"));
        assertThat(excluded.excluded()).isEqualTo(2);
        assertThat(excluded.holdingPermit()).isEmpty();
        assertThat(scene.state(0)).isEqualTo("CANCELED");
        scene.ageCampaign("joined_upto", Duration.ofSeconds(11));
        clockwork.tick();
        assertThat(memberships(scene, stranger)).isEqualTo(1);
        assertThat(scene.wave(0).updates())
                .containsEntry(UpdateState.CANCELED, 2)
                .containsEntry(UpdateState.OFFERED, 3);
        CampaignMembers.Excluded again =
                scene.as(() -> members.exclude(scene.id(), List.of(scene.node(0)), "in repair"));
        assertThat(again.ended()).isEqualTo(1);
        assertThat(scene.problems(() -> members.exclude(scene.id(), List.of(UUID.randomUUID()), "x")))
                .containsExactly("/nodes");
        assertThat(scene.problems(() -> members.exclude(scene.id(), List.of(scene.node(1)), " ")))
                .containsExactly("/reason");
        assertThat(scene.problems(() -> members.exclude(scene.id(), List.of(), "x")))
                .containsExactly("/nodes");
        assertThat(scene.audited()).containsOnlyOnce("campaign.nodes-excluded");
        assertThat(Invariants.broken(jdbc, scene.fleet().tenant().id())).isEmpty();
    }

    @Test
    void failedNodesGetAnotherAttemptUnlessTheImageIsBlockedOnThem() {
        CampaignScene scene = running(3, CampaignSchedule.DEFAULT, count("canary", 3));
        assertThat(scene.refusal(() -> members.retryFailed(scene.id(), null))).contains("no update");
        scene.set(0, UpdateState.LOST, 2);
        List<UUID> lost = jdbc.sql("select node_id from node_update where campaign_id = :id and state = 'LOST'")
                .param("id", scene.id().value())
                .query(UUID.class)
                .list();
        jdbc.sql("insert into node_block (tenant_id, node_id, image_id, reason) values (:tenant, :node, :image, 'x')")
                .param("tenant", scene.fleet().tenant().id().value())
                .param("node", lost.getFirst())
                .param("image", scene.image())
                .update();
        clockwork.tick();
        assertThat(scene.campaign().stateReason()).isEqualTo("WAVE_GATE");
        assertThat(scene.as(() -> members.retryFailed(scene.id(), null)).retried())
                .isEqualTo(1);
        assertThat(jdbc.sql("""
                                select attempt || ' ' || state from node_update
                                where campaign_id = :id and node_id = :node order by attempt
                                """)
                        .param("id", scene.id().value())
                        .param("node", lost.get(1))
                        .query(String.class)
                        .list())
                .containsExactly("1 LOST", "2 OFFERED");
        assertThat(scene.wave(0).updates())
                .as("a member counts with its latest attempt")
                .containsEntry(UpdateState.LOST, 1)
                .containsEntry(UpdateState.OFFERED, 2);
        assertThat(scene.as(() -> members.retryFailed(scene.id(), null)).retried())
                .isZero();
    }

    @Test
    void campaignThatIsOverIsRolledBackByOneCampaignForEachImageItCameFrom() {
        TestFleet fleet = TestFleet.create(jdbc, 7);
        UUID first = fleet.image("1.0", 1);
        UUID second = fleet.image("1.1", 1);
        CampaignScene scene = CampaignScene.draft(jdbc, campaigns, fleet, spec -> spec);
        for (int node = 0; node < 7; node++) {
            fleet.runs(scene.node(node), node < 3 ? first : second);
        }
        // The last one came from nobody knows where.
        jdbc.sql("update node_slot set image_sha256 = repeat('a', 64) where node_id = :node")
                .param("node", scene.node(6))
                .update();
        scene.as(() -> campaigns.start(scene.id()));
        assertThat(scene.refusal(() -> rollBacks.rollBack(scene.id(), "early"))).contains("COMPLETED, ABORTED");
        scene.confirm(0);
        jdbc.sql("update node_slot set image_sha256 = :digest where tenant_id = :tenant")
                .param("digest", TestFleet.digest(scene.image()))
                .param("tenant", fleet.tenant().id().value())
                .update();
        clockwork.tick();
        assertThat(scene.campaign().state()).isEqualTo(CampaignState.COMPLETED);
        assertThat(scene.problems(() -> rollBacks.rollBack(scene.id(), ""))).containsExactly("/reason");

        RollBacks.RollBack made = scene.as(() -> rollBacks.rollBack(scene.id(), "the VPN drops"));
        assertThat(made.leftOut()).isEqualTo(1);
        assertThat(made.campaigns())
                .extracting(draft -> draft.spec().imageId().value())
                .containsExactlyInAnyOrder(first, second);
        assertThat(made.campaigns()).allSatisfy(draft -> {
            assertThat(draft.state()).isEqualTo(CampaignState.DRAFT);
            assertThat(draft.spec().allowDowngrade()).isTrue();
            assertThat(draft.spec().waves()).extracting(WaveSpec::name).containsExactly("canary", "rest");
            assertThat(draft.life().rollbackOf()).isEqualTo(scene.id());
        });
        CampaignView back = made.campaigns().stream()
                .filter(draft -> draft.spec().imageId().value().equals(first))
                .findFirst()
                .orElseThrow();
        CampaignView started = scene.as(() -> campaigns.start(back.id()));
        assertThat(started.waves().stream()
                        .mapToInt(CampaignView.WaveProgress::members)
                        .sum())
                .isEqualTo(3);
        assertThat(scene.as(() -> rollBacks.rollBack(scene.id(), "again")).campaigns())
                .as("names do not collide")
                .hasSize(2);
        assertThat(scene.audited()).contains("campaign.roll-back-drafted");
    }

    private int memberships(CampaignScene scene, UUID node) {
        return jdbc.sql("select count(*) from node_update where campaign_id = :campaign and node_id = :node")
                .param("campaign", scene.id().value())
                .param("node", node)
                .query(Integer.class)
                .single();
    }

    private CampaignScene running(int nodes, @Nullable CampaignSchedule schedule, WaveSpec... waves) {
        CampaignScene scene = CampaignScene.draft(
                jdbc,
                campaigns,
                TestFleet.create(jdbc, nodes),
                spec -> schedule == null ? spec : spec.withSchedule(schedule),
                waves);
        scene.as(() -> campaigns.start(scene.id()));
        return scene;
    }

    private static WaveSpec count(String name, int nodes) {
        return new WaveSpec(name, new CampaignSpec.Count(nodes), BigDecimal.ONE);
    }
}

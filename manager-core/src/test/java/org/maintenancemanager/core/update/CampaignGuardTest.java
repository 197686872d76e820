package org.maintenancemanager.core.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignBoard;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.campaign.CampaignGuard;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.campaign.GuardView;
import org.maintenancemanager.core.guard.Cohort;
import org.maintenancemanager.core.guard.SequentialTest;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.Invariants;
import org.springframework.jdbc.core.simple.JdbcClient;

@CoreTest
class CampaignGuardTest {
    private final CampaignGuard guard;
    private final Campaigns campaigns;
    private final CampaignBoard board;
    private final ReportIntake intake;
    private final PollDesk polls;
    private final NodeDirectory directory;
    private final Explanations explanations;
    private final JdbcClient jdbc;

    CampaignGuardTest(
            CampaignGuard guard,
            Campaigns campaigns,
            CampaignBoard board,
            ReportIntake intake,
            PollDesk polls,
            NodeDirectory directory,
            Explanations explanations,
            JdbcClient jdbc) {
        this.guard = guard;
        this.campaigns = campaigns;
        this.board = board;
        this.intake = intake;
        this.polls = polls;
        this.directory = directory;
        this.explanations = explanations;
        this.jdbc = jdbc;
    }

    @Test
    void imageThatFailsTooOftenStopsItsCampaignInTheSameTransaction() {
        UpdateScene scene = scene(12);
        CampaignId campaign = scene.start(scene.spec("bad", scene.target));
        int failed = 0;
        while (scene.campaign(campaign).state() == CampaignState.RUNNING) {
            scene.fail(campaign, failed++, FailurePhase.VERIFY);
        }
        assertThat(failed)
                .as("evidence grows thirteen-fold with each failure at most")
                .isBetween(2, 6);
        var stopped = scene.campaign(campaign);
        assertThat(stopped.state()).isEqualTo(CampaignState.PAUSED);
        assertThat(stopped.stateReason()).isEqualTo("GUARD");
        assertThat(stopped.stateDetail())
                .contains("%d of %d nodes failed".formatted(failed, failed), "where 2 % are accepted", "of 100 needed");
        GuardView seen = view(scene, campaign);
        assertThat(seen.evidence()).isGreaterThanOrEqualTo(seen.needed());
        assertThat(seen.history()).hasSize(failed);
        assertThat(seen.history().getLast().evidence()).isCloseTo(seen.evidence(), within(1e-6));
        assertThat(scene.fleet.tenant().audited(campaign)).endsWith("campaign.paused");
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    @Test
    void downloadsThatFailCondemnNothing() {
        UpdateScene scene = scene(12);
        CampaignId campaign = scene.start(scene.spec("downloads", scene.target));
        for (int node = 0; node < 12; node++) {
            scene.fail(campaign, node, FailurePhase.DOWNLOAD);
        }
        GuardView seen = view(scene, campaign);
        assertThat(scene.campaign(campaign).state()).isEqualTo(CampaignState.RUNNING);
        assertThat(seen.evidence()).isEqualTo(1);
        assertThat(seen.finished()).isZero();
        assertThat(seen.downloadFailures()).isEqualTo(12);
        assertThat(seen.cohorts())
                .allSatisfy(cohort -> assertThat(cohort.downloadFailures()).isEqualTo(12));
    }

    @Test
    void cohortThatFailsAloneIsHeldAndTheOthersGoOn() {
        UpdateScene scene = scene(40);
        scene.hardware("nuc", IntStream.range(0, 30).toArray());
        scene.hardware("pi", IntStream.range(30, 40).toArray());
        CampaignId campaign = scene.start(scene.spec("pi is bad", scene.target));
        for (int node = 0; node < 25; node++) {
            scene.confirm(campaign, node);
        }
        int failed = 0;
        while (view(scene, campaign).cohorts().stream().noneMatch(cohort -> cohort.held() != null)) {
            scene.fail(campaign, 30 + failed++, FailurePhase.INSTALL);
            assertThat(scene.campaign(campaign).state()).isEqualTo(CampaignState.RUNNING);
        }
        GuardView seen = view(scene, campaign);
        assertThat(seen.cohorts().getFirst()).satisfies(held -> {
            assertThat(held.kind()).isEqualTo(Cohort.Kind.HARDWARE);
            assertThat(held.name()).isEqualTo("pi");
        });
        assertThat(seen.cohorts().stream().filter(cohort -> cohort.held() != null))
                .hasSize(1);
        assertThat(seen.finished())
                .as("what is held does not count for the others")
                .isEqualTo(25);
        assertThat(seen.failures()).isZero();
        assertThat(seen.totalFailures()).isEqualTo(failed);
        assertThat(seen.evidence()).isLessThan(1);
        assertThat(scene.fleet.tenant().audited(campaign)).endsWith("campaign.cohort-held");

        scene.report(campaign, 26, UpdateState.DOWNLOADED);
        scene.report(campaign, 39, UpdateState.DOWNLOADED);
        awaitHeld(campaign, 1);
        poll(scene, 39);
        assertThat(why(scene, 39)).isEqualTo("COHORT_HELD");
        poll(scene, 26);
        assertThat(permits(scene, 26)).isEqualTo(1);
        assertThat(permits(scene, 39)).isZero();

        // One of the held that was under way fails as well: it counts for nobody else.
        scene.fail(campaign, 38, FailurePhase.INSTALL);
        assertThat(view(scene, campaign).failures()).isZero();

        scene.fleet.tenant().as(() -> guard.release(campaign, Cohort.Kind.HARDWARE, "pi"));
        awaitHeld(campaign, 0);
        poll(scene, 39);
        assertThat(permits(scene, 39)).isEqualTo(1);
        assertThat(view(scene, campaign).evidence())
                .as("judged by who released it")
                .isLessThan(1);
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    @Test
    void grantSeesAHoldThatMemoryDoesNotKnowYet() {
        UpdateScene scene = scene(2);
        CampaignId campaign = scene.start(scene.spec("held", scene.target));
        scene.report(campaign, 0, UpdateState.DOWNLOADED);
        // Nobody is told of this row, so memory still thinks that all gates are open.
        jdbc.sql("""
                        insert into guard_cohort (tenant_id, campaign_id, kind, cohort, held_at, held_by, held_reason)
                        values (:tenant, :campaign, 'SITE', '/eu/berlin', now(), 'somebody', 'why')
                        """)
                .param("tenant", scene.fleet.tenant().id().value())
                .param("campaign", campaign.value())
                .update();
        poll(scene, 0);
        assertThat(permits(scene, 0)).isZero();
    }

    @Test
    void resumingAfterAStopStartsTheEvidenceAnew() {
        UpdateScene scene = scene(12);
        CampaignId campaign = scene.start(scene.spec("again", scene.target));
        int node = 0;
        while (scene.campaign(campaign).state() == CampaignState.RUNNING) {
            scene.fail(campaign, node++, FailurePhase.VERIFY);
        }
        int failed = node;
        scene.fleet.tenant().as(() -> campaigns.resume(campaign));
        GuardView anew = view(scene, campaign);
        assertThat(anew.evidence()).isEqualTo(1);
        assertThat(anew.restartedAt()).isNotNull();
        assertThat(anew.totalFailures()).isEqualTo(failed);
        scene.fail(campaign, node, FailurePhase.VERIFY);
        assertThat(scene.campaign(campaign).state()).as("one is not enough").isEqualTo(CampaignState.RUNNING);
        assertThat(view(scene, campaign).failures()).isEqualTo(1);
    }

    @Test
    void suspicionLowersWhatMayBeInFlight() {
        UpdateScene scene = scene(60);
        CampaignId campaign = scene.start(scene.spec("slow", scene.target));
        for (int node = 0; node < 20; node++) {
            scene.confirm(campaign, node);
        }
        scene.fail(campaign, 20, FailurePhase.VERIFY);
        scene.fail(campaign, 21, FailurePhase.VERIFY);
        scene.fail(campaign, 22, FailurePhase.VERIFY);
        var test = new SequentialTest(0.02, 0.01);
        int expected = SequentialTest.cautiousInFlight(1000, test.suspicion(23, 3));
        assertThat(expected).isBetween(2, 999);
        assertThat(view(scene, campaign).maxInFlight()).isEqualTo(expected);
        await().until(() ->
                board.find(campaign).map(CampaignFacts::guard).orElseThrow().maxInFlight() == expected);
    }

    @Test
    void earlierCampaignsTeachTheBaseline() {
        UpdateScene scene = scene(2);
        CampaignId first = scene.start(scene.spec("first", scene.target));
        assertThat(view(scene, first).baseline()).isEqualTo(0.02);
        jdbc.sql("""
                        with ended as (
                            update campaign set state = 'COMPLETED', ended_at = now() where id = :campaign
                        ), canceled as (
                            update node_update set state = 'CANCELED' where campaign_id = :campaign
                        )
                        update campaign_guard set total_finished = 1800, total_failures = 76 where campaign_id = :campaign
                        """).param("campaign", first.value()).update();
        CampaignId second = scene.start(scene.spec("second", scene.fleet.image("3", 3)));
        assertThat(view(scene, second).baseline()).as("(4 + 76) / (200 + 1800)").isEqualTo(0.04);
        assertThat(view(scene, second).baselineGiven()).isFalse();
    }

    @Test
    void countsStayRightWhenEverybodyReportsAtOnce() throws Exception {
        UpdateScene scene = scene(80);
        scene.hardware("nuc", IntStream.range(0, 40).toArray());
        CampaignId campaign = scene.start(scene.spec("at once", scene.target));
        jdbc.sql("update campaign set guard_enabled = false where id = :id")
                .param("id", campaign.value())
                .update();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Void>> calls = IntStream.range(0, 80)
                    .<Callable<Void>>mapToObj(node -> () -> {
                        scene.fail(campaign, node, node % 4 == 0 ? FailurePhase.DOWNLOAD : FailurePhase.VERIFY);
                        return null;
                    })
                    .toList();
            for (var done : threads.invokeAll(calls)) {
                done.get();
            }
        }
        GuardView seen = view(scene, campaign);
        assertThat(seen.finished()).isEqualTo(60);
        assertThat(seen.failures()).isEqualTo(60);
        assertThat(seen.downloadFailures()).isEqualTo(20);
        assertThat(seen.cohorts())
                .filteredOn(cohort -> cohort.kind() == Cohort.Kind.HARDWARE)
                .extracting(GuardView.CohortView::failures)
                .containsExactlyInAnyOrder(30, 30);
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    @Test
    void operatorHoldsAndReleasesWithAReason() {
        UpdateScene scene = scene(1);
        CampaignId campaign = scene.start(scene.spec("by hand", scene.target));
        GuardView held =
                scene.fleet.tenant().as(() -> guard.hold(campaign, Cohort.Kind.SITE, "/eu/berlin", "no staff on site"));
        assertThat(held.cohorts().getFirst().held()).isNotNull();
        assertThat(scene.fleet.tenant().audited(campaign)).endsWith("campaign.cohort-held");
        assertThatThrownBy(() -> scene.fleet.tenant().as(() -> guard.hold(campaign, Cohort.Kind.SITE, "/eu", " ")))
                .isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> scene.fleet.tenant().as(() -> guard.release(campaign, Cohort.Kind.SITE, "/eu")))
                .isInstanceOf(Conflict.class);
        scene.fleet.tenant().as(() -> guard.release(campaign, Cohort.Kind.SITE, "/eu/berlin"));
        scene.fleet.tenant().as(() -> campaigns.abort(campaign));
        assertThatThrownBy(() -> scene.fleet.tenant().as(() -> guard.hold(campaign, Cohort.Kind.SITE, "/eu", "late")))
                .isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> scene.fleet.tenant().as(() -> guard.view(new CampaignId(Ids.next()))))
                .isInstanceOf(NotFound.class);
    }

    private UpdateScene scene(int nodes) {
        return new UpdateScene(jdbc, campaigns, intake, nodes);
    }

    private GuardView view(UpdateScene scene, CampaignId campaign) {
        return scene.fleet.tenant().as(() -> guard.view(campaign));
    }

    private void awaitHeld(CampaignId campaign, int cohorts) {
        await().until(() -> board.find(campaign)
                        .map(CampaignFacts::guard)
                        .orElseThrow()
                        .held()
                        .size()
                == cohorts);
    }

    private void poll(UpdateScene scene, int node) {
        KnownNode known =
                directory.authenticate(scene.fleet.nodes().get(node).token()).orElseThrow();
        polls.poll(known, new PollRequest("boot-1", 0, 0));
    }

    private String why(UpdateScene scene, int node) {
        return String.valueOf(scene.fleet
                .tenant()
                .as(() -> explanations.explain(new NodeId(scene.node(node))))
                .explanation()
                .code());
    }

    private int permits(UpdateScene scene, int node) {
        return jdbc.sql("select count(*) from permit where node_id = :node")
                .param("node", scene.node(node))
                .query(Integer.class)
                .single();
    }
}

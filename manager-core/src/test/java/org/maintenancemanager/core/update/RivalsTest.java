package org.maintenancemanager.core.update;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.node.Directive;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollResponse;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignClockwork;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.Invariants;
import org.maintenancemanager.testing.TestFleet;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two campaigns that want the same node. */
@CoreTest
class RivalsTest {
    private final Campaigns campaigns;
    private final CampaignClockwork campaignClockwork;
    private final UpdateClockwork clockwork;
    private final ReportIntake intake;
    private final PollDesk polls;
    private final NodeDirectory directory;
    private final Explanations explanations;
    private final CampaignMembers members;
    private final JdbcClient jdbc;

    RivalsTest(
            Campaigns campaigns,
            CampaignClockwork campaignClockwork,
            UpdateClockwork clockwork,
            ReportIntake intake,
            PollDesk polls,
            NodeDirectory directory,
            Explanations explanations,
            CampaignMembers members,
            JdbcClient jdbc) {
        this.campaigns = campaigns;
        this.campaignClockwork = campaignClockwork;
        this.clockwork = clockwork;
        this.intake = intake;
        this.polls = polls;
        this.directory = directory;
        this.explanations = explanations;
        this.members = members;
        this.jdbc = jdbc;
    }

    @Test
    void newerReleaseSupersedesTheOlderOneThatOnlyWaits() {
        UpdateScene scene = scene(2);
        CampaignId first = scene.start(scene.spec("first", scene.target));
        scene.permit(first, 1);
        scene.report(first, 1, UpdateState.DOWNLOADED, UpdateState.INSTALLING);
        CampaignId second = scene.start(scene.spec("second", scene.fleet.image("3", 3)));
        assertThat(scene.states(first)).containsExactly("SUPERSEDED", "INSTALLING");
        assertThat(scene.states(second)).containsExactly("OFFERED", "OFFERED");
        assertThat(queued(second))
                .as("one is being disturbed and must not be touched")
                .isEqualTo(1);
        PollResponse told = poll(scene, 0);
        assertThat(told.directive()).isEqualTo(Directive.DOWNLOAD);
        assertThat(told.updateId()).isEqualTo(scene.update(second, 0).toString());

        scene.report(first, 1, UpdateState.CONFIRMED);
        assertThat(queued(second)).as("the node is free").isZero();
        assertThat(poll(scene, 1).updateId()).isEqualTo(scene.update(second, 1).toString());
        campaignClockwork.tick();
        assertThat(scene.campaign(first).state()).isEqualTo(CampaignState.COMPLETED);
        assertBroken(scene);
    }

    @Test
    void olderCampaignKeepsTheNodeAndTheOtherSaysThatItWaits() {
        UpdateScene scene = scene(1);
        CampaignId first = scene.start(scene.spec("first", scene.target));
        CampaignId other = scene.start(scene.spec("other", otherFamily(scene)));
        assertThat(scene.state(first, 0)).isEqualTo("OFFERED");
        assertThat(poll(scene, 0).updateId()).isEqualTo(scene.update(first, 0).toString());
        var reasons = scene.fleet.tenant().as(() -> explanations.reasons(other));
        assertThat(reasons.waiting()).singleElement().satisfies(waiting -> {
            assertThat(waiting.code()).isEqualTo("NODE_BUSY");
            assertThat(waiting.example()).isEqualTo("Campaign first has the node until it is done with it.");
        });
        campaignClockwork.tick();
        assertThat(scene.campaign(other).state()).as("it has a node to come").isEqualTo(CampaignState.RUNNING);
        scene.confirm(first, 0);
        assertThat(poll(scene, 0).updateId()).isEqualTo(scene.update(other, 0).toString());
        assertBroken(scene);
    }

    @Test
    void higherPriorityTakesTheNodeAndGivesItBack() {
        UpdateScene scene = scene(1);
        CampaignId first = scene.start(scene.spec("first", scene.target));
        scene.report(first, 0, UpdateState.DOWNLOADED);
        CampaignId urgent = urgent(scene, otherFamily(scene));
        assertThat(queued(first)).isEqualTo(1);
        assertThat(poll(scene, 0).updateId()).isEqualTo(scene.update(urgent, 0).toString());
        scene.fleet.tenant().as(() -> campaigns.abort(urgent));
        clockwork.tick();
        assertThat(queued(first)).isZero();
        assertThat(poll(scene, 0).directive()).as("it had downloaded already").isEqualTo(Directive.INSTALL);
        assertBroken(scene);
    }

    @Test
    void whatHasBecomePointlessIsSkippedAndTheNextOneGoesOn() {
        UpdateScene scene = scene(1);
        UUID third = scene.fleet.image("3", 3);
        CampaignId newest = scene.start(scene.spec("newest", third));
        scene.permit(newest, 0);
        scene.report(newest, 0, UpdateState.DOWNLOADED, UpdateState.REBOOTING);
        CampaignId same = scene.start(scene.spec("same", third));
        CampaignId older = scene.start(scene.spec("older", scene.target));
        CampaignId last = scene.start(scene.spec("last", otherFamily(scene)));
        scene.report(newest, 0, UpdateState.CONFIRMED);
        assertThat(code(scene, older)).isEqualTo("DOWNGRADE");
        assertThat(code(scene, same)).isEqualTo("ALREADY_RUNNING");
        assertThat(queued(last)).isZero();
        assertThat(scene.state(last, 0)).isEqualTo("OFFERED");
        campaignClockwork.tick();
        assertThat(scene.campaign(older).state()).isEqualTo(CampaignState.COMPLETED);
        assertBroken(scene);
    }

    @Test
    void abortDropsWhatIsQueued() {
        UpdateScene scene = scene(1);
        CampaignId first = scene.start(scene.spec("first", scene.target));
        CampaignId other = scene.start(scene.spec("other", otherFamily(scene)));
        scene.fleet.tenant().as(() -> campaigns.abort(other));
        clockwork.tick();
        assertThat(scene.state(other, 0)).isEqualTo("CANCELED");
        assertThat(scene.state(first, 0)).isEqualTo("OFFERED");
        assertThat(poll(scene, 0).updateId())
                .as("what has ended behind it does not hide it")
                .isEqualTo(scene.update(first, 0).toString());
        assertBroken(scene);
    }

    @Test
    void imageThatRolledBackIsNotOfferedByTheCampaignThatWaitedEither() {
        UpdateScene scene = scene(1);
        CampaignId first = scene.start(scene.spec("first", scene.target));
        scene.permit(first, 0);
        scene.report(first, 0, UpdateState.DOWNLOADED, UpdateState.REBOOTING);
        CampaignId same = scene.start(scene.spec("same", scene.target));
        assertThat(queued(same)).isEqualTo(1);
        scene.report(first, 0, UpdateState.ROLLED_BACK);
        assertThat(scene.state(same, 0)).isEqualTo("SKIPPED");
        assertThat(code(scene, same)).isEqualTo("ROLLED_BACK_BEFORE");
        campaignClockwork.tick();
        assertThat(scene.campaign(same).state()).isEqualTo(CampaignState.COMPLETED);
        assertBroken(scene);
    }

    @Test
    void nodeThatGotTheImageFromAnotherIsNotTriedAgain() {
        UpdateScene scene = scene(1);
        CampaignId first = scene.start(scene.spec("first", scene.target));
        scene.permit(first, 0);
        scene.report(first, 0, UpdateState.DOWNLOADED, UpdateState.INSTALLING);
        scene.fail(first, 0, FailurePhase.INSTALL);
        assertThat(scene.campaign(first).state()).isEqualTo(CampaignState.RUNNING);
        jdbc.sql("update node_slot set image_sha256 = :digest where node_id = :node")
                .param("digest", TestFleet.digest(scene.target))
                .param("node", scene.node(0))
                .update();
        var retried = scene.fleet.tenant().as(() -> members.retryFailed(first, null));
        assertThat(retried.retried()).isZero();
        assertThat(scene.state(first, 0)).isEqualTo("FAILED");
        assertBroken(scene);
    }

    @Test
    void whoHasNothingToDoAtANodeTakesItFromNobody() {
        UpdateScene scene = scene(1);
        CampaignId first = scene.start(scene.spec("first", scene.target));
        UUID third = scene.fleet.image("3", 3);
        jdbc.sql("update image set architecture = 'arm64' where id = :id")
                .param("id", third)
                .update();
        CampaignId other = urgent(scene, third);
        assertThat(scene.state(other, 0)).isEqualTo("SKIPPED");
        assertThat(queued(first)).isZero();
        assertThat(scene.state(first, 0)).isEqualTo("OFFERED");
    }

    @Test
    void whoMayNotBringAnOlderImageTakesTheNodeFromNobody() {
        UpdateScene scene = scene(1);
        CampaignId first = scene.start(scene.spec("first", scene.target));
        CampaignId older = urgent(scene, scene.fleet.image("0", 0));
        assertThat(code(scene, older)).isEqualTo("DOWNGRADE");
        assertThat(queued(first)).isZero();
        assertBroken(scene);
    }

    @Test
    void campaignsThatBeginTogetherShareTheNodesOut() throws Exception {
        UpdateScene scene = scene(20);
        UUID other = otherFamily(scene);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var begun = threads.invokeAll(IntStream.range(0, 6)
                    .<Callable<CampaignId>>mapToObj(i ->
                            () -> scene.start(scene.spec("campaign " + i, i % 2 == 0 ? scene.target : other)))
                    .toList());
            int queued = 0;
            for (var one : begun) {
                queued += queued(one.get());
            }
            assertThat(queued).as("one has them, five wait").isEqualTo(5 * 20);
        }
        assertBroken(scene);
    }

    @Test
    void sweepBeginsWhatWasForgotten() {
        UpdateScene scene = scene(1);
        CampaignId first = scene.start(scene.spec("first", scene.target));
        CampaignId other = scene.start(scene.spec("other", otherFamily(scene)));
        // As somebody would leave it who ended an update while the other row was locked.
        jdbc.sql("""
                        with tally as (
                            update wave_counter set updates = case state when 'OFFERED' then 0 else 1 end
                            where campaign_id = :campaign and state in ('OFFERED', 'CANCELED')
                        )
                        update node_update set state = 'CANCELED' where campaign_id = :campaign
                        """).param("campaign", first.value()).update();
        assertThat(queued(other)).isEqualTo(1);
        clockwork.sweepNow(scene.fleet.tenant().id());
        assertThat(queued(other)).isZero();
        assertThat(poll(scene, 0).updateId()).isEqualTo(scene.update(other, 0).toString());
        assertBroken(scene);
    }

    private UpdateScene scene(int nodes) {
        return new UpdateScene(jdbc, campaigns, intake, nodes);
    }

    private CampaignId urgent(UpdateScene scene, UUID image) {
        CampaignSpec spec = scene.spec("urgent", image);
        return scene.fleet.tenant().as(() -> {
            CampaignId id = campaigns.create(spec).id();
            jdbc.sql("update campaign set priority = 10 where id = :id")
                    .param("id", id.value())
                    .update();
            return campaigns.start(id).id();
        });
    }

    private UUID otherFamily(UpdateScene scene) {
        UUID image = Ids.next();
        jdbc.sql("""
                        insert into image (tenant_id, id, family, image_version, release_counter, architecture,
                                           size_bytes, sha256, url, state)
                        values (:tenant, :id, 'firmware', '9', 9, 'x86_64', 1000, :digest,
                                'https://images.example.com/firmware.raw', 'PUBLISHED')
                        """)
                .param("tenant", scene.fleet.tenant().id().value())
                .param("id", image)
                .param("digest", TestFleet.digest(image))
                .update();
        return image;
    }

    private int queued(CampaignId campaign) {
        return jdbc.sql("select count(*) from node_update where campaign_id = :campaign and queued")
                .param("campaign", campaign.value())
                .query(Integer.class)
                .single();
    }

    private String code(UpdateScene scene, CampaignId campaign) {
        return jdbc.sql("select code from node_update where id = :id")
                .param("id", scene.update(campaign, 0))
                .query(String.class)
                .single();
    }

    private PollResponse poll(UpdateScene scene, int node) {
        KnownNode known =
                directory.authenticate(scene.fleet.nodes().get(node).token()).orElseThrow();
        return ((PollAnswer.Changed) polls.poll(known, new PollRequest("boot-1", 0, 0))).response();
    }

    private void assertBroken(UpdateScene scene) {
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }
}

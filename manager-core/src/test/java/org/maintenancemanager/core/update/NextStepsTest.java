package org.maintenancemanager.core.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.node.Directive;
import org.maintenancemanager.api.node.NodeMessages.ImageManifest;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollResponse;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.NodeMessages.Slot;
import org.maintenancemanager.api.node.SlotName;
import org.maintenancemanager.api.node.SlotState;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignClockwork;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.image.Images;
import org.maintenancemanager.core.image.PathRules;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.Invariants;
import org.maintenancemanager.testing.TestFleet;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Nodes that come to their campaign's image through others. */
@CoreTest
class NextStepsTest {
    private final Campaigns campaigns;
    private final CampaignClockwork campaignClockwork;
    private final UpdateClockwork clockwork;
    private final ReportIntake intake;
    private final PollDesk polls;
    private final NodeDirectory directory;
    private final Explanations explanations;
    private final Images images;
    private final JdbcClient jdbc;

    NextStepsTest(
            Campaigns campaigns,
            CampaignClockwork campaignClockwork,
            UpdateClockwork clockwork,
            ReportIntake intake,
            PollDesk polls,
            NodeDirectory directory,
            Explanations explanations,
            Images images,
            JdbcClient jdbc) {
        this.campaigns = campaigns;
        this.campaignClockwork = campaignClockwork;
        this.clockwork = clockwork;
        this.intake = intake;
        this.polls = polls;
        this.directory = directory;
        this.explanations = explanations;
        this.images = images;
        this.jdbc = jdbc;
    }

    @Test
    void nodeIsWalkedThroughABarrierByPolls() {
        UpdateScene scene = scene(1);
        UUID barrier = scene.fleet.image("4", 4);
        UUID last = scene.fleet.image("6", 6);
        jdbc.sql("update image set path_barrier = true where id = :id")
                .param("id", barrier)
                .update();
        CampaignId campaign = scene.start(scene.spec("walk", last));

        PollResponse first = poll(scene);
        assertThat(first.directive()).isEqualTo(Directive.DOWNLOAD);
        assertThat(version(first)).isEqualTo("4");
        var explained = explain(scene);
        assertThat(explained.explanation().sentence()).isEqualTo("4 (on the way to 6) is offered. May download now.");
        assertThat(explained.path()).extracting(image -> image.version()).containsExactly("4", "6");

        take(scene, campaign, barrier);
        assertThat(scene.campaign(campaign).waves().getFirst().updates())
                .as("it is on its way, not done")
                .containsExactly(entry(UpdateState.OFFERED, 1));
        campaignClockwork.tick();
        assertThat(scene.campaign(campaign).state()).isEqualTo(CampaignState.RUNNING);
        assertThat(finished(campaign))
                .as("it has said nothing of the image yet")
                .isZero();

        PollResponse second = poll(scene);
        assertThat(second.directive()).isEqualTo(Directive.DOWNLOAD);
        assertThat(version(second)).isEqualTo("6");
        assertThat(second.updateId()).isNotEqualTo(first.updateId());
        take(scene, campaign, last);
        campaignClockwork.tick();
        assertThat(scene.campaign(campaign).state()).isEqualTo(CampaignState.COMPLETED);
        assertThat(finished(campaign)).as("a node counts once").isEqualTo(1);
        assertThat(permits(campaign)).as("each step had its own").isEqualTo(2);
        assertUnbroken(scene);
    }

    @Test
    void nodeWithoutAWayIsLeftOutAndSaysWhy() {
        UpdateScene scene = scene(1);
        UUID last = scene.fleet.image("6", 6);
        rules(scene, last, new PathRules(4L, false, List.of()));
        CampaignId campaign = scene.start(scene.spec("floor", last));
        assertThat(scene.state(campaign, 0)).isEqualTo("SKIPPED");
        assertThat(explain(scene).explanation().code()).isEqualTo("NO_PATH");
        assertThat(explain(scene).explanation().sentence())
                .contains("No update path leads from what the node runs to the image.");
        assertUnbroken(scene);
    }

    @Test
    void ruleThatComesLaterHoldsAtOnceAndTheStepIsPlannedAnew() {
        UpdateScene scene = scene(1);
        UUID between = scene.fleet.image("4", 4);
        UUID last = scene.fleet.image("6", 6);
        CampaignId campaign = scene.start(scene.spec("later", last));
        scene.report(campaign, 0, UpdateState.DOWNLOADED);
        UUID direct = scene.update(campaign, 0);
        rules(scene, last, new PathRules(null, false, List.of(new PathRules.Forbidden(1L, null, "It does not boot."))));
        await("no permit on the old way")
                .until(() -> "PATH_CHANGED".equals(explain(scene).explanation().code()));
        assertThat(poll(scene).directive()).isEqualTo(Directive.WAIT);

        clockwork.tick();
        assertThat(stateOf(direct)).isEqualTo("SUPERSEDED");
        assertThat(version(poll(scene))).isEqualTo("4");
        take(scene, campaign, between);
        assertThat(version(poll(scene))).isEqualTo("6");
        assertUnbroken(scene);
    }

    @Test
    void withdrawnStepIsReplacedOrTheNodeLeftOut() {
        UpdateScene scene = scene(1);
        UUID between = scene.fleet.image("4", 4);
        UUID other = scene.fleet.image("5", 5);
        UUID last = scene.fleet.image("6", 6);
        rules(scene, last, new PathRules(4L, false, List.of()));
        CampaignId campaign = scene.start(scene.spec("withdrawn", last));
        assertThat(imageOf(scene, campaign)).isEqualTo(other);
        scene.fleet.tenant().as(() -> images.withdraw(new ImageId(other)));
        clockwork.tick();
        assertThat(imageOf(scene, campaign)).isEqualTo(between);
        scene.fleet.tenant().as(() -> images.withdraw(new ImageId(between)));
        clockwork.tick();
        assertThat(scene.state(campaign, 0)).isEqualTo("SKIPPED");
        campaignClockwork.tick();
        assertThat(scene.campaign(campaign).state()).isEqualTo(CampaignState.COMPLETED);
        assertUnbroken(scene);
    }

    @Test
    void nodeThatWasUpdatedByHandTakesTheStepAfterThat() {
        UpdateScene scene = scene(1);
        UUID between = scene.fleet.image("4", 4);
        UUID last = scene.fleet.image("6", 6);
        rules(scene, last, new PathRules(4L, false, List.of()));
        CampaignId campaign = scene.start(scene.spec("by hand", last));
        assertThat(imageOf(scene, campaign)).isEqualTo(between);
        tell(scene, between);
        assertThat(imageOf(scene, campaign)).isEqualTo(last);
        assertThat(version(poll(scene))).isEqualTo("6");
        assertUnbroken(scene);
    }

    @Test
    void abortedCampaignTakesNobodyFurther() {
        UpdateScene scene = scene(1);
        UUID between = scene.fleet.image("4", 4);
        UUID last = scene.fleet.image("6", 6);
        rules(scene, last, new PathRules(4L, false, List.of()));
        CampaignId campaign = scene.start(scene.spec("aborted", last));
        scene.permit(campaign, 0);
        scene.report(campaign, 0, UpdateState.DOWNLOADED, UpdateState.REBOOTING);
        scene.fleet.tenant().as(() -> campaigns.abort(campaign));
        scene.report(campaign, 0, UpdateState.CONFIRMED);
        assertThat(scene.state(campaign, 0)).isEqualTo("CANCELED");
        assertThat(imageOf(scene, campaign)).isEqualTo(last);
        assertThat(between).isNotEqualTo(last);
        assertUnbroken(scene);
    }

    private UpdateScene scene(int nodes) {
        return new UpdateScene(jdbc, campaigns, intake, nodes);
    }

    private void rules(UpdateScene scene, UUID image, PathRules rules) {
        scene.fleet.tenant().as(() -> {
            var before = images.load(new ImageId(image));
            return images.change(
                    before.id(),
                    before.revision(),
                    draft -> new org.maintenancemanager.core.image.ImageDraft(
                            draft.family(),
                            draft.version(),
                            draft.releaseCounter(),
                            draft.architecture(),
                            draft.hardware(),
                            draft.sizeBytes(),
                            draft.sha256(),
                            draft.sha1(),
                            draft.md5(),
                            draft.url(),
                            draft.signatureEnvelope(),
                            draft.severity(),
                            draft.fixedCves(),
                            draft.notes(),
                            rules));
        });
    }

    /** The node downloads, gets its permit by a poll, installs, and says what it runs. */
    private void take(UpdateScene scene, CampaignId campaign, UUID image) {
        scene.report(campaign, 0, UpdateState.DOWNLOADED);
        await("a permit").until(() -> poll(scene).directive() == Directive.INSTALL);
        scene.report(campaign, 0, UpdateState.INSTALLING, UpdateState.REBOOTING, UpdateState.CONFIRMED);
        tell(scene, image);
    }

    private void tell(UpdateScene scene, UUID image) {
        var slot = new Slot(SlotName.A, SlotState.ACTIVE, null, TestFleet.digest(image));
        intake.submit(
                scene.known(0),
                new ReportRequest(
                        null, new NodeFacts("x86_64", null, SlotName.A, List.of(slot), null, "test", "boot-1")));
    }

    private PollResponse poll(UpdateScene scene) {
        KnownNode known =
                directory.authenticate(scene.fleet.nodes().getFirst().token()).orElseThrow();
        return ((PollAnswer.Changed) polls.poll(known, new PollRequest("boot-1", 0, 0))).response();
    }

    private static String version(PollResponse answer) {
        ImageManifest image = answer.image();
        return image == null ? "" : image.version();
    }

    private Explanations.NodeExplanation explain(UpdateScene scene) {
        return scene.fleet.tenant().as(() -> explanations.explain(new NodeId(scene.node(0))));
    }

    private UUID imageOf(UpdateScene scene, CampaignId campaign) {
        return jdbc.sql("select image_id from node_update where id = :id")
                .param("id", scene.update(campaign, 0))
                .query(UUID.class)
                .single();
    }

    private String stateOf(UUID update) {
        return jdbc.sql("select state from node_update where id = :id")
                .param("id", update)
                .query(String.class)
                .single();
    }

    private int finished(CampaignId campaign) {
        return jdbc.sql("select total_finished from campaign_guard where campaign_id = :id")
                .param("id", campaign.value())
                .query(Integer.class)
                .single();
    }

    private int permits(CampaignId campaign) {
        return jdbc.sql("select count(*) from permit where campaign_id = :id")
                .param("id", campaign.value())
                .query(Integer.class)
                .single();
    }

    private void assertUnbroken(UpdateScene scene) {
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }
}

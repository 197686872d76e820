package org.maintenancemanager.core.update;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.node.Directive;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignClockwork;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.Invariants;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Trying again, and giving up in time. */
@CoreTest
class AttemptsTest {
    private final Campaigns campaigns;
    private final CampaignClockwork campaignClockwork;
    private final UpdateClockwork clockwork;
    private final ReportIntake intake;
    private final PollDesk polls;
    private final NodeDirectory directory;
    private final Explanations explanations;
    private final ChangeNotes notes;
    private final TransactionTemplate transactions;
    private final JdbcClient jdbc;

    AttemptsTest(
            Campaigns campaigns,
            CampaignClockwork campaignClockwork,
            UpdateClockwork clockwork,
            ReportIntake intake,
            PollDesk polls,
            NodeDirectory directory,
            Explanations explanations,
            ChangeNotes notes,
            TransactionTemplate transactions,
            JdbcClient jdbc) {
        this.campaigns = campaigns;
        this.campaignClockwork = campaignClockwork;
        this.clockwork = clockwork;
        this.intake = intake;
        this.polls = polls;
        this.directory = directory;
        this.explanations = explanations;
        this.notes = notes;
        this.transactions = transactions;
        this.jdbc = jdbc;
    }

    @Test
    void failedDownloadIsTriedAgainAfterAWaitThatDoubles() {
        UpdateScene scene = scene(1);
        CampaignId campaign = scene.start(scene.spec("again", scene.target));
        rules(campaign, "retries", "{\"DOWNLOAD\": {\"limit\": 2, \"backoffSeconds\": 600}}");
        scene.fail(campaign, 0, FailurePhase.DOWNLOAD);
        assertThat(attempts(campaign)).containsExactly("1 FAILED", "2 OFFERED");
        assertThat(backoff(campaign)).isEqualTo(600);
        assertThat(why(scene, 0)).isEqualTo("RETRY_LATER");
        assertThat(explain(scene, 0)).contains("Attempt 2, after one that failed in phase DOWNLOAD");
        assertThat(directive(scene, 0)).isEqualTo(Directive.WAIT);

        timeIsUp(scene, campaign);
        assertThat(directive(scene, 0)).isEqualTo(Directive.DOWNLOAD);
        scene.fail(campaign, 0, FailurePhase.DOWNLOAD);
        assertThat(backoff(campaign)).isEqualTo(1200);
        timeIsUp(scene, campaign);
        scene.fail(campaign, 0, FailurePhase.DOWNLOAD);
        assertThat(attempts(campaign)).as("two retries").containsExactly("1 FAILED", "2 FAILED", "3 FAILED");
        campaignClockwork.tick();
        assertThat(scene.campaign(campaign).state()).isEqualTo(CampaignState.COMPLETED);
        assertBroken(scene);
    }

    @Test
    void nodeThatIsTriedAgainCountsOnceInItsWave() {
        UpdateScene scene = scene(2);
        CampaignId campaign = scene.start(scene.spec("waves", scene.target));
        rules(campaign, "retries", "{\"INSTALL\": {\"limit\": 1, \"backoffSeconds\": 600}}");
        scene.fail(campaign, 0, FailurePhase.INSTALL);
        assertThat(scene.campaign(campaign).waves().getFirst().updates())
                .containsOnly(java.util.Map.entry(UpdateState.OFFERED, 2));
        assertThat(scene.campaign(campaign).failures()).isEqualTo(1);
        timeIsUp(scene, campaign);
        scene.confirm(campaign, 0);
        scene.confirm(campaign, 1);
        campaignClockwork.tick();
        assertThat(scene.campaign(campaign).state()).isEqualTo(CampaignState.COMPLETED);
        assertThat(scene.campaign(campaign).waves().getFirst().updates())
                .containsOnly(java.util.Map.entry(UpdateState.CONFIRMED, 2));
        assertBroken(scene);
    }

    @Test
    void onlyWhatTheCampaignNamesIsTriedAgain() {
        UpdateScene scene = scene(3);
        CampaignId campaign = scene.start(scene.spec("named", scene.target));
        rules(campaign, "retries", "{\"LOST\": {\"limit\": 1, \"backoffSeconds\": 60}}");
        scene.fail(campaign, 0, FailurePhase.DOWNLOAD);
        scene.permit(campaign, 1);
        scene.report(campaign, 1, UpdateState.DOWNLOADED, UpdateState.REBOOTING, UpdateState.ROLLED_BACK);
        scene.permit(campaign, 2);
        scene.report(campaign, 2, UpdateState.DOWNLOADED, UpdateState.INSTALLING);
        jdbc.sql("""
                        update permit set granted_at = now() - interval '3 hours', valid_until = now() - interval '2 hours',
                                          lost_at = now() - interval '1 hour'
                        where campaign_id = :campaign and ended_at is null
                        """).param("campaign", campaign.value()).update();
        clockwork.tick();
        assertThat(attempts(campaign)).containsExactlyInAnyOrder("1 FAILED", "1 ROLLED_BACK", "1 LOST", "2 OFFERED");
        assertThat(scene.state(campaign, 2)).isEqualTo("OFFERED");
        assertBroken(scene);
    }

    @Test
    void pausedOrAbortedCampaignsAreNotConfusedByAttempts() {
        UpdateScene scene = scene(1);
        CampaignId campaign = scene.start(scene.spec("aborted", scene.target));
        scene.fail(campaign, 0, FailurePhase.DOWNLOAD);
        scene.fleet.tenant().as(() -> campaigns.abort(campaign));
        clockwork.tick();
        assertThat(attempts(campaign)).containsExactly("1 FAILED", "2 CANCELED");
        assertBroken(scene);
    }

    @Test
    void downloadThatTakesTooLongFails() {
        UpdateScene scene = scene(2);
        CampaignId campaign = scene.start(scene.spec("slow", scene.target));
        rules(campaign, "retries", "{}");
        rules(campaign, "phase_limits", "{\"DOWNLOAD\": 3600}");
        scene.report(campaign, 0, UpdateState.DOWNLOADING);
        scene.report(campaign, 1, UpdateState.DOWNLOADING);
        seen(scene, 0);
        back(campaign, Duration.ofMinutes(61));
        clockwork.tick();
        assertThat(scene.state(campaign, 0)).isEqualTo("FAILED");
        assertThat(jdbc.sql("select failure_phase || ' ' || code from node_update where id = :id")
                        .param("id", scene.update(campaign, 0))
                        .query(String.class)
                        .single())
                .isEqualTo("DOWNLOAD TIMEOUT");
        assertThat(scene.state(campaign, 1)).as("it is not there, so it cannot").isEqualTo("DOWNLOADING");
        assertBroken(scene);
    }

    @Test
    void timeInWhichTheCampaignWasPausedDoesNotCount() {
        UpdateScene scene = scene(1);
        CampaignId campaign = scene.start(scene.spec("paused", scene.target));
        rules(campaign, "phase_limits", "{\"DOWNLOAD\": 3600}");
        scene.report(campaign, 0, UpdateState.DOWNLOADING);
        seen(scene, 0);
        back(campaign, Duration.ofMinutes(90));
        // For an hour of these ninety minutes it was paused.
        jdbc.sql("update campaign_run set ended_at = began_at + interval '15 minutes' where campaign_id = :campaign")
                .param("campaign", campaign.value())
                .update();
        jdbc.sql("""
                        insert into campaign_run (tenant_id, campaign_id, began_at)
                        values (:tenant, :campaign, now() - interval '15 minutes')
                        """)
                .param("tenant", scene.fleet.tenant().id().value())
                .param("campaign", campaign.value())
                .update();
        clockwork.tick();
        assertThat(scene.state(campaign, 0)).isEqualTo("DOWNLOADING");
        assertThat(jdbc.sql(
                                "select round(extract(epoch from due_at - now()) / 60) from phase_clock where update_id = :id")
                        .param("id", scene.update(campaign, 0))
                        .query(Integer.class)
                        .single())
                .as("half of the hour is left")
                .isEqualTo(30);
    }

    @Test
    void pausesAreNotedAsTheyHappen() {
        UpdateScene scene = scene(1);
        CampaignId campaign = scene.start(scene.spec("noted", scene.target));
        scene.fleet.tenant().as(() -> campaigns.pause(campaign));
        scene.fleet.tenant().as(() -> campaigns.resume(campaign));
        scene.fleet.tenant().as(() -> campaigns.abort(campaign));
        assertThat(jdbc.sql("select count(*) from campaign_run where campaign_id = :campaign and ended_at is not null")
                        .param("campaign", campaign.value())
                        .query(Integer.class)
                        .single())
                .isEqualTo(2);
    }

    @Test
    void phaseUnderAPermitThatTakesTooLongFreesTheSlot() {
        UpdateScene scene = scene(2);
        CampaignId campaign = scene.start(scene.spec("stuck", scene.target));
        rules(campaign, "phase_limits", "{\"INSTALL\": 600, \"REBOOT\": 600}");
        for (int node = 0; node < 2; node++) {
            scene.permit(campaign, node);
            scene.report(campaign, node, UpdateState.DOWNLOADED, UpdateState.INSTALLING);
        }
        scene.report(campaign, 1, UpdateState.REBOOTING);
        back(campaign, Duration.ofMinutes(11));
        jdbc.sql("update permit set granted_at = granted_at - interval '11 minutes' where campaign_id = :campaign")
                .param("campaign", campaign.value())
                .update();
        seen(scene, 0);
        silent(scene, 1, Duration.ofMinutes(11));
        clockwork.tick();
        assertThat(List.of(scene.state(campaign, 0), scene.state(campaign, 1))).containsExactly("FAILED", "LOST");
        assertThat(scene.campaign(campaign).inFlight()).isZero();
        assertBroken(scene);
    }

    private UpdateScene scene(int nodes) {
        return new UpdateScene(jdbc, campaigns, intake, nodes);
    }

    private void assertBroken(UpdateScene scene) {
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    private void rules(CampaignId campaign, String column, String json) {
        jdbc.sql("update campaign set %s = cast(:json as jsonb) where id = :campaign".formatted(column))
                .param("json", json)
                .param("campaign", campaign.value())
                .update();
    }

    private List<String> attempts(CampaignId campaign) {
        return jdbc.sql("""
                        select attempt || ' ' || state from node_update where campaign_id = :campaign
                        order by attempt, node_id
                        """)
                .param("campaign", campaign.value())
                .query(String.class)
                .list();
    }

    private int backoff(CampaignId campaign) {
        return jdbc.sql("""
                        select round(extract(epoch from not_before - created_at)) from node_update
                        where campaign_id = :campaign order by attempt desc limit 1
                        """)
                .param("campaign", campaign.value())
                .query(Integer.class)
                .single();
    }

    private void timeIsUp(UpdateScene scene, CampaignId campaign) {
        transactions.executeWithoutResult(status -> {
            jdbc.sql("update node_update set not_before = now() where campaign_id = :campaign and not_before > now()")
                    .param("campaign", campaign.value())
                    .update();
            notes.allNodesChanged(scene.fleet.tenant().id());
        });
    }

    /** As if all of it had begun that much earlier. */
    private void back(CampaignId campaign, Duration by) {
        jdbc.sql("""
                        with clocks as (
                            update phase_clock set since = since - make_interval(secs => :by),
                                                   due_at = due_at - make_interval(secs => :by)
                            where update_id in (select id from node_update where campaign_id = :campaign)
                        )
                        update campaign_run set began_at = began_at - make_interval(secs => :by)
                        where campaign_id = :campaign
                        """)
                .param("by", by.toSeconds())
                .param("campaign", campaign.value())
                .update();
    }

    private void seen(UpdateScene scene, int node) {
        silent(scene, node, Duration.ZERO);
    }

    private void silent(UpdateScene scene, int node, Duration since) {
        jdbc.sql("""
                        insert into node_presence (tenant_id, node_id, last_seen_at)
                        values (:tenant, :node, now() - make_interval(secs => :since))
                        on conflict (tenant_id, node_id) do update set last_seen_at = excluded.last_seen_at
                        """)
                .param("tenant", scene.fleet.tenant().id().value())
                .param("node", scene.node(node))
                .param("since", since.toSeconds())
                .update();
    }

    private Directive directive(UpdateScene scene, int node) {
        KnownNode known =
                directory.authenticate(scene.fleet.nodes().get(node).token()).orElseThrow();
        PollAnswer answer = polls.poll(known, new PollRequest("boot-1", 0, 0));
        return ((PollAnswer.Changed) answer).response().directive();
    }

    private String why(UpdateScene scene, int node) {
        return String.valueOf(scene.fleet
                .tenant()
                .as(() -> explanations.explain(new NodeId(scene.node(node))))
                .explanation()
                .code());
    }

    private String explain(UpdateScene scene, int node) {
        return scene.fleet
                .tenant()
                .as(() -> explanations.explain(new NodeId(scene.node(node))))
                .explanation()
                .sentence();
    }
}

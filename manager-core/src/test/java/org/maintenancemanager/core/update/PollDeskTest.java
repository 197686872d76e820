package org.maintenancemanager.core.update;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.node.Directive;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollResponse;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignBoard;
import org.maintenancemanager.core.campaign.CampaignClockwork;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.CampaignView;
import org.maintenancemanager.core.campaign.CampaignWaves;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.window.WindowId;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.Invariants;
import org.maintenancemanager.testing.StatementLog;
import org.maintenancemanager.testing.TestFleet;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

@CoreTest
class PollDeskTest {
    private final NodeDirectory directory;
    private final CampaignBoard board;
    private final HardwareTimings timings;
    private final PollDesk polls;
    private final ReportIntake intake;
    private final Presence presence;
    private final Campaigns campaigns;
    private final CampaignWaves waves;
    private final CampaignMembers members;
    private final CampaignClockwork campaignClockwork;
    private final UpdateClockwork updateClockwork;
    private final Explanations explanations;
    private final ChangeNotes notes;
    private final TransactionTemplate transactions;
    private final StatementLog statements;
    private final JdbcClient jdbc;

    PollDeskTest(
            NodeDirectory directory,
            CampaignBoard board,
            HardwareTimings timings,
            PollDesk polls,
            ReportIntake intake,
            Presence presence,
            Campaigns campaigns,
            CampaignWaves waves,
            CampaignMembers members,
            CampaignClockwork campaignClockwork,
            UpdateClockwork updateClockwork,
            Explanations explanations,
            ChangeNotes notes,
            TransactionTemplate transactions,
            StatementLog statements,
            JdbcClient jdbc) {
        this.directory = directory;
        this.board = board;
        this.timings = timings;
        this.polls = polls;
        this.intake = intake;
        this.presence = presence;
        this.campaigns = campaigns;
        this.waves = waves;
        this.members = members;
        this.campaignClockwork = campaignClockwork;
        this.updateClockwork = updateClockwork;
        this.explanations = explanations;
        this.notes = notes;
        this.transactions = transactions;
        this.statements = statements;
        this.jdbc = jdbc;
    }

    @Test
    void pollTakesAtMostOneSelectAndWritesNothing() {
        Scene scene = new Scene(TestFleet.create(jdbc, 50));
        scene.start(100, null);
        scene.poll(0);
        List<StatementLog.Entry> cold = ofPolls(() -> scene.poll(1));
        assertThat(cold).hasSize(1).allSatisfy(entry -> assertThat(entry.sql()).startsWith("select"));
        assertThat(ofPolls(() -> scene.poll(1))).isEmpty();
    }

    /** Without what runs by itself in the background. */
    private List<StatementLog.Entry> ofPolls(Runnable poll) {
        return statements.during(poll).stream()
                .filter(entry ->
                        List.of("campaign-board", "fleet-rules", "change-notes", "presence", "download-turns").stream()
                                .noneMatch(background -> entry.thread().startsWith(background)))
                .toList();
    }

    @Test
    void tokenThatIsWrongOrRevokedIsNoIdentity() {
        Scene scene = new Scene(TestFleet.create(jdbc, 2));
        var right = scene.fleet.nodes().getFirst().token();
        assertThat(directory.authenticate(right)).isPresent();
        var wrong = new org.maintenancemanager.core.tenant.Token(
                right.kind(), right.id(), scene.fleet.nodes().get(1).token().secret());
        assertThat(directory.authenticate(wrong)).isEmpty();
        transactions.executeWithoutResult(status -> {
            jdbc.sql("update credential set revoked_at = now() where id = :id")
                    .param("id", right.id())
                    .update();
            notes.nodesChanged(scene.fleet.tenant().id(), List.of(scene.node(0)));
        });
        assertThat(directory.authenticate(right)).isEmpty();
    }

    @Test
    void nodeIsLedFromOfferToConfirmation() {
        Scene scene = new Scene(TestFleet.create(jdbc, 1));
        scene.start(1, null);
        PollResponse offer = scene.changed(0);
        assertThat(offer.directive()).isEqualTo(Directive.DOWNLOAD);
        assertThat(requireNonNull(offer.image()).sha256()).isEqualTo(TestFleet.digest(scene.target));
        scene.report(0, UpdateState.DOWNLOADING);
        assertThat(scene.answer(0)).as("it knows what to do").isInstanceOf(PollAnswer.Unchanged.class);
        scene.report(0, UpdateState.DOWNLOADED);
        PollResponse permitted = scene.changed(0);
        assertThat(permitted.directive()).isEqualTo(Directive.INSTALL);
        assertThat(permitted.assignmentVersion()).isGreaterThan(offer.assignmentVersion());
        // A lost answer: the next poll gets the same permit.
        assertThat(requireNonNull(scene.changed(0).permit()).id())
                .isEqualTo(requireNonNull(permitted.permit()).id());
        for (UpdateState state : List.of(
                UpdateState.INSTALLING,
                UpdateState.STAGED,
                UpdateState.REBOOTING,
                UpdateState.TRIAL,
                UpdateState.CONFIRMED)) {
            scene.report(0, state);
        }
        campaignClockwork.tick();
        assertThat(scene.campaign().state()).isEqualTo(CampaignState.COMPLETED);
        assertThat(scene.answer(0)).isInstanceOf(PollAnswer.Unchanged.class);
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    @Test
    void campaignNeverHasMoreInFlightThanItMay() throws Exception {
        Scene scene = new Scene(TestFleet.create(jdbc, 64));
        scene.start(10, null);
        scene.downloadAll();
        assertThat(scene.pollAllAtOnce()).isEqualTo(10);
        assertThat(scene.pollAllAtOnce()).as("those that hold a permit keep it").isEqualTo(10);
        assertThat(scene.campaign().inFlight()).isEqualTo(10);
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    @Test
    void siteNeverHasMoreInFlightThanItsBudget() throws Exception {
        Scene scene = new Scene(TestFleet.create(jdbc, 20));
        jdbc.sql("""
                        insert into budget (tenant_id, id, name, site_id, max_in_flight)
                        values (:tenant, :id, 'berlin', :site, 3)
                        """)
                .param("tenant", scene.fleet.tenant().id().value())
                .param("id", Ids.next())
                .param("site", scene.fleet.site())
                .update();
        scene.start(100, null);
        scene.downloadAll();
        assertThat(scene.pollAllAtOnce()).isEqualTo(3);
        // One comes to an end, one more may go.
        int first = scene.permitted();
        scene.report(first, UpdateState.INSTALLING);
        scene.report(first, UpdateState.ROLLED_BACK);
        // What memory knows of the budget may be a second old.
        await().until(() -> scene.pollAllAtOnce() == 3);
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    /** Whoever took an operator's account over starts whatever it likes, as large as it likes. */
    @Test
    void noCampaignRebootsMoreAtOnceThanTheTenantMay() throws Exception {
        Scene scene = new Scene(TestFleet.create(jdbc, 20));
        jdbc.sql("update tenant set max_in_flight = 2 where id = :tenant")
                .param("tenant", scene.fleet.tenant().id().value())
                .update();
        scene.start(1_000_000, null);
        scene.downloadAll();
        assertThat(scene.pollAllAtOnce()).isEqualTo(2);
        for (int round = 0; round < 3; round++) {
            assertThat(scene.pollAllAtOnce()).as("those that have a permit").isEqualTo(2);
        }
        assertThat(scene.campaign().inFlight()).isEqualTo(2);
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    @Test
    void pauseHoldsAtOnceWhatHasNoPermit() throws Exception {
        Scene scene = new Scene(TestFleet.create(jdbc, 40));
        scene.start(1000, null);
        scene.downloadAll();
        scene.told(0, Directive.INSTALL);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<@Nullable PollResponse>> answers = new ArrayList<>();
            for (int node = 1; node < 40; node++) {
                int index = node;
                answers.add(threads.submit(
                        () -> scene.answer(index) instanceof PollAnswer.Changed it ? it.response() : null));
                if (node == 20) {
                    scene.fleet.tenant().as(() -> campaigns.pause(scene.campaignId()));
                }
            }
            for (Future<@Nullable PollResponse> answer : answers) {
                answer.get();
            }
        }
        int inFlight = scene.campaign().inFlight();
        for (int node = 0; node < 40; node++) {
            scene.answer(node);
        }
        assertThat(scene.campaign().inFlight()).as("after the pause").isEqualTo(inFlight);
        scene.told(0, Directive.INSTALL); // a permit stays valid
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    @Test
    void freezeWinsOverTheWindow() {
        Scene scene = new Scene(TestFleet.create(jdbc, 1));
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
        scene.fleet.window("FREEZE", now.minusHours(1), now.plusHours(1));
        scene.start(10, null);
        scene.downloadAll();
        assertThat(scene.answer(0)).isInstanceOf(PollAnswer.Unchanged.class);
        assertThat(scene.why(0)).isEqualTo("FROZEN");
    }

    @Test
    void withoutAWindowNothingEverInstalls() {
        Scene scene = new Scene(TestFleet.withoutWindow(jdbc, 1));
        scene.start(10, null);
        scene.downloadAll();
        assertThat(scene.answer(0)).isInstanceOf(PollAnswer.Unchanged.class);
        assertThat(scene.why(0)).isEqualTo("NO_WINDOW");
        assertThat(scene.fleet
                        .tenant()
                        .as(() -> explanations.reasons(scene.campaignId()))
                        .waiting())
                .singleElement()
                .satisfies(waiting -> {
                    assertThat(waiting.code()).isEqualTo("NO_WINDOW");
                    assertThat(waiting.nodes()).isEqualTo(1);
                });
    }

    @Test
    void windowChangedAMomentAgoIsSeenByTheGrant() {
        Scene scene = new Scene(TestFleet.create(jdbc, 2));
        scene.start(10, null);
        scene.downloadAll();
        scene.told(0, Directive.INSTALL);
        // Written without a note, as if the note had not arrived yet.
        jdbc.sql("update maintenance_window set enabled = false where tenant_id = :tenant")
                .param("tenant", scene.fleet.tenant().id().value())
                .update();
        jdbc.sql("update tenant set window_version = window_version + 1 where id = :tenant")
                .param("tenant", scene.fleet.tenant().id().value())
                .update();
        assertThat(scene.answer(1)).isInstanceOf(PollAnswer.Unchanged.class);
        assertThat(scene.answer(1)).isInstanceOf(PollAnswer.Unchanged.class);
        assertThat(scene.campaign().inFlight()).isEqualTo(1);
    }

    @Test
    void downloadThatRunsPastTheEndWaitsForTheNextWindow() {
        Scene scene = new Scene(TestFleet.withoutWindow(jdbc, 1));
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
        scene.fleet.window("PERMIT", now.minusHours(1), now.plusHours(1));
        scene.start(1, null);
        scene.told(0, Directive.DOWNLOAD);
        scene.report(0, UpdateState.DOWNLOADING);
        scene.changeWindows("ends_at = now() at time zone 'UTC' - interval '1 second'");
        assertThat(scene.answer(0)).as("what has begun to download may go on").isInstanceOf(PollAnswer.Unchanged.class);
        scene.report(0, UpdateState.DOWNLOADED);
        assertThat(scene.answer(0)).isInstanceOf(PollAnswer.Unchanged.class);
        assertThat(scene.why(0)).isEqualTo("WINDOW_CLOSED");
        scene.changeWindows("ends_at = now() at time zone 'UTC' + interval '1 hour'");
        scene.told(0, Directive.INSTALL);
    }

    @Test
    void nodeThatWaitsForDaysForItsWeeklyWindowIsNotGivenUp() {
        Scene scene = new Scene(TestFleet.withoutWindow(jdbc, 1));
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
        scene.fleet.window("PERMIT", now.plusDays(6), now.plusDays(6).plusHours(2));
        scene.start(1, null);
        scene.downloadAll();
        jdbc.sql(
                        "update node_update set state_since = now() - interval '5 days', created_at = now() - interval '5 days'"
                                + " where node_id = :node")
                .param("node", scene.node(0))
                .update();
        updateClockwork.tick();
        campaignClockwork.tick();
        assertThat(scene.campaign().waves().getFirst().updates()).containsOnlyKeys(UpdateState.DOWNLOADED);
        assertThat(scene.why(0)).isEqualTo("WINDOW_CLOSED");
    }

    @Test
    void nodeThatAppearsInMidWindowIsServedInThisOne() {
        Scene scene = new Scene(TestFleet.create(jdbc, 2));
        scene.start(2, null);
        scene.confirm(0);
        // The other has not been heard of until now, an hour after the window opened.
        scene.confirm(1);
        assertThat(scene.campaign().waves().getFirst().updates()).containsOnlyKeys(UpdateState.CONFIRMED);
    }

    @Test
    void permitNeverOutlivesItsWindow() {
        Scene scene = new Scene(TestFleet.withoutWindow(jdbc, 1));
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
        scene.fleet.window("PERMIT", now.minusHours(1), now.plusMinutes(5));
        scene.start(1, null);
        scene.downloadAll();
        assertThat(requireNonNull(scene.changed(0).permit()).validForSeconds()).isBetween(1, 271);
        assertThat(jdbc.sql("select window_end - valid_until = interval '30 seconds' from permit where node_id = :node")
                        .param("node", scene.node(0))
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void hardwareThatTakesLongNeedsALongWindow() {
        Scene scene = new Scene(TestFleet.withoutWindow(jdbc, 1));
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
        scene.fleet.window("PERMIT", now.minusHours(1), now.plusMinutes(40));
        scene.neededTime = null;
        jdbc.sql("update node set hardware = 'slow-1' where id = :node")
                .param("node", scene.node(0))
                .update();
        jdbc.sql("insert into hardware_timing (tenant_id, hardware, samples, p50_seconds, p95_seconds)"
                        + " values (:tenant, 'slow-1', 20, 600, 2400)")
                .param("tenant", scene.fleet.tenant().id().value())
                .update();
        scene.start(1, null);
        scene.downloadAll();
        assertThat(scene.answer(0)).isInstanceOf(PollAnswer.Unchanged.class);
        assertThat(scene.why(0)).isEqualTo("WINDOW_TOO_SHORT");
        scene.changeWindows("ends_at = ends_at + interval '1 minute'");
        scene.told(0, Directive.INSTALL);
    }

    @Test
    void overrideOpensOutsideOfWindowsUntilItIsCleared() {
        Scene scene = new Scene(TestFleet.withoutWindow(jdbc, 2));
        scene.start(2, null);
        scene.downloadAll();
        assertThat(scene.why(0)).isEqualTo("NO_WINDOW");
        scene.override(Set.of());
        scene.told(0, Directive.INSTALL);
        var cleared = scene.fleet.tenant().as(() -> campaigns.clearOverride(scene.campaignId()));
        assertThat(cleared.override()).isNull();
        scene.awaitBoard();
        assertThat(scene.answer(1)).isInstanceOf(PollAnswer.Unchanged.class);
        assertThat(scene.why(1)).isEqualTo("NO_WINDOW");
    }

    @Test
    void overrideOverridesOnlyTheFreezesThatItNames() {
        Scene scene = new Scene(TestFleet.withoutWindow(jdbc, 1));
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
        scene.fleet.window("FREEZE", now.minusHours(1), now.plusHours(1));
        scene.start(1, null);
        scene.downloadAll();
        scene.override(Set.of());
        assertThat(scene.why(0)).isEqualTo("FROZEN");
        WindowId freeze = new WindowId(jdbc.sql("select id from maintenance_window where tenant_id = :tenant")
                .param("tenant", scene.fleet.tenant().id().value())
                .query(UUID.class)
                .single());
        scene.override(Set.of(freeze));
        scene.told(0, Directive.INSTALL);
    }

    @Test
    void overrideThatWasTakenBackAMomentAgoIsSeenByTheGrant() {
        Scene scene = new Scene(TestFleet.withoutWindow(jdbc, 1));
        scene.start(1, null);
        scene.downloadAll();
        scene.override(Set.of());
        // Written without a note, as if the note had not arrived yet.
        jdbc.sql("""
                        update campaign
                        set override_id = null, override_reason = null, override_by = null, override_since = null,
                            override_until = null, override_freezes = null
                        where id = :campaign
                        """).param("campaign", scene.campaignId().value()).update();
        assertThat(scene.answer(0)).isInstanceOf(PollAnswer.Unchanged.class);
        assertThat(scene.campaign().inFlight()).isZero();
    }

    @Test
    void badOverrideIsRefused() {
        Scene scene = new Scene(TestFleet.withoutWindow(jdbc, 1));
        scene.start(1, null);
        Instant now = Instant.now();
        assertThat(scene.refusal(" ", now.minusSeconds(1), Set.of(new WindowId(UUID.randomUUID()))))
                .containsExactly("/reason", "/until", "/freezes");
        assertThat(scene.refusal("why", now.plus(Duration.ofDays(15)), Set.of()))
                .containsExactly("/until");
        assertThat(scene.campaign().override()).isNull();
    }

    @Test
    void timeThatHardwareTakesIsMeasured() {
        Scene scene = new Scene(TestFleet.create(jdbc, 20));
        jdbc.sql("update node set hardware = 'nuc-11' where tenant_id = :tenant")
                .param("tenant", scene.fleet.tenant().id().value())
                .update();
        scene.start(20, null);
        for (int node = 0; node < 19; node++) {
            scene.confirm(node);
        }
        timings.refresh();
        assertThat(scene.fleet.tenant().as(timings::list)).as("too few").isEmpty();
        scene.confirm(19);
        jdbc.sql("""
                        update permit p set granted_at = ended_at - ranked.nth * interval '1 minute'
                        from (select id, row_number() over (order by id) nth from permit where tenant_id = :tenant) ranked
                        where p.tenant_id = :tenant and p.id = ranked.id
                        """).param("tenant", scene.fleet.tenant().id().value()).update();
        timings.refresh();
        assertThat(scene.fleet.tenant().as(timings::list)).singleElement().satisfies(timing -> {
            assertThat(timing.hardware()).isEqualTo("nuc-11");
            assertThat(timing.samples()).isEqualTo(20);
            assertThat(timing.p50()).isEqualTo(Duration.ofSeconds(630));
            assertThat(timing.p95()).isEqualTo(Duration.ofSeconds(1143));
        });
        assertThat(scene.fleet
                        .tenant()
                        .as(() -> timings.of(scene.fleet.tenant().id()).of("nuc-11")))
                .isEqualTo(Duration.ofSeconds(1143));
        assertThat(timings.of(scene.fleet.tenant().id()).of("other")).isEqualTo(Duration.ofMinutes(15));
    }

    @Test
    void silentNodeIsLostAndGivesItsSlotBack() {
        Scene scene = new Scene(TestFleet.create(jdbc, 1));
        scene.start(1, 1);
        scene.downloadAll();
        scene.told(0, Directive.INSTALL);
        presence.flush();
        scene.shiftPermit(Duration.ofHours(3));
        jdbc.sql("update node_presence set last_seen_at = now() - interval '4 hours' where node_id = :node")
                .param("node", scene.node(0))
                .update();
        updateClockwork.tick();
        updateClockwork.tick();
        assertThat(scene.state(0)).isEqualTo("LOST");
        assertThat(scene.campaign().inFlight()).isZero();
        campaignClockwork.tick();
        assertThat(scene.campaign().state()).isEqualTo(CampaignState.COMPLETED);
        // It comes back late: the end stays.
        scene.report(0, UpdateState.INSTALLING);
        assertThat(scene.state(0)).isEqualTo("LOST");
    }

    @Test
    void permitThatWasNotUsedExpiresAndTheNodeWaitsAgain() {
        Scene scene = new Scene(TestFleet.create(jdbc, 1));
        scene.start(1, null);
        scene.downloadAll();
        String first = requireNonNull(scene.changed(0).permit()).id();
        scene.shiftPermit(Duration.ofMinutes(60));
        scene.answer(0);
        presence.flush();
        jdbc.sql("update node_presence set last_seen_at = now() where node_id = :node")
                .param("node", scene.node(0))
                .update();
        updateClockwork.tick();
        assertThat(scene.campaign().inFlight()).isZero();
        assertThat(requireNonNull(scene.changed(0).permit()).id()).isNotEqualTo(first);
    }

    @Test
    void nextWaveOpensWhenTheGatePassed() {
        Scene scene = new Scene(TestFleet.create(jdbc, 10));
        scene.start(
                10,
                null,
                new WaveSpec("canary", new CampaignSpec.Count(2), BigDecimal.ONE),
                new WaveSpec("rest", new CampaignSpec.Rest(), BigDecimal.ZERO));
        int canary = scene.ofWave(0).getFirst();
        int other = scene.ofWave(1).getFirst();
        scene.told(canary, Directive.DOWNLOAD);
        scene.told(other, Directive.WAIT);
        assertThat(scene.why(other)).isEqualTo("WAVE_CLOSED");
        scene.ofWave(0).forEach(scene::confirm);
        campaignClockwork.tick();
        scene.told(other, Directive.DOWNLOAD);
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    @Test
    void waveThatCannotReachItsShareStopsTheCampaign() {
        Scene scene = new Scene(TestFleet.create(jdbc, 10));
        scene.start(
                10,
                null,
                new WaveSpec("canary", new CampaignSpec.Count(2), BigDecimal.ONE),
                new WaveSpec("rest", new CampaignSpec.Rest(), BigDecimal.ZERO));
        int canary = scene.ofWave(0).getFirst();
        scene.downloadAll();
        scene.changed(canary);
        scene.report(canary, UpdateState.INSTALLING);
        scene.report(canary, UpdateState.ROLLED_BACK);
        campaignClockwork.tick();
        assertThat(scene.campaign().state()).isEqualTo(CampaignState.PAUSED);
        assertThat(scene.campaign().stateReason()).isEqualTo("WAVE_GATE");
        assertThat(scene.campaign().stateDetail()).contains("canary");
    }

    @Test
    void abortCancelsWhatHasNoPermitAndLetsTheOthersFinish() {
        Scene scene = new Scene(TestFleet.create(jdbc, 2));
        scene.start(1, null);
        scene.downloadAll();
        assertThat(scene.pollOneByOne()).isEqualTo(1);
        int permitted = scene.permitted();
        int other = 1 - permitted;
        scene.fleet.tenant().as(() -> campaigns.abort(scene.campaignId()));
        updateClockwork.tick();
        assertThat(scene.state(other)).isEqualTo("CANCELED");
        scene.told(other, Directive.CANCEL);
        scene.report(permitted, UpdateState.INSTALLING);
        scene.report(permitted, UpdateState.CONFIRMED);
        assertThat(scene.state(permitted)).isEqualTo("CONFIRMED");
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    @Test
    void skippedWaveGetsNoPermitFromThatMomentOn() throws Exception {
        Scene scene = new Scene(TestFleet.create(jdbc, 40));
        scene.start(1000, null);
        scene.downloadAll();
        scene.told(0, Directive.INSTALL);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<PollAnswer>> answers = new ArrayList<>();
            for (int node = 1; node < 40; node++) {
                int index = node;
                answers.add(threads.submit(() -> scene.answer(index)));
                if (node == 20) {
                    scene.fleet.tenant().as(() -> waves.skip(scene.campaignId(), 0, "these are being moved"));
                }
            }
            for (Future<PollAnswer> answer : answers) {
                answer.get();
            }
        }
        int inFlight = scene.campaign().inFlight();
        scene.pollOneByOne();
        assertThat(scene.campaign().inFlight()).as("after the skip").isEqualTo(inFlight);
        scene.told(0, Directive.INSTALL); // a permit stays valid
        updateClockwork.tick();
        assertThat(scene.campaign().waves().getFirst().updates().get(UpdateState.CANCELED))
                .isEqualTo(inFlight == 40 ? null : 40 - inFlight);
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    @Test
    void excludedNodeIsToldToDropItsUpdateUnlessItHoldsAPermit() {
        Scene scene = new Scene(TestFleet.create(jdbc, 2));
        scene.start(1, null);
        scene.downloadAll();
        assertThat(scene.pollOneByOne()).isEqualTo(1);
        int permitted = scene.permitted();
        int other = 1 - permitted;
        CampaignMembers.Excluded excluded = scene.fleet
                .tenant()
                .as(() -> members.exclude(scene.campaignId(), List.of(scene.node(0), scene.node(1)), "in repair"));
        assertThat(excluded.excluded()).isEqualTo(1);
        assertThat(excluded.holdingPermit()).containsExactly(scene.node(permitted));
        scene.told(other, Directive.CANCEL);
        scene.report(permitted, UpdateState.INSTALLING);
        scene.report(permitted, UpdateState.CONFIRMED);
        campaignClockwork.tick();
        assertThat(scene.campaign().state()).isEqualTo(CampaignState.COMPLETED);
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    @Test
    void lostNodeThatIsRetriedIsLedThroughAnotherAttempt() {
        Scene scene = new Scene(TestFleet.create(jdbc, 1));
        scene.start(1, null);
        scene.downloadAll();
        scene.changed(0);
        scene.report(0, UpdateState.INSTALLING);
        scene.shiftPermit(Duration.ofHours(2));
        updateClockwork.tick();
        assertThat(scene.state(0)).isEqualTo("LOST");
        assertThat(scene.fleet
                        .tenant()
                        .as(() -> members.retryFailed(scene.campaignId(), List.of(scene.node(0))))
                        .retried())
                .isEqualTo(1);
        scene.told(0, Directive.DOWNLOAD);
        scene.report(0, UpdateState.DOWNLOADED);
        scene.told(0, Directive.INSTALL);
        scene.report(0, UpdateState.INSTALLING);
        scene.report(0, UpdateState.CONFIRMED);
        campaignClockwork.tick();
        assertThat(scene.campaign().state()).isEqualTo(CampaignState.COMPLETED);
        assertThat(scene.campaign().failures()).as("they stay counted").isEqualTo(1);
    }

    @Test
    void nodeThatWasOfflineNeitherHoldsTheWaveNorMissesTheCampaign() {
        Scene scene = new Scene(TestFleet.create(jdbc, 5));
        scene.start(
                10,
                null,
                new WaveSpec("canary", new CampaignSpec.Count(2), BigDecimal.ONE),
                new WaveSpec("rest", new CampaignSpec.Rest(), BigDecimal.ZERO));
        int canary = scene.ofWave(0).getFirst();
        int late = scene.ofWave(0).getLast();
        scene.confirm(canary);
        jdbc.sql("update wave set opened_at = now() - interval '1 hour' where campaign_id = :campaign and ordinal = 0")
                .param("campaign", scene.campaignId().value())
                .update();
        campaignClockwork.tick();
        CampaignView passed = scene.campaign();
        assertThat(passed.waves().getFirst().passedAt()).isNotNull();
        assertThat(passed.waves().getFirst().late()).isEqualTo(1);
        scene.ofWave(1).forEach(scene::confirm);
        campaignClockwork.tick();
        assertThat(scene.campaign().state()).as("one is missing").isEqualTo(CampaignState.RUNNING);
        scene.confirm(late);
        campaignClockwork.tick();
        assertThat(scene.campaign().state()).isEqualTo(CampaignState.COMPLETED);
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    @Test
    void escalationOpensOnlyNodesOfItsWindowsAndFreezesHold() {
        Scene scene = new Scene(TestFleet.withoutWindow(jdbc, 1));
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
        scene.fleet.window("PERMIT", now.plusDays(6), now.plusDays(6).plusHours(2));
        scene.start(1, null);
        scene.downloadAll();
        assertThat(scene.why(0)).isEqualTo("WINDOW_CLOSED");
        WindowId own = new WindowId(jdbc.sql("select id from maintenance_window where tenant_id = :tenant")
                .param("tenant", scene.fleet.tenant().id().value())
                .query(UUID.class)
                .single());
        scene.escalate(new WindowId(UUID.randomUUID()));
        assertThat(scene.why(0)).as("another window's").isEqualTo("WINDOW_CLOSED");
        scene.escalate(own);
        scene.fleet.window("FREEZE", now.minusHours(1), now.plusDays(1));
        scene.changeWindows("enabled = enabled");
        assertThat(scene.why(0)).isEqualTo("FROZEN");
        scene.changeWindows("enabled = kind = 'PERMIT'");
        scene.told(0, Directive.INSTALL);
    }

    @Test
    void nodeThatLeftTheFleetDoesNotKeepTheCampaignOpen() {
        Scene scene = new Scene(TestFleet.create(jdbc, 1));
        scene.start(1, null);
        jdbc.sql("update node set state = 'DECOMMISSIONED', updated_at = now() where id = :id")
                .param("id", scene.node(0))
                .update();
        updateClockwork.tick();
        campaignClockwork.tick();
        assertThat(scene.state(0)).isEqualTo("CANCELED");
        assertThat(scene.campaign().state()).isEqualTo(CampaignState.COMPLETED);
    }

    @Test
    void nodeThatRolledBackIsNotOfferedTheImageAgain() {
        Scene scene = new Scene(TestFleet.create(jdbc, 1));
        scene.start(1, null);
        scene.downloadAll();
        scene.changed(0);
        scene.report(0, UpdateState.INSTALLING);
        scene.report(0, UpdateState.ROLLED_BACK);
        CampaignView again = scene.another();
        assertThat(again.waves().getLast().updates()).containsEntry(UpdateState.SKIPPED, 1);
    }

    /** A fleet with a campaign. */
    private final class Scene {
        final TestFleet fleet;
        final UUID target;
        private @Nullable CampaignId campaign;
        /** Null: what is usual for the hardware. */
        private @Nullable Duration neededTime = Duration.ofMinutes(1);

        private final long[] seq;
        private final long[] known;

        Scene(TestFleet fleet) {
            this.fleet = fleet;
            target = fleet.image("2", 2);
            UUID old = fleet.image("1", 1);
            fleet.nodes().forEach(node -> fleet.runs(node.id(), old));
            seq = new long[fleet.nodes().size()];
            known = new long[fleet.nodes().size()];
        }

        void start(int maxInFlight, @Nullable Integer maxFailures, WaveSpec... waves) {
            campaign = run("campaign", maxInFlight, maxFailures, waves).id();
        }

        CampaignView another() {
            return run("another", 10, null);
        }

        private CampaignView run(String name, int maxInFlight, @Nullable Integer maxFailures, WaveSpec... waves) {
            List<WaveSpec> all = waves.length == 0
                    ? List.of(new WaveSpec("all", new CampaignSpec.Rest(), BigDecimal.ZERO))
                    : List.of(waves);
            var spec = new CampaignSpec(
                    name,
                    new ImageId(target),
                    "",
                    true,
                    all,
                    maxInFlight,
                    maxFailures,
                    false,
                    false,
                    Duration.ofMinutes(30),
                    neededTime,
                    Duration.ofMinutes(30),
                    null);
            return fleet.tenant()
                    .as(() -> campaigns.start(campaigns.create(spec).id()));
        }

        /** As a person would, so that everybody is told. */
        void changeWindows(String set) {
            transactions.executeWithoutResult(status -> {
                jdbc.sql("update maintenance_window set %s where tenant_id = :tenant".formatted(set))
                        .param("tenant", fleet.tenant().id().value())
                        .update();
                jdbc.sql("update tenant set window_version = window_version + 1 where id = :tenant")
                        .param("tenant", fleet.tenant().id().value())
                        .update();
                notes.tenantChanged(fleet.tenant().id());
            });
        }

        void override(Set<WindowId> freezes) {
            Instant until = Instant.now().plus(Duration.ofHours(2));
            fleet.tenant().as(() -> campaigns.overrideWindows(campaignId(), "emergency", until, freezes));
            awaitBoard();
        }

        /** As if the campaign had said so at its start, and its time had just come. */
        void escalate(WindowId window) {
            jdbc.sql("""
                            update campaign
                            set escalate_after_seconds = 60, escalate_for_seconds = 7200, escalate_reason = 'urgent',
                                escalate_windows = array[cast(:window as uuid)], escalate_freezes = '{}',
                                started_at = now() - interval '1 hour', escalated_at = null, override_until = case
                                    when override_id is not null then now() end
                            where id = :campaign
                            """)
                    .param("window", window.value())
                    .param("campaign", campaignId().value())
                    .update();
            campaignClockwork.tick();
            assertThat(requireNonNull(campaign().override()).windows()).containsExactly(window);
            awaitBoard();
        }

        /** The pointers of the problems. */
        List<String> refusal(String reason, Instant until, Set<WindowId> freezes) {
            try {
                fleet.tenant().as(() -> campaigns.overrideWindows(campaignId(), reason, until, freezes));
            } catch (InvalidInput refusal) {
                return refusal.problems().stream().map(FieldProblem::pointer).toList();
            }
            return List.of();
        }

        /** Until memory shows what the database holds. */
        void awaitBoard() {
            await().until(() -> Objects.equals(
                    board.find(campaignId()).map(CampaignFacts::override).orElse(null),
                    campaign().override()));
        }

        CampaignId campaignId() {
            return requireNonNull(campaign);
        }

        CampaignView campaign() {
            return fleet.tenant().as(() -> campaigns.load(campaignId()));
        }

        UUID node(int index) {
            return fleet.nodes().get(index).id();
        }

        KnownNode authenticated(int index) {
            return directory.authenticate(fleet.nodes().get(index).token()).orElseThrow();
        }

        PollAnswer answer(int index) {
            return polls.poll(authenticated(index), new PollRequest("boot-1", seq[index], known[index]));
        }

        void poll(int index) {
            answer(index);
        }

        /** The next answer that says something new: memory hears of what the database holds a moment later. */
        PollResponse changed(int index) {
            return hears(index, response -> {});
        }

        void told(int index, Directive directive) {
            hears(index, response -> assertThat(response.directive()).isEqualTo(directive));
        }

        private PollResponse hears(int index, Consumer<PollResponse> what) {
            AtomicReference<PollResponse> heard = new AtomicReference<>();
            await().untilAsserted(() -> assertThat(answer(index))
                    .isInstanceOfSatisfying(PollAnswer.Changed.class, it -> {
                        what.accept(it.response());
                        heard.set(it.response());
                    }));
            known[index] = heard.get().assignmentVersion();
            return heard.get();
        }

        void report(int index, UpdateState state) {
            String update = jdbc.sql(
                            "select id::text from node_update where node_id = :node and campaign_id = :campaign order by attempt desc limit 1")
                    .param("node", node(index))
                    .param("campaign", campaignId().value())
                    .query(String.class)
                    .single();
            var report = new Report("boot-1", ++seq[index], update, state, null, null, null, null);
            intake.submit(authenticated(index), new ReportRequest(List.of(report), null));
        }

        void downloadAll() {
            for (int node = 0; node < fleet.nodes().size(); node++) {
                known[node] = Math.max(
                        known[node],
                        answer(node) instanceof PollAnswer.Changed it
                                ? it.response().assignmentVersion()
                                : 0);
                report(node, UpdateState.DOWNLOADED);
            }
        }

        void confirm(int index) {
            changed(index);
            report(index, UpdateState.DOWNLOADED);
            told(index, Directive.INSTALL);
            report(index, UpdateState.INSTALLING);
            report(index, UpdateState.CONFIRMED);
        }

        /** How many hold a permit afterwards. */
        int pollAllAtOnce() throws InterruptedException, ExecutionException {
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Callable<Boolean>> calls = new ArrayList<>();
                for (int node = 0; node < fleet.nodes().size(); node++) {
                    int index = node;
                    calls.add(() -> isInstall(answer(index)));
                }
                int installs = 0;
                for (Future<Boolean> done : threads.invokeAll(calls)) {
                    installs += done.get() ? 1 : 0;
                }
                return installs;
            }
        }

        int pollOneByOne() {
            int installs = 0;
            for (int node = 0; node < fleet.nodes().size(); node++) {
                installs += isInstall(answer(node)) ? 1 : 0;
            }
            return installs;
        }

        private static boolean isInstall(PollAnswer answer) {
            return answer instanceof PollAnswer.Changed it && it.response().directive() == Directive.INSTALL;
        }

        /** A node that holds a permit. */
        int permitted() {
            UUID node = jdbc.sql(
                            "select node_id from permit where campaign_id = :campaign and ended_at is null limit 1")
                    .param("campaign", campaignId().value())
                    .query(UUID.class)
                    .single();
            return fleet.nodes().stream().map(TestFleet.Member::id).toList().indexOf(node);
        }

        List<Integer> ofWave(int wave) {
            List<UUID> ids = fleet.nodes().stream().map(TestFleet.Member::id).toList();
            return jdbc
                    .sql("select node_id from node_update where campaign_id = :campaign and wave = :wave")
                    .param("campaign", campaignId().value())
                    .param("wave", wave)
                    .query(UUID.class)
                    .list()
                    .stream()
                    .map(ids::indexOf)
                    .toList();
        }

        /** Makes the permits look as if they had been granted that much earlier. */
        void shiftPermit(Duration by) {
            transactions.executeWithoutResult(status -> {
                jdbc.sql("""
                                update permit
                                set granted_at = granted_at - make_interval(secs => :by),
                                    valid_until = valid_until - make_interval(secs => :by),
                                    lost_at = lost_at - make_interval(secs => :by)
                                where campaign_id = :campaign
                                """)
                        .param("by", by.toSeconds())
                        .param("campaign", campaignId().value())
                        .update();
                notes.allNodesChanged(fleet.tenant().id());
            });
        }

        String why(int index) {
            return requireNonNull(fleet.tenant()
                    .as(() -> explanations.explain(new NodeId(node(index))))
                    .explanation()
                    .code());
        }

        String state(int index) {
            return jdbc.sql("select state from node_update where node_id = :node and campaign_id = :campaign")
                    .param("node", node(index))
                    .param("campaign", campaignId().value())
                    .query(String.class)
                    .single();
        }
    }
}

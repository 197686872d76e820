package org.maintenancemanager.core.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignLife.Answer;
import org.maintenancemanager.core.campaign.CampaignLife.Approval;
import org.maintenancemanager.core.campaign.CampaignLife.Kind;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.update.UpdateClockwork;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.Invariants;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Waves, gates, approvals: what moves a campaign from its draft to its end. */
@CoreTest
class CampaignLifeTest {
    private final Campaigns campaigns;
    private final CampaignApprovals approvals;
    private final ApprovalRules rules;
    private final CampaignWaves waves;
    private final CampaignClockwork clockwork;
    private final UpdateClockwork updates;
    private final JdbcClient jdbc;

    CampaignLifeTest(
            Campaigns campaigns,
            CampaignApprovals approvals,
            ApprovalRules rules,
            CampaignWaves waves,
            CampaignClockwork clockwork,
            UpdateClockwork updates,
            JdbcClient jdbc) {
        this.campaigns = campaigns;
        this.approvals = approvals;
        this.rules = rules;
        this.waves = waves;
        this.clockwork = clockwork;
        this.updates = updates;
        this.jdbc = jdbc;
    }

    @Test
    void waveIsWatchedForItsSoakTimeBeforeTheNextOpens() {
        CampaignScene scene = running(6, canary(2, new WaveGate(Duration.ofHours(24), null, false)));
        scene.confirm(0);
        clockwork.tick();
        assertThat(scene.wave(0).reachedAt()).isNotNull();
        assertThat(scene.wave(1).openedAt()).isNull();
        scene.age("reached_at", Duration.ofHours(23));
        clockwork.tick();
        assertThat(scene.wave(1).openedAt()).isNull();
        scene.age("reached_at", Duration.ofHours(1));
        clockwork.tick();
        assertThat(scene.wave(1).openedAt()).isNotNull();
    }

    @Test
    void failureDuringTheSoakTimeStopsTheCampaign() {
        CampaignScene scene = running(6, canary(2, new WaveGate(Duration.ofHours(24), null, false)));
        scene.confirm(0);
        clockwork.tick();
        // As if one of them had been late, and failed then.
        scene.set(0, UpdateState.ROLLED_BACK, 1);
        clockwork.tick();
        assertThat(scene.campaign().stateReason()).isEqualTo("WAVE_GATE");
        assertThat(scene.wave(0).reachedAt()).isNull();
    }

    @Test
    void nextWaveStaysShutBeforeItsInstant() {
        CampaignScene scene =
                running(4, canary(2, new WaveGate(Duration.ZERO, Instant.now().plusSeconds(3600), false)));
        scene.confirm(0);
        clockwork.tick();
        assertThat(scene.wave(1).openedAt()).isNull();
        jdbc.sql("update wave set not_before = now() where campaign_id = :campaign")
                .param("campaign", scene.id().value())
                .update();
        clockwork.tick();
        assertThat(scene.wave(1).openedAt()).isNotNull();
    }

    @Test
    void gateWithApprovalAsksOnceAndOpensForAnotherPersonOnly() {
        CampaignScene scene = running(4, canary(2, new WaveGate(Duration.ZERO, null, true)));
        scene.confirm(0);
        clockwork.tick();
        clockwork.tick();
        assertThat(scene.campaign().life().approvals()).singleElement().satisfies(asked -> {
            assertThat(asked.kind()).isEqualTo(Kind.WAVE);
            assertThat(asked.wave()).isZero();
        });
        assertThat(scene.refusal(() -> approvals.approve(scene.id(), null, "me too", null)))
                .contains("somebody else");
        assertThat(scene.refusal(() -> waves.promote(scene.id(), null, "hurry")))
                .contains("author");
        assertThat(scene.refusal(() -> waves.skip(scene.id(), null, "hurry"))).contains("author");
        assertThat(scene.wave(1).openedAt()).isNull();
        scene.asOther(() -> approvals.approve(scene.id(), null, "looks good", null));
        clockwork.tick();
        assertThat(scene.wave(1).openedAt()).isNotNull();
        assertThat(scene.audited()).contains("campaign.wave-approval-requested", "campaign.wave-approved");
    }

    @Test
    void waveThatIsDeniedPausesTheCampaign() {
        CampaignScene scene = running(4, canary(2, new WaveGate(Duration.ZERO, null, true)));
        scene.confirm(0);
        clockwork.tick();
        scene.asOther(() -> approvals.deny(scene.id(), null, "the fans are loud"));
        assertThat(scene.campaign().state()).isEqualTo(CampaignState.PAUSED);
        assertThat(scene.campaign().stateReason()).isEqualTo("WAVE_DENIED");
        assertThat(scene.campaign().stateDetail()).contains("the fans are loud");
        scene.as(() -> campaigns.resume(scene.id()));
        clockwork.tick();
        assertThat(scene.campaign().life().openApprovals())
                .as("it is asked anew")
                .hasSize(1);
    }

    @Test
    void promotedWaveOpensWhateverTheGateStillWants() {
        CampaignScene scene = running(6, canary(2, WaveGate.NONE));
        assertThat(scene.refusal(() -> waves.promote(scene.id(), 2, "typo"))).contains("is 1, not 2");
        scene.as(() -> waves.promote(scene.id(), 1, "the night is short"));
        assertThat(scene.wave(0).passedAt())
                .isEqualTo(scene.wave(0).promotedAt())
                .isNotNull();
        assertThat(scene.wave(1).openedAt()).isNotNull();
        assertThat(scene.wave(0).late())
                .as("on their way in a wave that has passed")
                .isEqualTo(2);
        assertThat(scene.refusal(() -> waves.promote(scene.id(), 1, "twice"))).contains("no wave is left");
        assertThat(scene.audited()).endsWith("campaign.wave-promoted");
    }

    @Test
    void waveThatNobodyIsHeardOfGoesOnWhenItMay() {
        CampaignScene scene =
                running(6, canary(2, new WaveGate(Duration.ofHours(24), null, false, Duration.ofHours(2))));
        scene.age("opened_at", Duration.ofMinutes(30));
        clockwork.tick();
        assertThat(scene.wave(0).unreachable()).isEqualTo(2);
        assertThat(scene.wave(1).openedAt()).isNull();
        scene.age("opened_at", Duration.ofMinutes(90));
        clockwork.tick();
        assertThat(scene.wave(0).state()).isEqualTo(WaveState.PASSED);
        assertThat(scene.wave(0).late()).isEqualTo(2);
        assertThat(scene.wave(1).state()).isEqualTo(WaveState.OPEN);
        CampaignView running = scene.campaign();
        WaveGate tooShort = new WaveGate(Duration.ZERO, null, false, Duration.ofSeconds(59));
        assertThat(scene.problems(() -> campaigns.edit(
                        scene.id(),
                        running.version(),
                        running.spec()
                                .withWaves(List.of(
                                        canary(2, tooShort),
                                        running.spec().waves().get(1))))))
                .containsExactly("/waves/0/gate/unheardAfter");
    }

    @Test
    void skippedWaveIsCanceledAndPassedOver() {
        CampaignScene scene = running(6, canary(2, WaveGate.NONE), canary("second", 2, WaveGate.NONE));
        scene.as(() -> waves.skip(scene.id(), 1, "these are being moved"));
        assertThat(scene.refusal(() -> waves.skip(scene.id(), 1, "again"))).contains("been skipped");
        updates.tick();
        assertThat(scene.wave(1).updates()).containsOnlyKeys(UpdateState.CANCELED);
        assertThat(scene.wave(0).updates()).containsOnlyKeys(UpdateState.OFFERED);
        assertThat(scene.codes(1)).containsOnly("WAVE_SKIPPED");
        scene.confirm(0);
        clockwork.tick();
        clockwork.tick();
        assertThat(scene.wave(1).passedAt()).isNotNull();
        assertThat(scene.wave(2).openedAt()).isNotNull();
        assertThat(scene.problems(() -> waves.skip(scene.id(), 7, "x"))).containsExactly("/wave");
        assertThat(Invariants.broken(jdbc, scene.fleet().tenant().id()).keySet())
                .as("states that the test wrote by hand have no history")
                .allMatch(broken -> broken.startsWith("I8"));
    }

    @Test
    void gatesOfARunningCampaignCanBeChangedButKeepTheirApproval() {
        CampaignScene scene = running(4, canary(2, new WaveGate(Duration.ofHours(24), null, true)));
        CampaignView before = scene.campaign();
        List<WaveSpec> shorter = List.of(
                canary(2, new WaveGate(Duration.ofHours(1), null, true)),
                before.spec().waves().get(1));
        CampaignView after = scene.as(
                () -> campaigns.edit(scene.id(), before.version(), before.spec().withWaves(shorter)));
        assertThat(after.spec().waves().getFirst().gate().soakTime()).isEqualTo(Duration.ofHours(1));
        List<WaveSpec> without =
                List.of(canary(2, WaveGate.NONE), before.spec().waves().get(1));
        assertThat(scene.refusal(() -> campaigns.edit(
                        scene.id(), after.version(), before.spec().withWaves(without))))
                .contains("keeps its approval");
    }

    @Test
    void largeCampaignWaitsForAnotherPerson() {
        CampaignScene scene = draft(3);
        rule(scene, new ApprovalRule(2, null, false, false, 0));
        assertThat(scene.as(() -> campaigns.start(scene.id())).state()).isEqualTo(CampaignState.AWAITING_APPROVAL);
        assertThat(scene.campaign().life().openApprovals())
                .singleElement()
                .extracting(Approval::reasons)
                .isEqualTo(List.of("NODES"));
        assertThat(scene.refusal(() -> campaigns.start(scene.id()))).contains("AWAITING_APPROVAL");
        assertThat(scene.refusal(() -> approvals.approve(scene.id(), null, "me", null)))
                .contains("somebody else");
        assertThat(catchThrowableOfType(
                        StaleVersion.class, () -> scene.asOther(() -> approvals.approve(scene.id(), null, "yes", 0L))))
                .isNotNull();
        long revision = scene.campaign().version();
        CampaignView started = scene.asOther(() -> approvals.approve(scene.id(), Kind.START, "yes", revision));
        assertThat(started.state()).isEqualTo(CampaignState.RUNNING);
        assertThat(started.life().approvals()).singleElement().satisfies(answered -> {
            assertThat(answered.answer()).isEqualTo(Answer.APPROVED);
            assertThat(answered.decidedBy()).isEqualTo("other");
            assertThat(answered.remark()).isEqualTo("yes");
        });
        assertThat(scene.audited())
                .containsExactly(
                        "campaign.created",
                        "campaign.approval-requested",
                        "campaign.start-approved",
                        "campaign.started");
        assertThat(Invariants.broken(jdbc, scene.fleet().tenant().id())).isEmpty();
    }

    @Test
    void whoeverEditedItIsAnAuthorToo() {
        CampaignScene scene = draft(3);
        rule(scene, new ApprovalRule(2, null, false, false, 0));
        CampaignView draft = scene.campaign();
        scene.asOther(() ->
                campaigns.edit(scene.id(), draft.version(), draft.spec().withWaves(List.of(canary(1, WaveGate.NONE)))));
        scene.as(() -> campaigns.start(scene.id()));
        assertThat(catchThrowableOfType(
                        Conflict.class, () -> scene.asOther(() -> approvals.approve(scene.id(), null, "yes", null))))
                .isNotNull();
    }

    @Test
    void deniedCampaignIsADraftAgainAndSaysWhy() {
        CampaignScene scene = draft(3);
        rule(scene, new ApprovalRule(0, null, false, false, 0));
        scene.as(() -> campaigns.start(scene.id()));
        CampaignView denied = scene.asOther(() -> approvals.deny(scene.id(), null, "not on a Friday"));
        assertThat(denied.state()).isEqualTo(CampaignState.DRAFT);
        assertThat(denied.stateReason()).isEqualTo("DENIED");
        assertThat(denied.stateDetail()).isEqualTo("Denied by other: not on a Friday");
        scene.as(() -> campaigns.start(scene.id()));
        CampaignView back = scene.as(() -> approvals.deny(scene.id(), null, "found a mistake"));
        assertThat(back.stateReason()).as("who asked takes it back").isEqualTo("WITHDRAWN");
        assertThat(Invariants.broken(jdbc, scene.fleet().tenant().id())).isEmpty();
    }

    @Test
    void ruleAsksForProductionForDowngradesAndForEscalations() {
        CampaignScene scene = draft(3);
        jdbc.sql("update node set labels = '{\"stage\": \"production\"}' where id = :id")
                .param("id", scene.fleet().nodes().getFirst().id())
                .update();
        rule(scene, new ApprovalRule(3, "label.stage==production", true, true, 0));
        assertThat(reasons(scene, scene.campaign().spec())).containsExactly("SELECTOR");
        jdbc.sql("update node set labels = '{}' where id = :id")
                .param("id", scene.fleet().nodes().getFirst().id())
                .update();
        assertThat(reasons(scene, scene.campaign().spec())).isEmpty();
        var escalation =
                new CampaignSchedule.Escalation(Duration.ofDays(10), Duration.ofDays(1), "urgent", Set.of(), Set.of());
        assertThat(reasons(
                        scene,
                        scene.campaign().spec().withSchedule(new CampaignSchedule(true, null, null, escalation))))
                .containsExactly("OVERRIDE");
        assertThat(scene.campaign().spec().allowDowngrade()).isFalse();
        assertThat(catchThrowableOfType(
                                InvalidInput.class,
                                () -> scene.as(
                                        () -> rules.change(1, new ApprovalRule(-1, "colour==red", false, false, 1))))
                        .problems())
                .extracting(FieldProblem::pointer)
                .containsExactly("/maxNodes", "/selector");
        assertThat(catchThrowableOfType(
                        StaleVersion.class,
                        () -> scene.as(() -> rules.change(0, new ApprovalRule(null, null, false, false, 0)))))
                .isNotNull();
    }

    @Test
    void overrideIsAskedForWhereTheRuleWantsIt() {
        CampaignScene scene = running(2);
        rule(scene, new ApprovalRule(null, null, false, true, 0));
        Instant until = Instant.now().plus(Duration.ofHours(3));
        CampaignView asked = scene.as(() -> campaigns.overrideWindows(scene.id(), "emergency", until, Set.of()));
        assertThat(asked.override()).isNull();
        assertThat(asked.life().openApprovals())
                .singleElement()
                .extracting(Approval::kind)
                .isEqualTo(Kind.OVERRIDE);
        assertThat(scene.refusal(() -> campaigns.overrideWindows(scene.id(), "twice", until, Set.of())))
                .contains("asked for already");
        assertThat(scene.refusal(() -> approvals.approve(scene.id(), null, "me", null)))
                .contains("somebody else");
        CampaignView given = scene.asOther(() -> approvals.approve(scene.id(), null, "go", null));
        assertThat(given.override()).isNotNull().satisfies(override -> {
            assertThat(override.by()).isEqualTo("tester, approved by other");
            assertThat(override.reason()).isEqualTo("emergency");
        });
    }

    @Test
    void questionsOfACampaignThatIsOverAreWithdrawn() {
        CampaignScene scene = draft(3);
        rule(scene, new ApprovalRule(0, null, false, false, 0));
        scene.as(() -> campaigns.start(scene.id()));
        CampaignView aborted = scene.as(() -> campaigns.abort(scene.id()));
        assertThat(aborted.life().approvals())
                .singleElement()
                .extracting(Approval::answer)
                .isEqualTo(Answer.WITHDRAWN);
        assertThat(scene.refusal(() -> approvals.approve(scene.id(), null, "late", null)))
                .contains("ABORTED");
    }

    @Test
    void whatTheActionsRefuseTheCallsRefuseWithTheSameWords() {
        CampaignScene scene = draft(3);
        CampaignId id = scene.id();
        List<Runnable> steps = List.of(
                () -> {},
                () -> campaigns.start(id),
                () -> campaigns.pause(id),
                () -> campaigns.resume(id),
                () -> campaigns.abort(id));
        for (Runnable step : steps) {
            scene.fleet().tenant().run(step);
            CampaignView campaign = scene.campaign();
            for (CampaignAction action : CampaignAction.values()) {
                String refusal = action.refusal(campaign, "API_TOKEN:tester");
                Callable<CampaignView> call = call(action, campaign);
                if (refusal != null && call != null) {
                    assertThat(scene.refusal(call))
                            .as(campaign.state() + " " + action)
                            .isEqualTo(refusal);
                }
            }
        }
    }

    private @Nullable Callable<CampaignView> call(CampaignAction action, CampaignView campaign) {
        CampaignId id = campaign.id();
        return switch (action) {
            case START -> () -> campaigns.start(id);
            case APPROVE -> () -> approvals.approve(id, null, "x", null);
            case DENY -> () -> approvals.deny(id, null, "x");
            // Pausing what is paused changes nothing, and is no mistake.
            case PAUSE -> campaign.state() == CampaignState.PAUSED ? null : () -> campaigns.pause(id);
            case RESUME -> () -> campaigns.resume(id);
            case ABORT -> () -> campaigns.abort(id);
            case PROMOTE_WAVE -> () -> waves.promote(id, null, "x");
            case SKIP_WAVE -> () -> waves.skip(id, null, "x");
            case OVERRIDE_WINDOWS ->
                () -> campaigns.overrideWindows(id, "x", Instant.now().plusSeconds(60), Set.of());
            // Their refusals hold more than the state, or nothing to call with; other tests call them.
            case EDIT, DELETE, CLEAR_OVERRIDE, EXCLUDE, RETRY_FAILED, ROLL_BACK -> null;
        };
    }

    private static WaveSpec canary(int nodes, WaveGate gate) {
        return canary("canary", nodes, gate);
    }

    private static WaveSpec canary(String name, int nodes, WaveGate gate) {
        return new WaveSpec(name, new CampaignSpec.Count(nodes), BigDecimal.ONE, gate);
    }

    private CampaignScene running(int nodes, WaveSpec... waves) {
        return CampaignScene.running(jdbc, campaigns, nodes, waves);
    }

    private CampaignScene draft(int nodes, WaveSpec... waves) {
        return CampaignScene.draft(jdbc, campaigns, nodes, waves);
    }

    private void rule(CampaignScene scene, ApprovalRule rule) {
        scene.asOther(() -> rules.change(rule.revision(), rule));
    }

    private List<String> reasons(CampaignScene scene, CampaignSpec spec) {
        return scene.as(() -> rules.reasons(spec, null));
    }
}

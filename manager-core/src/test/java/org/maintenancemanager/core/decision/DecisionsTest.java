package org.maintenancemanager.core.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.maintenancemanager.core.decision.Situation.NOW;
import static org.maintenancemanager.core.decision.Situation.budget;
import static org.maintenancemanager.core.decision.Situation.opening;
import static org.maintenancemanager.core.decision.Situation.permitUntil;

import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignFacts.GuardFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.HeldCohort;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.WaveGate;
import org.maintenancemanager.core.campaign.WaveGates;
import org.maintenancemanager.core.decision.Decision.Directive;
import org.maintenancemanager.core.decision.Gate.Verdict;
import org.maintenancemanager.core.decision.UpdateFacts.Course;
import org.maintenancemanager.core.guard.Cohort;
import org.maintenancemanager.core.image.ImageState;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.window.WindowOverride;

class DecisionsTest {
    /** One way to close one gate, with everything else open. */
    private record Obstacle(GateName gate, Reason reason, Consumer<Situation> arrange) {
        @Override
        public String toString() {
            return reason.name();
        }
    }

    /** In the order of the gates. Those of the first list stop a download too. */
    private static final List<Obstacle> BEFORE_DOWNLOAD = List.of(
            new Obstacle(GateName.NODE_STATE, Reason.NODE_PENDING, it -> it.nodeState = NodeState.PENDING),
            new Obstacle(GateName.NODE_STATE, Reason.NODE_QUARANTINED, it -> it.nodeState = NodeState.QUARANTINED),
            new Obstacle(
                    GateName.NODE_STATE, Reason.NODE_DECOMMISSIONED, it -> it.nodeState = NodeState.DECOMMISSIONED),
            new Obstacle(GateName.IMAGE_STATE, Reason.IMAGE_NOT_PUBLISHED, it -> it.imageState = ImageState.DRAFT),
            new Obstacle(GateName.IMAGE_STATE, Reason.IMAGE_WITHDRAWN, it -> it.imageState = ImageState.WITHDRAWN),
            new Obstacle(GateName.COMPATIBILITY, Reason.ARCHITECTURE_MISMATCH, it -> it.architecture = "arm64"),
            new Obstacle(GateName.COMPATIBILITY, Reason.HARDWARE_MISMATCH, it -> it.hardware = "server"),
            new Obstacle(GateName.COMPATIBILITY, Reason.HARDWARE_MISMATCH, it -> it.hardware = null),
            new Obstacle(GateName.COMPATIBILITY, Reason.ALREADY_RUNNING, it -> it.runningSha = "f".repeat(64)),
            new Obstacle(GateName.COMPATIBILITY, Reason.DOWNGRADE, it -> it.runningCounter = 5L),
            new Obstacle(GateName.BLOCK_LIST, Reason.ROLLED_BACK_BEFORE, it -> it.blocked.add(Situation.IMAGE)),
            new Obstacle(
                    GateName.CAMPAIGN_STATE, Reason.CAMPAIGN_NOT_STARTED, it -> it.campaignState = CampaignState.DRAFT),
            new Obstacle(
                    GateName.CAMPAIGN_STATE,
                    Reason.CAMPAIGN_NOT_STARTED,
                    it -> it.campaignState = CampaignState.SCHEDULED),
            new Obstacle(
                    GateName.CAMPAIGN_STATE, Reason.CAMPAIGN_PAUSED, it -> it.campaignState = CampaignState.PAUSED),
            new Obstacle(
                    GateName.CAMPAIGN_STATE, Reason.CAMPAIGN_ABORTED, it -> it.campaignState = CampaignState.ABORTED),
            new Obstacle(
                    GateName.CAMPAIGN_STATE,
                    Reason.CAMPAIGN_COMPLETED,
                    it -> it.campaignState = CampaignState.COMPLETED),
            new Obstacle(
                    GateName.APPROVAL,
                    Reason.AWAITING_APPROVAL,
                    it -> it.campaignState = CampaignState.AWAITING_APPROVAL),
            new Obstacle(
                    GateName.TURN,
                    Reason.NODE_BUSY,
                    it -> it.course = new Course(it.runningSha, null, null, "July", false)),
            new Obstacle(GateName.WAVE, Reason.WAVE_CLOSED, it -> it.waveOpen = false));

    private static final List<Obstacle> BEFORE_INSTALL = List.of(
            new Obstacle(
                    GateName.FREEZE,
                    Reason.FROZEN,
                    it -> it.schedule.frozen = opening("Holidays", NOW.minusSeconds(60), Duration.ofDays(2))),
            new Obstacle(GateName.WINDOW, Reason.NO_WINDOW, it -> it.schedule.hasWindow = false),
            new Obstacle(GateName.WINDOW, Reason.WINDOW_CLOSED, it -> it.schedule.open = null),
            new Obstacle(
                    GateName.WINDOW_REST,
                    Reason.WINDOW_TOO_SHORT,
                    it -> it.schedule.open = opening("Short", NOW.minusSeconds(60), Duration.ofMinutes(15))),
            new Obstacle(GateName.BUDGET, Reason.CAMPAIGN_FULL, it -> it.inFlight = 10),
            new Obstacle(GateName.BUDGET, Reason.BUDGET_FULL, it -> it.budgets.add(budget("Street", 2, 2))),
            new Obstacle(
                    GateName.GUARD, Reason.UNDER_SUSPICION, it -> it.guard = new GuardFacts(20, 100, 9, List.of())),
            new Obstacle(GateName.GUARD, Reason.COHORT_HELD, it -> it.guard = held(Cohort.Kind.HARDWARE, "nuc")),
            new Obstacle(
                    GateName.GUARD, Reason.COHORT_HELD, it -> it.guard = held(Cohort.Kind.SITE, "/eu/de/berlin-3")),
            new Obstacle(GateName.GUARD, Reason.COHORT_HELD, it -> it.guard = held(Cohort.Kind.SOURCE, it.runningSha)),
            new Obstacle(GateName.PERMIT, Reason.PERMIT_EXPIRED, it -> it.permit = permitUntil(NOW)));

    @Test
    void furtherAttemptWaitsForItsTimeAndSaysWhy() {
        var situation = new Situation();
        situation.state = UpdateState.OFFERED;
        situation.attempt = 2;
        situation.course = new Course(situation.runningSha, NOW.plusSeconds(900), "DOWNLOAD", null, false);
        Gate waits = situation.decide().blocking().orElseThrow();
        assertThat(waits.gate()).isEqualTo(GateName.RETRY);
        assertThat(waits.code()).isEqualTo("RETRY_LATER");
        assertThat(waits.until()).isEqualTo(NOW.plusSeconds(900));
        assertThat(sentence(situation))
                .isEqualTo("Attempt 2, after one that failed in phase DOWNLOAD: begins Mon 15:15 Z, in 15 min.");
        situation.course = new Course(situation.runningSha, NOW, "DOWNLOAD", null, false);
        assertThat(situation.decide().directive()).isEqualTo(Directive.DOWNLOAD);
    }

    @Test
    void whatAnEndedCampaignHasQueuedIsDropped() {
        var situation = new Situation();
        situation.course = new Course(situation.runningSha, null, null, "July", false);
        assertThat(sentence(situation)).isEqualTo("Campaign July has the node until it is done with it.");
        situation.campaignState = CampaignState.ABORTED;
        assertThat(situation.decide().directive()).isEqualTo(Directive.CANCEL);
    }

    private static GuardFacts held(Cohort.Kind kind, String name) {
        return new GuardFacts(
                1, 100, 10, List.of(new HeldCohort(kind, name, NOW.minusSeconds(60), "guard", "9 of 10 failed.")));
    }

    @Test
    void heldCohortHoldsNobodyElse() {
        var situation = new Situation();
        situation.guard = held(Cohort.Kind.HARDWARE, "pi");
        assertThat(situation.decide().directive()).isEqualTo(Directive.INSTALL_ALLOWED);
        situation.guard = held(Cohort.Kind.SITE, "/eu/de");
        assertThat(situation.decide().directive()).as("only the very site").isEqualTo(Directive.INSTALL_ALLOWED);
        situation.hardware = null;
        situation.guard = held(Cohort.Kind.HARDWARE, "");
        situation.imageHardware.clear();
        assertThat(situation.decide().blocking().map(Gate::code)).contains("COHORT_HELD");
    }

    @Test
    void suspicionAndHoldsSayWhatTheyAreAbout() {
        var situation = new Situation();
        situation.guard = held(Cohort.Kind.HARDWARE, "nuc");
        assertThat(sentence(situation)).isEqualTo("Nodes of hardware nuc are held: 9 of 10 failed.");
        situation.guard = new GuardFacts(3.24, 100, 9, List.of());
        assertThat(sentence(situation))
                .isEqualTo("Campaign June goes slowly, 9 at once: evidence 3.2 of 100 needed to stop it.");
    }

    private static String sentence(Situation situation) {
        return situation.decide().blocking().orElseThrow().evidence().sentence(NOW, ZoneOffset.UTC);
    }

    static Stream<Obstacle> all() {
        return Stream.concat(BEFORE_DOWNLOAD.stream(), BEFORE_INSTALL.stream());
    }

    static Stream<Obstacle> beforeInstall() {
        return BEFORE_INSTALL.stream();
    }

    static Stream<Arguments> pairs() {
        List<Obstacle> obstacles = all().toList();
        List<Arguments> pairs = new ArrayList<>();
        for (Obstacle first : obstacles) {
            for (Obstacle second : obstacles) {
                if (first.gate.ordinal() < second.gate.ordinal()) {
                    pairs.add(Arguments.of(first, second));
                }
            }
        }
        return pairs.stream();
    }

    @Test
    void nodeWithNothingAgainstItMayInstall() {
        Decision decision = new Situation().decide();
        assertThat(decision.directive()).isEqualTo(Directive.INSTALL_ALLOWED);
        assertThat(decision.blocking()).isEmpty();
        assertThat(decision.gates()).extracting(Gate::gate).containsExactly(GateName.values());
        assertThat(decision.gates().getLast().code()).isEqualTo("PERMIT_NEEDED");
        assertThat(decision.gates().subList(0, decision.gates().size() - 1))
                .allSatisfy(gate -> assertThat(gate.verdict()).isEqualTo(Verdict.OPEN));
    }

    @ParameterizedTest
    @MethodSource("all")
    void gateClosedAloneStopsTheNodeWithItsCode(Obstacle obstacle) {
        var situation = new Situation();
        obstacle.arrange.accept(situation);
        assertStoppedBy(obstacle, situation.decide());
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void earlierGateIsTheReason(Obstacle first, Obstacle second) {
        var situation = new Situation();
        second.arrange.accept(situation);
        first.arrange.accept(situation);
        Decision decision = situation.decide();
        if (decision.gates().stream().noneMatch(gate -> gate.code().equals(first.reason.name()))) {
            // The two exclude each other: one fact has one value.
            assertThat(List.of(GateName.CAMPAIGN_STATE, GateName.WINDOW)).contains(first.gate);
            return;
        }
        assertThat(decision.blocking().orElseThrow().code()).isEqualTo(first.reason.name());
    }

    @ParameterizedTest
    @MethodSource("beforeInstall")
    void downloadNeedsNoWindowAndNoBudget(Obstacle obstacle) {
        for (UpdateState state : List.of(UpdateState.OFFERED, UpdateState.DOWNLOADING)) {
            var situation = new Situation();
            situation.state = state;
            obstacle.arrange.accept(situation);
            Decision decision = situation.decide();
            assertThat(decision.directive()).isEqualTo(Directive.DOWNLOAD);
            assertThat(decision.blocking().orElseThrow().code()).isEqualTo("DOWNLOAD_UNFINISHED");
        }
    }

    @Test
    void downloadWaitsForEverythingBeforeIt() {
        for (Obstacle obstacle : BEFORE_DOWNLOAD) {
            for (UpdateState state : List.of(UpdateState.OFFERED, UpdateState.DOWNLOADING)) {
                var situation = new Situation();
                situation.state = state;
                obstacle.arrange.accept(situation);
                assertStoppedBy(obstacle, situation.decide());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void permitThatIsHeldIsHonouredUntilItEnds(Obstacle obstacle) {
        var situation = new Situation();
        obstacle.arrange.accept(situation);
        situation.permit = permitUntil(NOW.plusMillis(1));
        Decision decision = situation.decide();
        if (obstacle.gate == GateName.NODE_STATE) {
            assertStoppedBy(obstacle, decision);
            return;
        }
        assertThat(decision.directive()).isEqualTo(Directive.INSTALL_ALLOWED);
        assertThat(decision.gates().getLast().code()).isEqualTo("PERMIT_HELD");
        assertThat(decision.gates().getLast().verdict()).isEqualTo(Verdict.OPEN);
    }

    @Test
    void permitEndsAtItsLastMillisecond() {
        var situation = new Situation();
        situation.permit = permitUntil(NOW);
        assertThat(situation.decide().directive()).isEqualTo(Directive.WAIT);
        situation.permit = permitUntil(NOW.plusMillis(1));
        assertThat(situation.decide().directive()).isEqualTo(Directive.INSTALL_ALLOWED);
    }

    @Test
    void windowThatIsJustLongEnoughIsUsed() {
        var situation = new Situation();
        situation.schedule.open = opening("w", NOW.minusSeconds(60), Duration.ofMinutes(16));
        assertThat(situation.decide().directive()).isEqualTo(Directive.INSTALL_ALLOWED);
        situation.schedule.open =
                opening("w", NOW.minusSeconds(60), Duration.ofMinutes(16).minusMillis(1));
        assertThat(situation.decide().directive()).isEqualTo(Directive.WAIT);
    }

    @Test
    void tooShortAWindowWaitsForOneThatIsLongEnough() {
        var situation = new Situation();
        situation.schedule.open = opening("now", NOW, Duration.ofMinutes(1));
        situation.schedule.next.clear();
        situation.schedule.next.add(opening("short", NOW.plus(Duration.ofDays(1)), Duration.ofMinutes(14)));
        situation.schedule.next.add(opening("long", NOW.plus(Duration.ofDays(2)), Duration.ofMinutes(15)));
        assertThat(situation.decide().blocking().orElseThrow().until()).isEqualTo(NOW.plus(Duration.ofDays(2)));
    }

    @Test
    void neededTimeIsTheCampaignsElseTheMeasuredOne() {
        var situation = new Situation();
        situation.schedule.open = opening("now", NOW, Duration.ofMinutes(20));
        situation.usual = new NeededTime(Duration.ofMinutes(21), NeededTime.Source.MEASURED, 137);
        Gate gate = situation.decide().blocking().orElseThrow();
        assertThat(gate.code()).isEqualTo(Reason.WINDOW_TOO_SHORT.name());
        assertThat(gate.evidence().sentence(NOW, ZoneId.of("UTC")))
                .contains("too soon for the 21 min that 95 % of 137 updates of hardware nuc took");

        situation.neededTime = Duration.ofMinutes(20);
        assertThat(situation.decide().directive()).isEqualTo(Directive.INSTALL_ALLOWED);
        situation.neededTime = Duration.ofMinutes(20).plusMillis(1);
        assertThat(situation.decide().blocking().orElseThrow().evidence().sentence(NOW, ZoneId.of("UTC")))
                .contains("that the campaign allows for an update");
    }

    @Test
    void guardTimeComesOnTopOfTheNeededTime() {
        var situation = new Situation();
        situation.schedule.open = opening("now", NOW, Duration.ofMinutes(15).plusSeconds(30));
        situation.guardTime = Duration.ofSeconds(30);
        assertThat(situation.decide().directive()).isEqualTo(Directive.INSTALL_ALLOWED);
        situation.guardTime = Duration.ofSeconds(30).plusMillis(1);
        assertThat(situation.decide().directive()).isEqualTo(Directive.WAIT);
    }

    @Test
    void overrideOpensOnlyWhileItHolds() {
        var situation = new Situation();
        situation.schedule.open = null;
        situation.override = new WindowOverride(
                new UUID(8, 8), "the override", "why", "alice", NOW, NOW.plus(Duration.ofHours(1)), Set.of());
        assertThat(situation.decide().directive()).isEqualTo(Directive.INSTALL_ALLOWED);
        situation.override =
                new WindowOverride(new UUID(8, 8), "the override", "why", "alice", NOW.minusSeconds(60), NOW, Set.of());
        assertThat(situation.decide().directive()).isEqualTo(Directive.WAIT);
        situation.override = new WindowOverride(
                new UUID(8, 8), "the override", "why", "alice", NOW.plusMillis(1), NOW.plusSeconds(60), Set.of());
        assertThat(situation.decide().directive()).isEqualTo(Directive.WAIT);
    }

    @Test
    void windowThatClosedDuringTheDownloadIsNotLatched() {
        var situation = new Situation();
        situation.state = UpdateState.DOWNLOADING;
        assertThat(situation.decide().directive()).isEqualTo(Directive.DOWNLOAD);
        situation.state = UpdateState.DOWNLOADED;
        situation.schedule.open = null;
        assertThat(situation.decide().directive()).isEqualTo(Directive.WAIT);
    }

    @Test
    void nodeThatWaitsForItsWeeklyWindowOnlyWaits() {
        var situation = new Situation();
        situation.schedule.open = null;
        situation.schedule.next.clear();
        situation.schedule.next.add(opening("Sundays", NOW.plus(Duration.ofDays(6)), Duration.ofHours(2)));
        Gate gate = situation.decide().blocking().orElseThrow();
        assertThat(gate.code()).isEqualTo("WINDOW_CLOSED");
        assertThat(gate.until()).isEqualTo(NOW.plus(Duration.ofDays(6)));
    }

    @Test
    void nodeWithoutUpdateHasNothingToDo() {
        var situation = new Situation();
        assertThat(Decisions.decide(situation.node(), null, null, NOW))
                .isEqualTo(new Decision(Directive.NONE, List.of()));
    }

    @ParameterizedTest
    @EnumSource
    void whatFollowsFromTheStateOfTheUpdate(UpdateState state) {
        var situation = new Situation();
        situation.state = state;
        Directive expected = switch (state) {
            case OFFERED, DOWNLOADING -> Directive.DOWNLOAD;
            case DOWNLOADED -> Directive.INSTALL_ALLOWED;
            case INSTALLING, STAGED, REBOOTING, TRIAL -> Directive.NONE;
            case CONFIRMED, FAILED, ROLLED_BACK -> Directive.NONE;
            case LOST, CANCELED, SUPERSEDED, SKIPPED -> Directive.CANCEL;
        };
        assertThat(situation.decide().directive()).isEqualTo(expected);
    }

    @Test
    void nothingStopsANodeAtWorkExceptItsQuarantine() {
        for (UpdateState state :
                List.of(UpdateState.INSTALLING, UpdateState.STAGED, UpdateState.REBOOTING, UpdateState.TRIAL)) {
            for (Obstacle obstacle : all().toList()) {
                var situation = new Situation();
                situation.state = state;
                obstacle.arrange.accept(situation);
                assertThat(situation.decide().directive())
                        .isEqualTo(obstacle.gate == GateName.NODE_STATE ? Directive.WAIT : Directive.NONE);
            }
        }
    }

    @Test
    void prestagedNodeStillNeedsItsPermitForTheReboot() {
        for (UpdateState state : List.of(UpdateState.DOWNLOADED, UpdateState.INSTALLING, UpdateState.STAGED)) {
            for (Obstacle obstacle : all().toList()) {
                var situation = new Situation();
                situation.prestage = true;
                situation.state = state;
                obstacle.arrange.accept(situation);
                assertStoppedBy(obstacle, situation.decide());
            }
            var open = new Situation();
            open.prestage = true;
            open.state = state;
            assertThat(open.decide().directive()).isEqualTo(Directive.INSTALL_ALLOWED);
            open.permit = permitUntil(NOW.plusSeconds(1));
            assertThat(open.decide().gates().getLast().code()).isEqualTo("PERMIT_HELD");
        }
    }

    @Test
    void campaignThatIsOverDropsTheUpdateWhateverElseIsClosed() {
        for (CampaignState end : List.of(CampaignState.ABORTED, CampaignState.COMPLETED)) {
            var situation = new Situation();
            situation.campaignState = end;
            situation.hardware = "server";
            assertThat(situation.decide().directive()).isEqualTo(Directive.CANCEL);
        }
    }

    @Test
    void guardThatStoppedTheCampaignIsShownBesideThePause() {
        for (String reason : List.of("MAX_FAILURES", "WAVE_GATE")) {
            var situation = new Situation();
            situation.campaignState = CampaignState.PAUSED;
            situation.campaignReason = reason;
            for (UpdateState state : List.of(UpdateState.OFFERED, UpdateState.DOWNLOADED)) {
                situation.state = state;
                Decision decision = situation.decide();
                assertThat(decision.directive()).isEqualTo(Directive.WAIT);
                assertThat(decision.blocking().orElseThrow().code()).isEqualTo("CAMPAIGN_PAUSED");
                Gate guard = decision.gates().get(GateName.GUARD.ordinal());
                assertThat(guard.isClosed()).isTrue();
                assertThat(guard.code()).isEqualTo("GUARD_STOPPED");
            }
        }
        var situation = new Situation();
        situation.campaignState = CampaignState.PAUSED;
        situation.campaignReason = "OPERATOR";
        assertThat(situation.decide().gates().get(GateName.GUARD.ordinal()).verdict())
                .isEqualTo(Verdict.NOT_ASKED);
    }

    @Test
    void closedWaveSaysWhatTheGateBeforeItStillWants() {
        var situation = new Situation();
        situation.waveOpen = false;
        assertThat(whyWaveIsClosed(situation))
                .isEqualTo("WAVE_CLOSED null Wave rest is not open yet: 3 of 10 nodes of wave canary are confirmed,"
                        + " 9 are needed (90 %).");

        situation.canary = new WaveGates.Progress(Map.of(UpdateState.CONFIRMED, 10), 0, NOW, false);
        situation.gate = new WaveGate(Duration.ofHours(2), NOW.plus(Duration.ofHours(5)), true);
        assertThat(whyWaveIsClosed(situation))
                .isEqualTo("WAVE_SOAKS 2026-06-15T17:00:00Z Wave rest is not open yet: wave canary is watched until"
                        + " Mon 17:00 UTC, in 2 h.");

        situation.gate = new WaveGate(Duration.ZERO, NOW.plus(Duration.ofHours(5)), true);
        assertThat(whyWaveIsClosed(situation))
                .isEqualTo(
                        "WAVE_NOT_BEFORE 2026-06-15T20:00:00Z Wave rest does not open before Mon 20:00 UTC, in 5 h.");

        situation.gate = new WaveGate(Duration.ZERO, null, true);
        assertThat(whyWaveIsClosed(situation))
                .isEqualTo("WAVE_AWAITS_APPROVAL null Wave rest is not open yet: wave canary is done, and somebody has"
                        + " to approve the next.");
    }

    private static String whyWaveIsClosed(Situation situation) {
        Gate gate = situation.decide().blocking().orElseThrow();
        assertThat(gate.gate()).isEqualTo(GateName.WAVE);
        return "%s %s %s".formatted(gate.code(), gate.until(), gate.evidence().sentence(NOW, ZoneId.of("UTC")));
    }

    @Test
    void nodeOfASkippedWaveIsToldToStopUnlessItHoldsAPermit() {
        var situation = new Situation();
        situation.waveSkipped = true;
        assertThat(situation.decide().directive()).isEqualTo(Directive.CANCEL);
        assertThat(situation.decide().blocking().orElseThrow().code()).isEqualTo("WAVE_SKIPPED");
        situation.permit = Situation.permitUntil(NOW.plus(Duration.ofMinutes(5)));
        assertThat(situation.decide().directive()).isEqualTo(Directive.INSTALL_ALLOWED);
    }

    @Test
    void waveThatTheCampaignDoesNotKnowIsClosed() {
        var situation = new Situation();
        var update = new UpdateFacts(
                situation.update().id(), situation.update().campaignId(), 9, 1, UpdateState.OFFERED, NOW, 1, null);
        assertThat(Decisions.decide(situation.node(), update, situation.campaign(), NOW)
                        .blocking()
                        .orElseThrow()
                        .code())
                .isEqualTo("WAVE_CLOSED");
    }

    @Test
    void downgradeWithPermissionIsAllowed() {
        var situation = new Situation();
        situation.runningCounter = 5L;
        situation.allowDowngrade = true;
        assertThat(situation.decide().directive()).isEqualTo(Directive.INSTALL_ALLOWED);
    }

    @Test
    void imageWithoutHardwareFitsAll() {
        var situation = new Situation();
        situation.imageHardware.clear();
        situation.hardware = null;
        assertThat(situation.decide().directive()).isEqualTo(Directive.INSTALL_ALLOWED);
    }

    @Test
    void installIsOnlyAllowedWhenEveryGateIsOpenOrAPermitHeld() {
        var random = new Random(99);
        List<Obstacle> obstacles = all().toList();
        int allowed = 0;
        for (int i = 0; i < 20_000; i++) {
            var situation = new Situation();
            situation.state = UpdateState.values()[random.nextInt(UpdateState.values().length)];
            situation.prestage = random.nextBoolean();
            for (int n = random.nextInt(3); n > 0; n--) {
                obstacles.get(random.nextInt(obstacles.size())).arrange.accept(situation);
            }
            if (random.nextInt(10) == 0) {
                situation.permit = permitUntil(NOW.plusMillis(random.nextInt(3) - 1));
            }
            Decision decision = situation.decide();
            if (decision.directive() != Directive.INSTALL_ALLOWED) {
                continue;
            }
            allowed++;
            assertThat(situation.nodeState).isEqualTo(NodeState.ACTIVE);
            boolean held = decision.gates().getLast().verdict() == Verdict.OPEN;
            if (held) {
                assertThat(situation.permit).isNotNull();
            } else {
                assertThat(decision.gates().subList(0, GateName.PERMIT.ordinal()))
                        .allSatisfy(gate -> assertThat(gate.verdict()).isEqualTo(Verdict.OPEN));
                assertThat(situation.permit).isNull();
                assertThat(situation.campaignState).isEqualTo(CampaignState.RUNNING);
                assertThat(situation.imageState).isEqualTo(ImageState.PUBLISHED);
                assertThat(situation.schedule.open).isNotNull();
                assertThat(situation.schedule.frozen).isNull();
                assertThat(situation.blocked).isEmpty();
                assertThat(situation.inFlight).isLessThan(10);
            }
        }
        assertThat(allowed).isGreaterThan(500);
    }

    private static void assertStoppedBy(Obstacle obstacle, Decision decision) {
        boolean hopeless = obstacle.reason == Reason.IMAGE_WITHDRAWN
                || obstacle.reason == Reason.CAMPAIGN_ABORTED
                || obstacle.reason == Reason.CAMPAIGN_COMPLETED;
        assertThat(decision.directive()).isEqualTo(hopeless ? Directive.CANCEL : Directive.WAIT);
        Gate blocking = decision.blocking().orElseThrow();
        assertThat(blocking.gate()).isEqualTo(obstacle.gate);
        assertThat(blocking.code()).isEqualTo(obstacle.reason.name());
        assertThat(blocking.remedy()).isEqualTo(obstacle.reason.remedy());
        for (Gate gate : decision.gates()) {
            int order = gate.gate().compareTo(obstacle.gate);
            assertThat(gate.verdict())
                    .isEqualTo(order < 0 ? Verdict.OPEN : order == 0 ? Verdict.CLOSED : Verdict.NOT_ASKED);
        }
    }
}

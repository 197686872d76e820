package org.maintenancemanager.core.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.WaveGates.AwaitsApproval;
import org.maintenancemanager.core.campaign.WaveGates.CannotPass;
import org.maintenancemanager.core.campaign.WaveGates.Count;
import org.maintenancemanager.core.campaign.WaveGates.NotBefore;
import org.maintenancemanager.core.campaign.WaveGates.Passes;
import org.maintenancemanager.core.campaign.WaveGates.Progress;
import org.maintenancemanager.core.campaign.WaveGates.Soaks;
import org.maintenancemanager.core.campaign.WaveGates.Unheard;
import org.maintenancemanager.core.campaign.WaveGates.Verdict;
import org.maintenancemanager.core.campaign.WaveGates.Waits;

class WaveGatesTest {
    private static final Instant NOW = Instant.parse("2026-06-15T15:00:00Z");
    private static final BigDecimal NINETY = new BigDecimal("0.9");

    private WaveGate gate = WaveGate.NONE;

    @Test
    void shareIsThatOfReachableNodes() {
        var updates = Map.of(UpdateState.CONFIRMED, 8, UpdateState.OFFERED, 2);
        assertThat(judge(updates, 0, null)).isEqualTo(new Waits(new Count(10, 9, 8, 0)));
        assertThat(judge(updates, 2, null)).as("two are offline").isInstanceOf(Passes.class);
    }

    @Test
    void shareIsRoundedUp() {
        assertThat(judge(Map.of(UpdateState.CONFIRMED, 9, UpdateState.OFFERED, 2), 0, null))
                .isEqualTo(new Waits(new Count(11, 10, 9, 0)));
    }

    @Test
    void whatSaysNothingOfTheImageDoesNotCount() {
        assertThat(judge(
                        Map.of(
                                UpdateState.CONFIRMED,
                                9,
                                UpdateState.CANCELED,
                                50,
                                UpdateState.SKIPPED,
                                50,
                                UpdateState.SUPERSEDED,
                                50,
                                UpdateState.FAILED,
                                1),
                        0,
                        null))
                .isInstanceOf(Passes.class);
    }

    @Test
    void tooManyFailuresCannotBeMadeUpFor() {
        assertThat(judge(
                        Map.of(
                                UpdateState.CONFIRMED,
                                5,
                                UpdateState.ROLLED_BACK,
                                1,
                                UpdateState.LOST,
                                1,
                                UpdateState.OFFERED,
                                3),
                        0,
                        null))
                .isEqualTo(new CannotPass(new Count(10, 9, 5, 2)));
    }

    @Test
    void nobodyReachableIsNoVerdictButNobodyAtAllPasses() {
        assertThat(judge(Map.of(UpdateState.OFFERED, 3), 3, null)).isEqualTo(new Unheard(3, null));
        gate = new WaveGate(Duration.ofDays(1), null, false);
        assertThat(judge(Map.of(UpdateState.SKIPPED, 3), 0, null)).isInstanceOf(Passes.class);
    }

    @Test
    void waveThatNobodyIsHeardOfPassesAfterTheTimeThatWasSaid() {
        Map<UpdateState, Integer> silent = Map.of(UpdateState.OFFERED, 3);
        gate = new WaveGate(Duration.ofDays(1), null, false, Duration.ofHours(6));
        assertThat(unheard(silent, 3, NOW.minus(Duration.ofHours(5))))
                .isEqualTo(new Unheard(3, NOW.plus(Duration.ofHours(1))));
        assertThat(unheard(silent, 3, NOW.minus(Duration.ofHours(6))))
                .as("nobody is there to be watched")
                .isInstanceOf(Passes.class);
        assertThat(unheard(silent, 2, NOW.minus(Duration.ofDays(6))))
                .as("one came back")
                .isInstanceOf(Waits.class);
        assertThat(unheard(Map.of(UpdateState.OFFERED, 3, UpdateState.FAILED, 1), 3, NOW.minus(Duration.ofDays(6))))
                .as("what failed speaks")
                .isInstanceOf(CannotPass.class);
        gate = new WaveGate(Duration.ZERO, NOW.plusSeconds(1), true, Duration.ofHours(6));
        assertThat(unheard(silent, 3, NOW.minus(Duration.ofHours(6)))).isInstanceOf(NotBefore.class);
        gate = new WaveGate(Duration.ZERO, NOW, true, Duration.ofHours(6));
        assertThat(unheard(silent, 3, NOW.minus(Duration.ofHours(6)))).isInstanceOf(AwaitsApproval.class);
    }

    private Verdict unheard(Map<UpdateState, Integer> updates, int unreachable, Instant openedAt) {
        return WaveGates.judge(NINETY, gate, new Progress(updates, unreachable, null, false, openedAt), NOW);
    }

    @Test
    void soakTimeRunsFromTheMomentTheShareWasReached() {
        gate = new WaveGate(Duration.ofHours(24), null, false);
        var updates = Map.of(UpdateState.CONFIRMED, 10);
        assertThat(judge(updates, 0, null)).isEqualTo(new Soaks(NOW.plus(Duration.ofHours(24))));
        assertThat(judge(updates, 0, NOW.minus(Duration.ofHours(23))))
                .isEqualTo(new Soaks(NOW.plus(Duration.ofHours(1))));
        assertThat(judge(updates, 0, NOW.minus(Duration.ofHours(24)))).isInstanceOf(Passes.class);
    }

    @Test
    void lateJoinersDoNotLoseTheShareThatWasReached() {
        var updates = Map.of(UpdateState.CONFIRMED, 9, UpdateState.OFFERED, 50);
        assertThat(judge(updates, 0, null))
                .as("they count as long as it was not reached")
                .isInstanceOf(Waits.class);
        assertThat(judge(updates, 0, NOW.minusSeconds(60))).isInstanceOf(Passes.class);
    }

    @Test
    void failuresDuringTheSoakTimeLoseTheShare() {
        var failing = Map.of(UpdateState.CONFIRMED, 9, UpdateState.ROLLED_BACK, 4, UpdateState.OFFERED, 46);
        assertThat(judge(failing, 0, NOW.minusSeconds(60))).isInstanceOf(Waits.class);
        var hopeless = Map.of(UpdateState.CONFIRMED, 9, UpdateState.ROLLED_BACK, 4);
        assertThat(judge(hopeless, 0, NOW.minusSeconds(60))).isInstanceOf(CannotPass.class);
    }

    @Test
    void instantAndApprovalFollowTheSoakTimeInThisOrder() {
        var updates = Map.of(UpdateState.CONFIRMED, 10);
        gate = new WaveGate(Duration.ofHours(1), NOW.plusSeconds(60), true);
        assertThat(judge(updates, 0, NOW)).isInstanceOf(Soaks.class);
        assertThat(judge(updates, 0, NOW.minus(Duration.ofHours(2)))).isEqualTo(new NotBefore(NOW.plusSeconds(60)));
        gate = new WaveGate(Duration.ofHours(1), NOW, true);
        assertThat(judge(updates, 0, NOW.minus(Duration.ofHours(2)))).isInstanceOf(AwaitsApproval.class);
        assertThat(WaveGates.judge(NINETY, gate, new Progress(updates, 0, NOW.minus(Duration.ofHours(2)), true), NOW))
                .isInstanceOf(Passes.class);
    }

    private Verdict judge(Map<UpdateState, Integer> updates, int unreachable, @Nullable Instant reachedAt) {
        return WaveGates.judge(NINETY, gate, new Progress(updates, unreachable, reachedAt, false), NOW);
    }
}

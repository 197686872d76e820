package org.maintenancemanager.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.maintenancemanager.api.node.UpdateState.CONFIRMED;
import static org.maintenancemanager.api.node.UpdateState.DOWNLOADED;
import static org.maintenancemanager.api.node.UpdateState.DOWNLOADING;
import static org.maintenancemanager.api.node.UpdateState.FAILED;
import static org.maintenancemanager.api.node.UpdateState.INSTALLING;
import static org.maintenancemanager.api.node.UpdateState.REBOOTING;
import static org.maintenancemanager.api.node.UpdateState.ROLLED_BACK;
import static org.maintenancemanager.api.node.UpdateState.STAGED;
import static org.maintenancemanager.api.node.UpdateState.TRIAL;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.NodeMessages.Slot;
import org.maintenancemanager.api.node.SlotName;
import org.maintenancemanager.api.node.SlotState;
import org.maintenancemanager.api.node.UpdateState;

class FleetTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String OLD_SHA256 = "0".repeat(64);
    private static final Slot OLD_RUNS = new Slot(SlotName.A, SlotState.ACTIVE, "1.0", OLD_SHA256);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final FakeManager manager = newManager();

    @AfterEach
    void stop() {
        manager.close();
        assertThat(manager.mistakes).isEmpty();
    }

    @Test
    void goodUpdateTellsEachStep() {
        try (Fleet fleet = fleet(1).start()) {
            awaitAll(1, CONFIRMED);

            assertThat(manager.node().states())
                    .containsExactly(DOWNLOADING, DOWNLOADED, INSTALLING, STAGED, REBOOTING, TRIAL, CONFIRMED);
            assertThat(manager.node().receivedSeqs()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
            var reports = List.copyOf(manager.node().reports.values());
            assertThat(reports.get(4).bootId()).isEqualTo(reports.get(0).bootId());
            assertThat(reports.get(5).bootId())
                    .isNotEqualTo(reports.get(4).bootId())
                    .isEqualTo(reports.get(6).bootId());
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(manager.node().facts().slots())
                            .containsExactly(
                                    new Slot(SlotName.A, SlotState.INACTIVE, "1.0", OLD_SHA256),
                                    new Slot(SlotName.B, SlotState.ACTIVE, "2.0", manager.sha256)));
            assertThat(manager.node().facts().activeSlot()).isEqualTo(SlotName.B);
            assertThat(manager.node().facts().bootId())
                    .isEqualTo(manager.node().last().bootId());
            assertThat(manager.node().facts().labels()).containsExactlyEntriesOf(Map.of("rack", "0"));
            assertThat(fleet.nodes().getFirst().runningVersion()).isEqualTo("2.0");
            assertThat(fleet.statistics().confirmed()).isEqualTo(1);
            assertThat(fleet.statistics().downloadedBytes()).isEqualTo(manager.image.length);
            assertThat(fleet.statistics().errors()).isZero();
        }
    }

    @Test
    void cutDownloadGoesOnWhereItStopped() {
        manager.cuts.set(2);
        try (Fleet fleet = fleet(1).start()) {
            awaitAll(1, CONFIRMED);

            // How much of a cut answer arrives is up to the network.
            assertThat(manager.ranges).hasSize(3).element(0).isEqualTo("null");
            assertThat(manager.ranges.subList(1, 3)).allMatch(range -> range.startsWith("bytes="));
            assertThat(fleet.statistics().downloadedBytes()).isEqualTo(manager.image.length);
        }
    }

    @Test
    void wrongBytesFailTheCheck() {
        try (Fleet fleet = fleet(1).faults(new Faults(0, 0, 0, 1, 0)).start()) {
            awaitAll(1, FAILED);

            assertThat(manager.node().states()).containsExactly(DOWNLOADING, FAILED);
            assertThat(manager.node().last().phase()).isEqualTo(FailurePhase.VERIFY);
        }
    }

    @Test
    void reportWithoutAnswerIsSentAgainUnderItsNumber() {
        AtomicBoolean lose = new AtomicBoolean(true);
        manager.after = request -> !(hasState(request, DOWNLOADED) && lose.getAndSet(false));
        try (Fleet fleet = fleet(1).start()) {
            awaitAll(1, CONFIRMED);

            assertThat(manager.node().receivedSeqs()).containsExactly(1L, 2L, 2L, 3L, 4L, 5L, 6L, 7L);
            assertThat(fleet.statistics().retries()).isPositive();
        }
    }

    @Test
    void reportThatNeverArrivedComesLaterInOrder() {
        AtomicBoolean lose = new AtomicBoolean(true);
        manager.before = request -> !(hasState(request, STAGED) && lose.getAndSet(false));
        try (Fleet fleet = fleet(1).start()) {
            awaitAll(1, CONFIRMED);

            assertThat(manager.node().states())
                    .containsExactly(DOWNLOADING, DOWNLOADED, INSTALLING, STAGED, REBOOTING, TRIAL, CONFIRMED);
        }
    }

    @Test
    void badLinesDelayNodesButNeverConfuseThem() {
        try (Fleet fleet = fleet(40).faults(new Faults(0.2, 0.2, 0.4, 0, 0)).start()) {
            awaitAll(40, CONFIRMED);

            assertThat(fleet.statistics().confirmed()).isEqualTo(40);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DOWNLOADING", "DOWNLOADED", "INSTALLING", "STAGED", "REBOOTING", "TRIAL", "CONFIRMED"})
    void nodeGoesOnAfterAPowerCut(UpdateState state) throws Exception {
        AtomicReference<Fleet> running = new AtomicReference<>();
        AtomicBoolean cut = new AtomicBoolean(true);
        CountDownLatch dead = new CountDownLatch(1);
        manager.before = request -> {
            if (hasState(request, state) && cut.getAndSet(false)) {
                await().until(() -> running.get() != null);
                running.get().kill();
                dead.countDown();
                return state.ordinal() % 2 == 0;
            }
            return true;
        };
        running.set(fleet(1).start());
        assertThat(dead.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

        try (Fleet again = fleet(1).start()) {
            awaitAll(1, CONFIRMED);

            assertThat(manager.node().states())
                    .containsExactly(DOWNLOADING, DOWNLOADED, INSTALLING, STAGED, REBOOTING, TRIAL, CONFIRMED);
            assertThat(again.nodes().getFirst().runningVersion()).isEqualTo("2.0");
            assertThat(again.statistics().enrolled()).isEqualTo(1);
        }
    }

    @Test
    void closedFleetGoesOnFromItsDirectory() {
        manager.permits = false;
        try (Fleet fleet = fleet(5).start()) {
            awaitAll(5, DOWNLOADED);
        }
        manager.permits = true;
        try (Fleet fleet = fleet(5).start()) {
            awaitAll(5, CONFIRMED);

            assertThat(fleet.statistics().downloads()).isZero();
        }
    }

    @Test
    void nodeMayFallSilentAfterItsPermitForEver() {
        int polls;
        try (Fleet fleet = fleet(1).faults(new Faults(0, 0, 0, 0, 1)).start()) {
            await().atMost(PATIENCE).until(() -> fleet.statistics().silent() == 1);
            polls = manager.node().polls();
            assertThat(fleet.nodes().getFirst().silent()).isTrue();
        }
        try (Fleet fleet = fleet(1).start()) {
            await().atMost(PATIENCE).until(() -> fleet.statistics().silent() == 1);
            assertThat(manager.node().polls()).isEqualTo(polls);
            assertThat(manager.node().states()).containsExactly(DOWNLOADING, DOWNLOADED);
        }
    }

    @Test
    void imageThatDoesNotBootLeavesTheOldSlotActive() {
        try (Fleet fleet =
                fleet(1).imageBehaviour("2.0", ImageBehaviour.NO_BOOT).start()) {
            awaitAll(1, ROLLED_BACK);

            assertThat(manager.node().states())
                    .containsExactly(DOWNLOADING, DOWNLOADED, INSTALLING, STAGED, REBOOTING, ROLLED_BACK);
            awaitSlots(OLD_RUNS, new Slot(SlotName.B, SlotState.BAD, "2.0", manager.sha256));
            assertThat(manager.node().facts().activeSlot()).isEqualTo(SlotName.A);
            assertThat(fleet.statistics().rolledBack()).isEqualTo(1);
        }
    }

    @Test
    void imageThatFailsItsTrialIsLeftAgain() {
        try (Fleet fleet =
                fleet(1).imageBehaviour("2.0", ImageBehaviour.TRIAL_FAILS).start()) {
            awaitAll(1, ROLLED_BACK);

            assertThat(manager.node().states())
                    .containsExactly(DOWNLOADING, DOWNLOADED, INSTALLING, STAGED, REBOOTING, TRIAL, ROLLED_BACK);
            awaitSlots(OLD_RUNS, new Slot(SlotName.B, SlotState.BAD, "2.0", manager.sha256));
            assertThat(fleet.nodes().getFirst().runningVersion()).isEqualTo("1.0");
        }
    }

    @Test
    void imageThatCannotBeWrittenFailsWithoutAReboot() {
        try (Fleet fleet =
                fleet(1).imageBehaviour("2.0", ImageBehaviour.INSTALL_FAILS).start()) {
            awaitAll(1, FAILED);

            assertThat(manager.node().states()).containsExactly(DOWNLOADING, DOWNLOADED, INSTALLING, FAILED);
            assertThat(manager.node().last().phase()).isEqualTo(FailurePhase.INSTALL);
            awaitSlots(OLD_RUNS, new Slot(SlotName.B, SlotState.INACTIVE, null, null));
        }
    }

    @Test
    void nodeWhosePermitEndsBeforeTheRebootStays() {
        manager.permitSeconds = 1;
        try (Fleet fleet = fleet(1).installTime(Duration.ofMillis(1200)).start()) {
            awaitAll(1, FAILED);

            assertThat(manager.node().states()).containsExactly(DOWNLOADING, DOWNLOADED, INSTALLING, STAGED, FAILED);
            assertThat(manager.node().last().phase()).isEqualTo(FailurePhase.REBOOT);
        }
    }

    @Test
    void failureRateIsOfUpdatesAndTheSameEachTime() {
        try (Fleet fleet = fleet(60).failureRate(0.5).start()) {
            await().atMost(PATIENCE)
                    .until(() -> fleet.statistics().confirmed()
                                    + fleet.statistics().rolledBack()
                                    + fleet.statistics().failed()
                            == 60);
            assertThat(fleet.statistics().confirmed()).isBetween(15L, 45L);
            assertThat(fleet.statistics().rolledBack()).isPositive();
            assertThat(fleet.statistics().failed()).isPositive();
        }
    }

    @Test
    void canceledUpdateIsDropped() {
        manager.permits = false;
        try (Fleet fleet = fleet(1).start()) {
            awaitAll(1, DOWNLOADED);
            manager.cancels = true;

            await().atMost(PATIENCE).until(() -> fleet.nodes().getFirst().updateId() == null);
            assertThat(manager.node().states()).containsExactly(DOWNLOADING, DOWNLOADED);
        }
    }

    @Test
    void busyManagerIsAskedAgain() {
        manager.sheds.set(3);
        try (Fleet fleet = fleet(2).start()) {
            awaitAll(2, CONFIRMED);

            assertThat(fleet.statistics().retries()).isEqualTo(3);
        }
    }

    @Test
    void newServerEpochBringsTheFacts() {
        manager.offers = false;
        AtomicBoolean facts = new AtomicBoolean();
        try (Fleet fleet = fleet(1).start()) {
            await().atMost(PATIENCE).until(() -> fleet.statistics().polls() > 0);
            manager.before = request -> {
                if (request.facts() != null) {
                    facts.set(true);
                }
                return true;
            };
            manager.permits = false;
            manager.epoch = "e2";
            manager.offers = true;

            await().atMost(PATIENCE).untilTrue(facts);
        }
    }

    @Test
    void oneFleetAtATimeUsesADirectory() {
        try (Fleet fleet = fleet(1).start()) {
            assertThatThrownBy(() -> fleet(1).start()).isInstanceOf(UncheckedIOException.class);
        }
        fleet(1).start().close();
    }

    @Test
    void groupsEnrollWithTheirOwnTokensAndLabels() {
        manager.offers = false;
        try (Fleet fleet = Fleet.builder()
                .manager(manager.uri())
                .stateDirectory(directory)
                .poll(Duration.ofMillis(100))
                .group("berlin", 2, "mmet_b.s", Map.of("city", "Berlin"))
                .group("oslo", 1, "mmet_o.s", Map.of("city", "Oslo"))
                .start()) {
            await().atMost(PATIENCE).until(() -> fleet.statistics().enrolled() == 3);

            assertThat(manager.nodes.values().stream().map(node -> node.name))
                    .containsExactlyInAnyOrder("berlin-00000", "berlin-00001", "oslo-00002");
        }
    }

    @Test
    void someNodesMayUseGrpc() throws Exception {
        try (FakeGrpc grpc = new FakeGrpc(manager);
                Fleet fleet = fleet(20).grpc(grpc.address()).grpcShare(0.5).start()) {
            awaitAll(20, CONFIRMED);

            assertThat(grpc.calls.get()).isPositive();
            assertThat((long) grpc.calls.get())
                    .isLessThan(
                            20 + fleet.statistics().polls() + fleet.statistics().reports());
            assertThat(fleet.statistics().errors()).isZero();
        }
    }

    @Test
    void aThousandNodesAreUpdatedInOneProcess() throws Exception {
        try (Fleet fleet = fleet(1000)
                .poll(Duration.ofSeconds(1))
                .faults(new Faults(0.02, 0.02, 0.05, 0, 0))
                .start()) {
            awaitAll(1000, CONFIRMED);

            assertThat(fleet.statistics().confirmed()).isEqualTo(1000);
            assertThat(fleet.statistics().errors()).isZero();
        }
        try (var images = Files.list(directory.resolve("images"))) {
            assertThat(images).hasSize(1);
        }
    }

    private FleetBuilder fleet(int nodes) {
        return Fleet.builder()
                .manager(manager.uri())
                .enrollmentToken("mmet_1.s")
                .nodes(nodes)
                .stateDirectory(directory)
                .poll(Duration.ofMillis(100))
                .installTime(Duration.ofMillis(10))
                .rebootTime(Duration.ofMillis(10))
                .trialTime(Duration.ofMillis(10))
                .initialImage("1.0", OLD_SHA256)
                .labels(index -> Map.of("rack", String.valueOf(index)));
    }

    private void awaitAll(int count, UpdateState state) {
        await().atMost(PATIENCE).until(() -> manager.all(count, state));
    }

    private void awaitSlots(Slot... slots) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(manager.node().facts().slots()).containsExactly(slots));
    }

    private static boolean hasState(ReportRequest request, UpdateState state) {
        return request.reports() != null && request.reports().stream().anyMatch(report -> report.state() == state);
    }

    private static FakeManager newManager() {
        try {
            return new FakeManager();
        } catch (java.io.IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package org.maintenancemanager.core.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.maintenancemanager.api.node.UpdateState.CANCELED;
import static org.maintenancemanager.api.node.UpdateState.CONFIRMED;
import static org.maintenancemanager.api.node.UpdateState.DOWNLOADED;
import static org.maintenancemanager.api.node.UpdateState.DOWNLOADING;
import static org.maintenancemanager.api.node.UpdateState.FAILED;
import static org.maintenancemanager.api.node.UpdateState.INSTALLING;
import static org.maintenancemanager.api.node.UpdateState.LOST;
import static org.maintenancemanager.api.node.UpdateState.OFFERED;
import static org.maintenancemanager.api.node.UpdateState.REBOOTING;
import static org.maintenancemanager.api.node.UpdateState.ROLLED_BACK;
import static org.maintenancemanager.api.node.UpdateState.SKIPPED;
import static org.maintenancemanager.api.node.UpdateState.STAGED;
import static org.maintenancemanager.api.node.UpdateState.SUPERSEDED;
import static org.maintenancemanager.api.node.UpdateState.TRIAL;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.update.UpdateLifecycle.Outcome.Applied;
import org.maintenancemanager.core.update.UpdateLifecycle.Outcome.Ignored;
import org.maintenancemanager.core.update.UpdateLifecycle.Outcome.Illegal;
import org.maintenancemanager.core.update.UpdateLifecycle.Permission;

class UpdateLifecycleTest {
    private static final FailurePhase PHASE = FailurePhase.INSTALL;

    @Test
    void nodeWalksThroughAllSteps() {
        List<UpdateState> steps =
                List.of(OFFERED, DOWNLOADING, DOWNLOADED, INSTALLING, STAGED, REBOOTING, TRIAL, CONFIRMED);
        for (int i = 1; i < steps.size(); i++) {
            assertThat(UpdateLifecycle.apply(steps.get(i - 1), true, steps.get(i), null))
                    .isEqualTo(new Applied(steps.get(i)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void endNeverChanges(UpdateState reported) {
        for (UpdateState end : UpdateState.values()) {
            if (end.isTerminal()) {
                assertThat(UpdateLifecycle.apply(end, true, reported, PHASE))
                        .isEqualTo(new Ignored("The update has already ended as " + end + "."));
                assertThat(UpdateLifecycle.managerMay(end, reported)).isFalse();
            }
        }
    }

    @Test
    void nodeCannotSayWhatOnlyTheManagerKnows() {
        for (UpdateState current : active()) {
            for (UpdateState reported : EnumSet.of(LOST, CANCELED, SUPERSEDED, SKIPPED)) {
                assertThat(UpdateLifecycle.apply(current, true, reported, null))
                        .isEqualTo(new Illegal("Only the manager sets " + reported + "."));
            }
        }
    }

    @Test
    void nodeWithoutPermitMayDownloadButNotInstall() {
        assertThat(UpdateLifecycle.apply(OFFERED, false, DOWNLOADING, null)).isEqualTo(new Applied(DOWNLOADING));
        assertThat(UpdateLifecycle.apply(DOWNLOADING, false, DOWNLOADED, null)).isEqualTo(new Applied(DOWNLOADED));
        for (UpdateState state : EnumSet.of(INSTALLING, STAGED, REBOOTING, TRIAL)) {
            assertThat(UpdateLifecycle.apply(DOWNLOADED, false, state, null))
                    .isEqualTo(new Illegal(state + " needs a permit, and none is in flight for this update."));
        }
        for (UpdateState state : EnumSet.of(CONFIRMED, ROLLED_BACK)) {
            assertThat(UpdateLifecycle.apply(TRIAL, false, state, null)).isInstanceOf(Illegal.class);
        }
    }

    @Test
    void prestagingNodeMayWriteTheSlotButNotRebootWithoutPermit() {
        assertThat(UpdateLifecycle.apply(DOWNLOADED, Permission.PRESTAGE, INSTALLING, null))
                .isEqualTo(new Applied(INSTALLING));
        assertThat(UpdateLifecycle.apply(INSTALLING, Permission.PRESTAGE, STAGED, null))
                .isEqualTo(new Applied(STAGED));
        assertThat(UpdateLifecycle.apply(STAGED, Permission.PRESTAGE, REBOOTING, null))
                .isInstanceOf(Illegal.class);
        assertThat(UpdateLifecycle.apply(STAGED, Permission.PRESTAGE, TRIAL, null))
                .isInstanceOf(Illegal.class);
        assertThat(UpdateLifecycle.apply(STAGED, Permission.PRESTAGE, CONFIRMED, null))
                .isInstanceOf(Illegal.class);
    }

    @Test
    void progressIsAppliedWithoutATransition() {
        for (UpdateState state : active()) {
            assertThat(UpdateLifecycle.apply(state, true, state, null)).isEqualTo(new Applied(state));
        }
    }

    @Test
    void nodeMayFailAnywhereAndSaysWhere() {
        for (UpdateState state : active()) {
            assertThat(UpdateLifecycle.apply(state, false, FAILED, PHASE)).isEqualTo(new Applied(FAILED));
            assertThat(UpdateLifecycle.apply(state, false, FAILED, null)).isInstanceOf(Illegal.class);
        }
    }

    @Test
    void onlyNodeThatBeganToInstallCanRollBack() {
        for (UpdateState state : EnumSet.of(INSTALLING, STAGED, REBOOTING, TRIAL)) {
            assertThat(UpdateLifecycle.apply(state, true, ROLLED_BACK, null)).isEqualTo(new Applied(ROLLED_BACK));
        }
        for (UpdateState state : EnumSet.of(OFFERED, DOWNLOADING, DOWNLOADED)) {
            assertThat(UpdateLifecycle.apply(state, true, ROLLED_BACK, null)).isInstanceOf(Illegal.class);
        }
    }

    @Test
    void unverifiedImageIsNeverInstalledEvenWithAPermit() {
        for (UpdateState from : EnumSet.of(OFFERED, DOWNLOADING)) {
            for (UpdateState to : EnumSet.of(INSTALLING, STAGED, REBOOTING, TRIAL, CONFIRMED)) {
                assertThat(UpdateLifecycle.apply(from, true, to, null)).isInstanceOf(Illegal.class);
            }
        }
    }

    @Test
    void lostFileIsDownloadedAgain() {
        assertThat(UpdateLifecycle.apply(DOWNLOADED, false, DOWNLOADING, null)).isEqualTo(new Applied(DOWNLOADING));
    }

    @Test
    void illegalStepSaysWhatWouldBePossible() {
        assertThat(UpdateLifecycle.apply(TRIAL, true, DOWNLOADING, null))
                .isEqualTo(new Illegal(
                        "No step leads from TRIAL to DOWNLOADING; possible are CONFIRMED, FAILED," + " ROLLED_BACK."));
    }

    @Test
    void whateverIsReportedNoStepGoesAroundTheTable() {
        var random = new Random(42);
        UpdateState[] states = UpdateState.values();
        for (int walk = 0; walk < 2_000; walk++) {
            UpdateState state = OFFERED;
            boolean sawDownloaded = false;
            for (int step = 0; step < 30; step++) {
                Permission permission = Permission.values()[random.nextInt(3)];
                UpdateState reported = states[random.nextInt(states.length)];
                if (UpdateLifecycle.apply(state, permission, reported, PHASE) instanceof Applied applied) {
                    assertThat(applied.next()).isEqualTo(reported);
                    assertThat(state.isTerminal()).isFalse();
                    sawDownloaded |= reported == DOWNLOADED;
                    if (reported.needsPermit() || reported == CONFIRMED) {
                        assertThat(sawDownloaded).isTrue();
                        assertThat(permission).isNotEqualTo(Permission.NONE);
                    }
                    state = reported;
                }
            }
        }
    }

    @Test
    void diagramInTheDocsIsDrawnFromTheTable() throws IOException {
        Path page = Path.of("../docs/state-machine.md");
        String text = Files.readString(page);
        int start = text.indexOf("```mermaid\n");
        int end = text.indexOf("```\n", start + 3) + "```\n".length();
        if (Boolean.getBoolean("golden.update")) {
            text = text.substring(0, start) + diagram() + text.substring(end);
            end = start + diagram().length();
            Files.writeString(page, text);
        }
        assertThat(text.substring(start, end))
                .as("the table changed: run with -Dgolden.update=true, and read the page again")
                .isEqualTo(diagram());
    }

    private static String diagram() {
        List<String> lines = new ArrayList<>();
        lines.add("```mermaid");
        lines.add("stateDiagram-v2");
        lines.add("    [*] --> " + OFFERED);
        for (UpdateState from : active()) {
            for (UpdateState to : UpdateState.values()) {
                boolean byReport = UpdateLifecycle.reportable(from).contains(to);
                boolean byManager = UpdateLifecycle.managerMay(from, to);
                if (byReport || byManager) {
                    String who = byReport && byManager ? "node or manager" : byReport ? "node" : "manager";
                    String permit = byReport && !Permission.NONE.allows(to) ? ", permit" : "";
                    lines.add("    " + from + " --> " + to + ": " + who + permit);
                }
            }
        }
        Stream.of(UpdateState.values())
                .filter(UpdateState::isTerminal)
                .forEach(end -> lines.add("    " + end + " --> [*]"));
        lines.add("```");
        return String.join("\n", lines) + "\n";
    }

    private static List<UpdateState> active() {
        return Stream.of(UpdateState.values())
                .filter(state -> !state.isTerminal())
                .toList();
    }
}

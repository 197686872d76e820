package org.maintenancemanager.core.ddi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.ddi.DdiFeedback.Execution;
import org.maintenancemanager.core.ddi.DdiFeedback.Finished;
import org.maintenancemanager.core.decision.ClientFamily;
import org.maintenancemanager.core.decision.Decision.Directive;
import org.maintenancemanager.core.update.UpdateLifecycle;

class DdiRulesTest {
    @ParameterizedTest
    @CsvSource({
        // SWUpdate sees nothing of an update before it has a permit, and listens only once it has installed.
        "SWUPDATE, OFFERED, WAIT, false, nothing",
        "SWUPDATE, OFFERED, INSTALL_ALLOWED, true, GO",
        "SWUPDATE, OFFERED, INSTALL_ALLOWED, false, nothing",
        "SWUPDATE, INSTALLING, NONE, true, GO",
        "SWUPDATE, INSTALLING, NONE, false, LISTEN",
        "SWUPDATE, STAGED, NONE, true, LISTEN",
        "SWUPDATE, TRIAL, NONE, false, LISTEN",
        "DDI_OTHER, OFFERED, DOWNLOAD, false, nothing",
        // RAUC downloads ahead and waits; a quarantined one that has begun keeps what it has.
        "RAUC, OFFERED, DOWNLOAD, false, HOLD",
        "RAUC, OFFERED, WAIT, false, nothing",
        "RAUC, DOWNLOADED, WAIT, false, HOLD",
        "RAUC, DOWNLOADED, INSTALL_ALLOWED, true, GO",
        "RAUC, INSTALLING, NONE, false, HOLD",
        "RAUC, STAGED, NONE, true, nothing",
        "SWUPDATE, CONFIRMED, NONE, false, nothing",
        "SWUPDATE, LOST, NONE, false, nothing",
        "SWUPDATE, CANCELED, NONE, false, cancel",
        "RAUC, SUPERSEDED, NONE, false, cancel",
    })
    void clientSeesWhatItCanHandle(
            ClientFamily family, UpdateState state, Directive directive, boolean permitted, String expected) {
        DdiTask task = DdiRules.task(family, state, directive, permitted, 8, 7);

        assertThat(
                        switch (task) {
                            case DdiTask.Nothing nothing -> "nothing";
                            case DdiTask.Cancel cancel -> "cancel";
                            case DdiTask.Deploy deploy -> deploy.handling().name();
                        })
                .isEqualTo(expected);
    }

    @Test
    void cancelIsShownUntilItIsAcknowledged() {
        assertThat(DdiRules.task(ClientFamily.SWUPDATE, UpdateState.CANCELED, Directive.NONE, false, 8, 8))
                .isInstanceOf(DdiTask.Nothing.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SWUPDATE | OFFERED     | PROCEEDING | NONE    | Installing Update Chunk Artifacts. | DOWNLOADED INSTALLING
            SWUPDATE | INSTALLING  | PROCEEDING | NONE    | Installed Chunk.                   | INSTALLING
            SWUPDATE | INSTALLING  | PROCEEDING | NONE    | All Chunks Installed.              | STAGED
            SWUPDATE | STAGED      | PROCEEDING | NONE    | Testing Pending                    | TRIAL
            SWUPDATE | STAGED      | CLOSED     | SUCCESS | Update Installed.                  | CONFIRMED
            SWUPDATE | STAGED      | CLOSED     | FAILURE | Update Failed.                     | ROLLED_BACK
            SWUPDATE | OFFERED     | CLOSED     | SUCCESS | Update Installed.                  | DOWNLOADED INSTALLING CONFIRMED
            SWUPDATE | OFFERED     | CLOSED     | SUCCESS | Skipped Update.                    | deferred
            SWUPDATE | STAGED      | CLOSED     | SUCCESS | Skipped Update.                    | deferred
            SWUPDATE | INSTALLING  | CLOSED     | FAILURE | Image invalid or corrupted.        | FAILED(INSTALL)
            SWUPDATE | INSTALLING  | CLOSED     | FAILURE | Channel operation failed.          | FAILED(DOWNLOAD)
            SWUPDATE | INSTALLING  | CLOSED     | FAILURE | Signature verification failed.     | FAILED(VERIFY)
            SWUPDATE | OFFERED     | CANCELED   | NONE    | no                                 | FAILED(DOWNLOAD)
            SWUPDATE | INSTALLING  | SCHEDULED  | NONE    | later                              | INSTALLING
            RAUC     | OFFERED     | PROCEEDING | NONE    | Starting download                  | DOWNLOADING
            RAUC     | DOWNLOADING | PROCEEDING | NONE    | Download complete. 3.2 MB/s        | DOWNLOADED
            RAUC     | DOWNLOADED  | PROCEEDING | NONE    | Installing bundle                  | INSTALLING
            RAUC     | INSTALLING  | CLOSED     | SUCCESS | Software bundle installed.         | STAGED
            RAUC     | DOWNLOADING | DOWNLOADED | NONE    | done                               | DOWNLOADED
            RAUC     | DOWNLOADED  | REJECTED   | NONE    | no                                 | FAILED(INSTALL)
            RAUC     | DOWNLOADING | CLOSED     | FAILURE | Invalid checksum                   | FAILED(VERIFY)
            """)
    void feedbackIsReadAsItsClientMeansIt(
            ClientFamily family,
            UpdateState state,
            Execution execution,
            Finished finished,
            String detail,
            String expected) {
        var feedback = new DdiFeedback(execution, finished, null, null, List.of(detail));

        assertThat(words(DdiRules.meaning(family, state, true, feedback))).isEqualTo(expected);
    }

    private static String words(DdiRules.Meaning meaning) {
        return switch (meaning) {
            case DdiRules.Meaning.Deferred deferred -> "deferred";
            case DdiRules.Meaning.Steps steps ->
                steps.steps().stream()
                        .map(step ->
                                step.phase() == null ? step.state().name() : step.state() + "(" + step.phase() + ")")
                        .collect(Collectors.joining(" "));
        };
    }

    /** Whatever a client says in whatever state, our state machine takes the steps that it is read as. */
    @ParameterizedTest
    @EnumSource
    void everyFeedbackFitsTheStateMachine(Execution execution) {
        for (ClientFamily family : List.of(ClientFamily.SWUPDATE, ClientFamily.RAUC, ClientFamily.DDI_OTHER)) {
            for (UpdateState state : UpdateState.values()) {
                for (Finished finished : Finished.values()) {
                    if (!state.isTerminal()) {
                        var feedback = new DdiFeedback(execution, finished, null, null, List.of("install"));
                        takes(state, DdiRules.meaning(family, state, true, feedback));
                    }
                }
            }
        }
    }

    private static void takes(UpdateState from, DdiRules.Meaning meaning) {
        if (!(meaning instanceof DdiRules.Meaning.Steps steps)) {
            return;
        }
        UpdateState state = from;
        for (DdiRules.Step step : steps.steps()) {
            FailurePhase phase = step.phase();
            assertThat(UpdateLifecycle.apply(state, true, step.state(), phase))
                    .as(from + " through " + steps.steps())
                    .isInstanceOf(UpdateLifecycle.Outcome.Applied.class);
            state = step.state();
        }
    }
}

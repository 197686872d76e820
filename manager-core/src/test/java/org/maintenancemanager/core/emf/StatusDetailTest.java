package org.maintenancemanager.core.emf;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.update.UpdateLifecycle;

class StatusDetailTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
            {"UpdateLog":[{"StatusDetail.Status":"FAIL","Version":"3.0","FailureReason":"signaturecheck"}]} | false | 3.0 | VERIFY
            {"UpdateLog":[{"StatusDetail.Status":"FAIL"},{"StatusDetail.Status":"SUCCESS","Version":"3.1"}]} | true  | 3.1 | -
            {"update_log":[{"status_detail.status":"FAILED","failure_reason":"insufficient_storage"}]}       | false | -   | DOWNLOAD
            {"update_log":[]}                                                                                | -     | -   | -
            {"update_log":"download"}                                                                        | -     | -   | DOWNLOAD
            {not json, but bootloader                                                                        | -     | -   | REBOOT
            RS authentication went wrong                                                                     | -     | -   | DOWNLOAD
            utBootConfiguration                                                                              | -     | -   | INSTALL
            critical services are down                                                                       | -     | -   | TRIAL
            os commit                                                                                        | -     | -   | TRIAL
            something else                                                                                   | -     | -   | -
            """)
    void everyShapeIsRead(
            String text, @Nullable Boolean succeeded, @Nullable String version, @Nullable FailurePhase phase) {
        StatusDetail detail = StatusDetail.of(text);

        assertThat(detail.succeeded()).isEqualTo(succeeded);
        assertThat(detail.version()).isEqualTo(version);
        assertThat(detail.phase()).isEqualTo(phase);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            OFFERED     | DOWNLOADING | UP_TO_DATE  | DOWNLOADING
            OFFERED     | DOWNLOADED  | UP_TO_DATE  | DOWNLOADED
            OFFERED     | STARTED     | UP_TO_DATE  | DOWNLOADED INSTALLING
            OFFERED     | DOWNLOADED  | DOWNLOADED  | -
            OFFERED     | STARTED     | STARTED     | -
            OFFERED     | UPDATED     | UPDATED     | -
            OFFERED     | UPDATED     | -           | -
            OFFERED     | FAILED      | -           | -
            DOWNLOADED  | DOWNLOADED  | DOWNLOADED  | -
            DOWNLOADED  | DOWNLOADING | UP_TO_DATE  | DOWNLOADING
            DOWNLOADED  | UP_TO_DATE  | DOWNLOADED  | -
            DOWNLOADED  | UPDATED     | DOWNLOADED  | STAGED
            INSTALLING  | STARTED     | STARTED     | -
            INSTALLING  | UPDATED     | STARTED     | STAGED
            INSTALLING  | UP_TO_DATE  | STARTED     | -
            STAGED      | UPDATED     | UPDATED     | -
            STAGED      | UP_TO_DATE  | UPDATED     | CONFIRMED
            OFFERED     | FAILED      | -           | -
            OFFERED     | FAILED      | FAILED      | -
            OFFERED     | FAILED      | DOWNLOADING | FAILED
            DOWNLOADING | FAILED      | DOWNLOADING | FAILED
            INSTALLING  | FAILED      | STARTED     | FAILED
            STAGED      | FAILED      | UPDATED     | ROLLED_BACK
            TRIAL       | UNSPECIFIED | UPDATED     | -
            """)
    void levelMeansWhatIsNewInIt(
            UpdateState state, EmfStatus.Level level, EmfStatus.@Nullable Level before, @Nullable String expected) {
        List<EmfRules.Step> steps = EmfRules.steps(
                state,
                new EmfStatus(level, ""),
                before == null ? null : new EmfStatus(before, ""),
                true,
                Duration.ofSeconds(20),
                "1.0");

        assertThat(steps.stream().map(step -> step.state().name()).collect(Collectors.joining(" ")))
                .isEqualTo(expected == null ? "" : expected);
    }

    @Test
    void updatedThatStaysIsConfirmed() {
        var updated = new EmfStatus(EmfStatus.Level.UPDATED, "");

        assertThat(EmfRules.steps(UpdateState.STAGED, updated, updated, true, Duration.ofMinutes(1), "1.0"))
                .extracting(EmfRules.Step::state)
                .containsExactly(UpdateState.CONFIRMED);
    }

    @ParameterizedTest
    @EnumSource
    void everyLevelFitsTheStateMachine(EmfStatus.Level level) {
        for (UpdateState from : UpdateState.values()) {
            for (String detail : List.of("", "bootloader", "{\"UpdateLog\":[{\"StatusDetail.Status\":\"SUCCESS\"}]}")) {
                if (!from.isTerminal()) {
                    takes(from, new EmfStatus(level, detail));
                }
            }
        }
    }

    private static void takes(UpdateState from, EmfStatus status) {
        UpdateState state = from;
        var before = new EmfStatus(EmfStatus.Level.UNSPECIFIED, "");
        for (EmfRules.Step step : EmfRules.steps(from, status, before, true, Duration.ofHours(1), "1.0")) {
            assertThat(UpdateLifecycle.apply(state, true, step.state(), step.phase()))
                    .as("%s at %s: %s", status, from, step)
                    .isInstanceOf(UpdateLifecycle.Outcome.Applied.class);
            state = step.state();
        }
    }
}

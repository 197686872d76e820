package org.maintenancemanager.core.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.maintenancemanager.core.decision.Situation.NOW;
import static org.maintenancemanager.core.decision.Situation.opening;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.decision.ClientProfile.Limit;
import org.maintenancemanager.core.decision.Decision.Directive;

/** What a client cannot do decides what its node is told. */
class ClientProfileTest {
    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            OWN,       OFFERED,    shut,   DOWNLOAD,        DOWNLOAD
            OWN,       OFFERED,    open,   DOWNLOAD,        DOWNLOAD
            OWN,       DOWNLOADED, open,   INSTALL_ALLOWED, -
            OWN,       DOWNLOADED, ending, INSTALL_ALLOWED, -
            SWUPDATE,  OFFERED,    shut,   WAIT,            WINDOW
            SWUPDATE,  OFFERED,    open,   INSTALL_ALLOWED, -
            SWUPDATE,  OFFERED,    ending, INSTALL_ALLOWED, -
            DDI_OTHER, OFFERED,    shut,   WAIT,            WINDOW
            DDI_OTHER, OFFERED,    open,   INSTALL_ALLOWED, -
            RAUC,      OFFERED,    shut,   DOWNLOAD,        DOWNLOAD
            RAUC,      OFFERED,    open,   DOWNLOAD,        DOWNLOAD
            RAUC,      DOWNLOADED, shut,   WAIT,            WINDOW
            RAUC,      DOWNLOADED, open,   INSTALL_ALLOWED, -
            EMF,       OFFERED,    shut,   DOWNLOAD,        DOWNLOAD
            EMF,       OFFERED,    open,   INSTALL_ALLOWED, -
            EMF,       OFFERED,    ending, DOWNLOAD,        DOWNLOAD
            EMF,       DOWNLOADED, ending, WAIT,            WINDOW_REST
            """)
    void familyDecidesWhatTheNodeIsTold(
            ClientFamily family, UpdateState state, String window, Directive directive, @Nullable GateName blocking) {
        var situation = new Situation();
        situation.client = ClientProfile.of(family);
        situation.state = state;
        situation.neededTime = Duration.ofMinutes(1);
        switch (window) {
            case "shut" -> situation.schedule.open = null;
            case "ending" ->
                situation.schedule.open = opening("W", NOW.minus(Duration.ofHours(1)), Duration.ofMinutes(70));
            default -> {}
        }

        Decision decision = situation.decide();

        assertThat(decision.directive()).isEqualTo(directive);
        assertThat(decision.blocking().map(Gate::gate).orElse(null)).isEqualTo(blocking);
    }

    @ParameterizedTest
    @EnumSource(ClientFamily.class)
    void limitsSayWhatTheProfileDoes(ClientFamily family) {
        ClientProfile profile = ClientProfile.of(family);

        assertThat(profile.family()).isEqualTo(family);
        assertThat(profile.limits().contains(Limit.CANNOT_HOLD_DOWNLOAD)).isEqualTo(!profile.downloadsAhead());
        assertThat(profile.limits().contains(Limit.NEEDS_TEN_MINUTES))
                .isEqualTo(profile.leastRest().compareTo(Duration.ofMinutes(10)) > 0);
        assertThat(profile.limits())
                .doesNotHaveDuplicates()
                .extracting(Limit::sentence)
                .noneMatch(String::isBlank);
    }

    @Test
    void ownClientHasNoLimits() {
        assertThat(ClientProfile.of(ClientFamily.OWN).limits()).isEmpty();
    }
}

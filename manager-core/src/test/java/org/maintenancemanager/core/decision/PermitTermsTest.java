package org.maintenancemanager.core.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.maintenancemanager.core.decision.Situation.NOW;
import static org.maintenancemanager.core.decision.Situation.opening;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PermitTermsTest {
    private static final Duration GUARD = Duration.ofSeconds(30);

    private final Situation situation = new Situation();

    PermitTermsTest() {
        situation.guardTime = GUARD;
    }

    @Test
    void permitIsCutByTheCampaignsLimitInALongWindow() {
        PermitTerms terms = terms(Duration.ofHours(9));
        assertThat(terms.validUntil()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        assertThat(terms.lostAt()).isEqualTo(NOW.plus(Duration.ofMinutes(75)));
        assertThat(terms.windowEnd()).isEqualTo(NOW.plus(Duration.ofHours(9)));
    }

    @Test
    void permitEndsBeforeItsWindowByTheGuardTime() {
        assertThat(terms(Duration.ofMinutes(40)).validUntil())
                .isEqualTo(NOW.plus(Duration.ofMinutes(40)).minus(GUARD));
    }

    /** However little an update needs: shorter than the guard time, for one. */
    @ParameterizedTest
    @ValueSource(longs = {1, 1000, 29_999, 30_000, 30_001, 900_000, 3_600_000})
    void permitIsAsLongAsTheNodeNeedsOrThereIsNone(long millis) {
        situation.neededTime = Duration.ofMillis(millis);
        for (long rest = 0; rest < 4_000_000; rest += 9_973) {
            var opening = opening("w", NOW, Duration.ofMillis(rest));
            var terms = PermitTerms.of(situation.node(), situation.campaign(), opening, NOW);
            assertThat(terms.isPresent()).isEqualTo(rest >= millis + GUARD.toMillis());
            terms.ifPresent(granted -> {
                assertThat(granted.validUntil()).isAfterOrEqualTo(NOW.plusMillis(millis));
                assertThat(granted.validUntil()).isBeforeOrEqualTo(opening.end().minus(GUARD));
            });
        }
    }

    @Test
    void nodesMayComeLateByATenthButNotTooLate() {
        situation.schedule.open = opening("w", NOW, Duration.ofHours(4));
        assertThat(PermitTerms.slack(situation.node(), situation.campaign(), NOW))
                .isEqualTo(Duration.ofMinutes(24));
        situation.schedule.open = opening("w", NOW, Duration.ofMinutes(16));
        assertThat(PermitTerms.slack(situation.node(), situation.campaign(), NOW))
                .isEqualTo(Duration.ofSeconds(30));
        situation.schedule.open = opening("w", NOW, Duration.ofMinutes(15));
        assertThat(PermitTerms.slack(situation.node(), situation.campaign(), NOW))
                .isZero();
        situation.schedule.open = null;
        assertThat(PermitTerms.slack(situation.node(), situation.campaign(), NOW))
                .isZero();
    }

    private PermitTerms terms(Duration rest) {
        Instant start = NOW.minus(Duration.ofHours(1));
        var opening = opening("w", start, rest.plus(Duration.ofHours(1)));
        return PermitTerms.of(situation.node(), situation.campaign(), opening, NOW)
                .orElseThrow();
    }
}

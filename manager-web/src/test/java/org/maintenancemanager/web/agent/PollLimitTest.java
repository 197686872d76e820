package org.maintenancemanager.web.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.web.ManagerSettings.NodeApi;

@NullMarked
class PollLimitTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000);
    private final PollLimit limit = new PollLimit(new NodeApi(5, 3, 1000), nanos::get);
    private final UUID node = UUID.randomUUID();

    @Test
    void aBurstIsAllowedAndThenTheSteadyRate() {
        assertThat(allowed(10)).isEqualTo(3);
        pass(Duration.ofMillis(200));
        assertThat(allowed(10)).isEqualTo(1);
        pass(Duration.ofSeconds(60));
        assertThat(allowed(10)).isEqualTo(3);
    }

    @Test
    void oneNodesHasteIsNotAnothersTrouble() {
        allowed(10);

        assertThat(limit.secondsToWait(UUID.randomUUID())).isZero();
    }

    @Test
    void aRefusedPollCostsNothing() {
        allowed(1000);
        pass(Duration.ofMillis(200));

        assertThat(allowed(10)).isEqualTo(1);
    }

    private int allowed(int polls) {
        int allowed = 0;
        for (int i = 0; i < polls; i++) {
            allowed += limit.secondsToWait(node) == 0 ? 1 : 0;
        }
        return allowed;
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}

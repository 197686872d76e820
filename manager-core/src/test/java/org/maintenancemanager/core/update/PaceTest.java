package org.maintenancemanager.core.update;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final int NODES = 10_000;

    @Test
    void nodesThatWaitForAnOpeningDoNotComeAtOnce() {
        Map<Integer, Integer> bySecond = new HashMap<>();
        IntStream.range(0, NODES).forEach(node -> bySecond.merge(Pace.after(100, 600, 3600), 1, Integer::sum));
        assertThat(bySecond.keySet()).allSatisfy(second -> assertThat(second).isBetween(101, 700));
        // 17 on the average; that one second gets 60 by chance does not happen in the life of the universe.
        assertThat(bySecond.values()).allSatisfy(many -> assertThat(many).isLessThan(60));
    }

    @Test
    void nodeIsNeverAwayForLongerThanUsual() {
        assertThat(IntStream.range(0, NODES).map(node -> Pace.after(30, 600, 60)))
                .allSatisfy(seconds -> assertThat(seconds).isBetween(31, 72));
        assertThat(IntStream.range(0, NODES).map(node -> Pace.after(5000, 600, 60)))
                .allSatisfy(seconds -> assertThat(seconds).isBetween(48, 72));
    }

    @Test
    void openingWithoutSlackIsNotMissed() {
        assertThat(IntStream.range(0, NODES).map(node -> Pace.after(10, 0, 60)))
                .allSatisfy(seconds -> assertThat(seconds).isEqualTo(11));
    }

    @Test
    void theMoreWaitForASlotTheLaterTheyAskAgain() {
        assertThat(Pace.forSlot(10, 10, 60)).isEqualTo(15);
        assertThat(Pace.forSlot(200, 10, 60)).isEqualTo(15);
        assertThat(Pace.forSlot(400, 10, 60)).isEqualTo(30);
        assertThat(Pace.forSlot(1_000_000, 10, 60)).isEqualTo(60);
        assertThat(Pace.forSlot(1_000_000, 0, 5)).isEqualTo(5);
    }
}

package org.maintenancemanager.core.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BatcherTest {
    private static final int CAPACITY = 3;

    @Test
    void whatDoesNotFitIsRefusedWhileTheWorkStandsStill() throws Exception {
        var standing = new CountDownLatch(1);
        try (var batcher = new Batcher<Integer, Integer>("standing", 1, CAPACITY, 10, batch -> {
            try {
                standing.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            batch.forEach(item -> item.answer().complete(item.input()));
        })) {
            List<CompletableFuture<Integer>> taken = new ArrayList<>();
            taken.add(Objects.requireNonNull(batcher.offer(0)));
            await("the first is being worked on").until(() -> batcher.depth() == 0);
            for (int i = 1; i <= CAPACITY; i++) {
                taken.add(Objects.requireNonNull(batcher.offer(i)));
            }
            assertThat(batcher.offer(CAPACITY + 1)).as("more than may wait").isNull();
            assertThat(batcher.depth()).isEqualTo(CAPACITY);

            standing.countDown();
            for (int i = 0; i <= CAPACITY; i++) {
                assertThat(taken.get(i).get(1, TimeUnit.MINUTES)).isEqualTo(i);
            }
            assertThat(batcher.offer(CAPACITY + 1)).as("there is room again").isNotNull();
        }
    }

    @Test
    void batchThatFailsFailsForEachOfItsItemsAndTheNextIsWorkedOff() throws Exception {
        try (var batcher = new Batcher<Integer, Integer>("failing", 1, CAPACITY, 1, batch -> {
            if (batch.getFirst().input() < 0) {
                throw new IllegalStateException("no");
            }
            batch.getFirst().answer().complete(1);
        })) {
            CompletableFuture<Integer> bad = Objects.requireNonNull(batcher.offer(-1));
            assertThatThrownBy(() -> bad.get(1, TimeUnit.MINUTES))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("no");
            assertThat(Objects.requireNonNull(batcher.offer(1)).get(1, TimeUnit.MINUTES))
                    .isEqualTo(1);
        }
    }
}

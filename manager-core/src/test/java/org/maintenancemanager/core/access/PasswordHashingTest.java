package org.maintenancemanager.core.access;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;

@NullMarked
class PasswordHashingTest {
    private static final int QUEUE = PasswordHashing.MOST_WAITING;

    @Test
    void atMostHalfOfTheProcessorsWorkAtOnceAndWhoeverWouldWaitTooLongIsSentAway() throws Exception {
        var hashing = new PasswordHashing(new SimpleMeterRegistry());
        int half = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        var begun = new CountDownLatch(half);
        var end = new CountDownLatch(1);
        var working = new AtomicInteger();
        var mostAtOnce = new AtomicInteger();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> results = new ArrayList<>();
            for (int i = 0; i < half + QUEUE; i++) {
                results.add(callers.submit(() -> hashing.run(() -> {
                    mostAtOnce.accumulateAndGet(working.incrementAndGet(), Math::max);
                    begun.countDown();
                    end.await();
                    working.decrementAndGet();
                    return 1;
                })));
                if (i == half - 1) {
                    begun.await();
                }
            }
            await().until(() -> hashing.waiting() == QUEUE);

            assertThatThrownBy(() -> hashing.run(() -> 1)).isInstanceOf(PasswordHashing.Busy.class);

            end.countDown();
            for (Future<Integer> result : results) {
                assertThat(result.get()).isEqualTo(1);
            }
        } finally {
            end.countDown();
            hashing.stop();
        }
        assertThat(mostAtOnce.get()).isEqualTo(half);
    }

    /** Field 19 of proc_pid_stat(5); the name before it may hold blanks. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void everyOtherThreadGoesBeforeThoseThatHash() {
        var hashing = new PasswordHashing(new SimpleMeterRegistry());

        String stat = hashing.run(() -> Files.readString(Path.of("/proc/thread-self/stat")));

        assertThat(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]).isEqualTo("19");
    }

    @Test
    void onlyTheRightPasswordOpensAndNobodyHasOne() {
        var hashing = new PasswordHashing(new SimpleMeterRegistry());
        String hash = hashing.hash("a quiet night");

        assertThat(hash).startsWith("$argon2id$v=19$m=7168,t=5,p=1$");
        assertThat(hashing.matches("a quiet night", hash)).isTrue();
        assertThat(hashing.matches("another night", hash)).isFalse();
        assertThat(hashing.matches("nobody has this password", null)).isFalse();
    }

    @Test
    void hashesOfBeforeStillOpenAndAreKnownToBeOutdated() {
        var hashing = new PasswordHashing(new SimpleMeterRegistry());
        String before = new Argon2PasswordEncoder(16, 32, 1, 19 * 1024, 2).encode("a quiet night");

        assertThat(hashing.matches("a quiet night", before)).isTrue();
        assertThat(hashing.matches("another night", before)).isFalse();
        assertThat(hashing.isOutdated(requireNonNull(before))).isTrue();
        assertThat(hashing.isOutdated(hashing.hash("a quiet night"))).isFalse();
    }

    /** No shorter, since the thread rests before it answers; how much longer depends on the machine. */
    @Test
    void wrongPasswordKeepsItsThreadForAFixedTime() {
        var hashing = new PasswordHashing(new SimpleMeterRegistry());

        long begun = System.nanoTime();
        boolean right = hashing.run(0, () -> false, result -> !result);

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(PasswordHashing.WRONG_TAKES);
        assertThat(right).isFalse();
    }

    @Test
    void whoNeverFailedGoesBeforeAndTakesThePlaceOfWhoeverFailedMost() throws Exception {
        var hashing = new PasswordHashing(new SimpleMeterRegistry());
        int half = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        var begun = new CountDownLatch(half);
        var end = new CountDownLatch(1);
        var order = new ConcurrentLinkedQueue<Integer>();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < half; i++) {
                callers.submit(() -> hashing.run(() -> {
                    begun.countDown();
                    end.await();
                    return 1;
                }));
            }
            begun.await();
            List<Future<Boolean>> waiting = new ArrayList<>();
            for (int i = 0; i < QUEUE; i++) {
                int failures = 1 + i;
                waiting.add(callers.submit(() -> hashing.run(failures, () -> order.add(failures), added -> !added)));
            }
            await().until(() -> hashing.waiting() == QUEUE);

            assertThatThrownBy(() -> hashing.run(QUEUE, () -> true, done -> false))
                    .as("who failed no less than those who wait")
                    .isInstanceOf(PasswordHashing.Busy.class);
            Future<Boolean> clean = callers.submit(() -> hashing.run(0, () -> order.add(0), added -> !added));
            assertThatThrownBy(() -> waiting.getLast().get()).hasCauseInstanceOf(PasswordHashing.Busy.class);
            assertThat(hashing.waiting()).isEqualTo(QUEUE);

            end.countDown();
            assertThat(clean.get()).isTrue();
            for (Future<Boolean> one : waiting.subList(0, QUEUE - 1)) {
                assertThat(one.get()).isTrue();
            }
        } finally {
            end.countDown();
            hashing.stop();
        }
        assertThat(order).contains(0).doesNotContain(QUEUE);
        if (half == 1) {
            assertThat(List.copyOf(order)).isSorted();
        }
    }

    @Test
    void nobodyWaitsForAManagerThatStopped() throws Exception {
        var hashing = new PasswordHashing(new SimpleMeterRegistry());
        hashing.stop();

        assertThatThrownBy(() -> hashing.run(() -> 1)).isInstanceOf(PasswordHashing.Busy.class);
    }
}

package org.maintenancemanager.core.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@NullMarked
class PasswordHashingTest {
    private static final int QUEUE = 64;

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

        assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
        assertThat(hashing.matches("a quiet night", hash)).isTrue();
        assertThat(hashing.matches("another night", hash)).isFalse();
        assertThat(hashing.matches("nobody has this password", null)).isFalse();
    }
}

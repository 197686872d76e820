package org.maintenancemanager.web.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.springframework.scheduling.TaskScheduler;

class SchedulingTest {
    private final TaskScheduler scheduler = ManagerUnderTest.shared().context().getBean(TaskScheduler.class);

    @Test
    void taskThatHangsKeepsNoOtherFromItsTurn() throws InterruptedException {
        var hangs = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var other = new CountDownLatch(3);
        var hanging = scheduler.scheduleWithFixedDelay(
                () -> {
                    hangs.countDown();
                    await(release);
                },
                Duration.ofMinutes(1));
        try {
            assertThat(hangs.await(1, TimeUnit.MINUTES)).isTrue();
            var going = scheduler.scheduleWithFixedDelay(other::countDown, Duration.ofMillis(1));
            try {
                assertThat(other.await(1, TimeUnit.MINUTES))
                        .as("it had three turns meanwhile")
                        .isTrue();
            } finally {
                going.cancel(false);
            }
        } finally {
            release.countDown();
            hanging.cancel(true);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

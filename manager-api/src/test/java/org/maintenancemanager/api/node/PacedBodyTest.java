package org.maintenancemanager.api.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacedBodyTest {
    private final byte[] content = new byte[100_000];
    private final VirtualClock clock = new VirtualClock();

    PacedBodyTest() {
        new Random(1).nextBytes(content);
    }

    private static final class VirtualClock implements PacedBody.Clock {
        private long now = Long.MAX_VALUE - 1000;

        @Override
        public long now() {
            return now;
        }

        @Override
        public void sleep(long nanos) throws InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            now += nanos;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1000, 30_000, 64_000, 1_000_000_000})
    void bytesTakeTheirTimeAndStayTheSame(long bytesPerSecond) throws Exception {
        long began = clock.now;
        byte[] read;
        try (InputStream body = new PacedBody(new ByteArrayInputStream(content), bytesPerSecond, clock)) {
            read = body.readAllBytes();
        }
        assertThat(read).isEqualTo(content);
        // What was read last need not be waited for.
        long whole = TimeUnit.SECONDS.toNanos(content.length) / bytesPerSecond;
        assertThat(clock.now - began)
                .isBetween(whole - TimeUnit.SECONDS.toNanos(1) / 5 - content.length, whole + content.length);
    }

    @Test
    void aPauseOfTheSenderIsMadeUpForBriefly() throws Exception {
        long bytesPerSecond = 1000;
        try (InputStream body = new PacedBody(new ByteArrayInputStream(content), bytesPerSecond, clock)) {
            body.readNBytes(1000);
            clock.now += TimeUnit.HOURS.toNanos(1);
            long began = clock.now;
            body.readNBytes(3000);
            assertThat(clock.now - began).isBetween(TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(3));
        }
    }

    @Test
    void anInterruptEndsIt() throws Exception {
        try (InputStream body = new PacedBody(new ByteArrayInputStream(content), 10, clock)) {
            assertThat(body.read()).isEqualTo(content[0] & 0xff);
            Thread.currentThread().interrupt();
            assertThatThrownBy(body::read).isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}

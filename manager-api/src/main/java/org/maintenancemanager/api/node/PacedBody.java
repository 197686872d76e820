package org.maintenancemanager.api.node;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;

/** Lets no more bytes a second through than it may; the sender learns of it since its connection fills up. */
final class PacedBody extends FilterInputStream {
    /** So often a second bytes are taken, at most. */
    private static final long STEPS = 10;

    /** What was not used in the last so many nanoseconds may be made up for. */
    private static final long SPARE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long bytesPerSecond;
    private final long nanosPerByteTimes1000;
    private final Clock clock;
    private long freeAt;

    /** Nanoseconds from any instant on. */
    interface Clock {
        Clock SYSTEM = new Clock() {
            @Override
            public long now() {
                return System.nanoTime();
            }

            @Override
            public void sleep(long nanos) throws InterruptedException {
                TimeUnit.NANOSECONDS.sleep(nanos);
            }
        };

        long now();

        void sleep(long nanos) throws InterruptedException;
    }

    PacedBody(InputStream body, long bytesPerSecond) {
        this(body, bytesPerSecond, Clock.SYSTEM);
    }

    PacedBody(InputStream body, long bytesPerSecond, Clock clock) {
        super(body);
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("bytesPerSecond is %d; expected at least 1".formatted(bytesPerSecond));
        }
        this.bytesPerSecond = bytesPerSecond;
        this.clock = clock;
        freeAt = clock.now();
        nanosPerByteTimes1000 = TimeUnit.SECONDS.toNanos(1000) / bytesPerSecond;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        long wait = freeAt - clock.now();
        if (wait > 0) {
            try {
                clock.sleep(wait);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted in a paced download");
            }
        }
        int most = (int) Math.min(length, Math.max(1, bytesPerSecond / STEPS));
        int count = in.read(bytes, offset, length == 0 ? 0 : most);
        if (count > 0) {
            long earliest = clock.now() - SPARE_NANOS;
            freeAt = (earliest - freeAt > 0 ? earliest : freeAt) + nanosPerByteTimes1000 * count / 1000;
        }
        return count;
    }
}

package org.maintenancemanager.simulator;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.random.RandomGenerator;

/** The bytes of a download on their way over a bad line. */
final class FaultyBody extends FilterInputStream {
    private static final long NEVER = Long.MAX_VALUE;

    private final World world;
    private final long cutAt;
    private final long changeAt;
    private long position;

    /** @param expected how many bytes are to come */
    FaultyBody(InputStream in, World world, long expected, RandomGenerator random) {
        super(in);
        this.world = world;
        Faults faults = world.plan.faults();
        // At least one byte gets through, so that even a line that always breaks brings an image home one day.
        this.cutAt = expected > 1 && random.nextDouble() < faults.resets() ? random.nextLong(1, expected) : NEVER;
        this.changeAt = expected > 0 && random.nextDouble() < faults.wrongBytes() ? random.nextLong(expected) : NEVER;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (world.isStopping()) {
            throw new IOException("the fleet stops");
        }
        if (position >= cutAt) {
            throw new IOException("the connection was reset");
        }
        int count = super.read(buffer, offset, (int) Math.min(length, cutAt - position));
        if (count > 0) {
            if (changeAt >= position && changeAt < position + count) {
                buffer[offset + (int) (changeAt - position)] ^= 1;
            }
            position += count;
            world.counters.downloadedBytes.add(count);
        }
        return count;
    }
}

package org.maintenancemanager.simulator;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Running simulated nodes. Each is a real client: it enrolls, polls, downloads and verifies the very bytes, "writes" its
 * inactive slot, reboots, tries and confirms, and resends whatever was not acknowledged.
 *
 * <p>10,000 nodes fit in a process: a node is a virtual thread that mostly sleeps.
 */
public final class Fleet implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final World world;
    private final FileChannel lock;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    private Fleet(World world, FileChannel lock) {
        this.world = world;
        this.lock = lock;
    }

    public static FleetBuilder builder() {
        return new FleetBuilder();
    }

    static Fleet start(FleetPlan plan) throws IOException {
        World world = new World(plan);
        FileChannel lock;
        try {
            lock = lock(plan);
        } catch (IOException | OverlappingFileLockException e) {
            world.disconnect();
            throw e instanceof IOException io ? io : new IOException("another fleet uses it", e);
        }
        var fleet = new Fleet(world, lock);
        for (FleetPlan.Group group : plan.groups()) {
            String prefix = group.namePrefix() == null ? plan.namePrefix() : group.namePrefix();
            for (int i = 0; i < group.nodes(); i++) {
                int index = fleet.nodes.size();
                fleet.nodes.add(new SimulatedNode(world, index, "%s-%05d".formatted(prefix, index), group));
            }
        }
        for (SimulatedNode node : fleet.nodes) {
            fleet.threads.add(Thread.ofVirtual().start(node));
        }
        return fleet;
    }

    private static FileChannel lock(FleetPlan plan) throws IOException {
        FileChannel lock = FileChannel.open(
                plan.stateDirectory().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (lock.tryLock() == null) {
                throw new IOException("another fleet uses it");
            }
            return lock;
        } catch (IOException | OverlappingFileLockException e) {
            lock.close();
            throw e;
        }
    }

    /** The counts so far; cheap, and good after {@link #close} too. */
    public FleetStatistics statistics() {
        return world.counters.snapshot(nodes.size());
    }

    /** Each node as it is now, in the order of its index; those that have not begun yet are left out. */
    public List<NodeView> nodes() {
        return nodes.stream().map(SimulatedNode::view).filter(Objects::nonNull).toList();
    }

    /** Stops each node after the call it is in, its state kept; waits for them at most 30 s. */
    @Override
    public void close() {
        world.stop();
        end(PATIENCE);
    }

    /**
     * Stops at once, wherever the nodes are, and keeps nothing more: as if the power was cut. May be called from within the
     * manager that the nodes are talking to.
     */
    public void kill() {
        world.kill();
        // Before the lock, which a close() that waits for the nodes may hold.
        threads.forEach(Thread::interrupt);
        end(Duration.ZERO);
    }

    private synchronized void end(Duration patience) {
        if (!lock.isOpen()) {
            return;
        }
        boolean interrupted = join(patience);
        threads.forEach(Thread::interrupt);
        interrupted |= join(PATIENCE);
        world.disconnect();
        try {
            lock.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("The lock of the state directory cannot be released", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** @return whether the caller was interrupted; then nobody is waited for any longer */
    private boolean join(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        for (Thread thread : threads) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            try {
                thread.join(Duration.ofNanos(left));
            } catch (InterruptedException e) {
                return true;
            }
        }
        return false;
    }
}

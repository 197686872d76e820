package org.maintenancemanager.simulator;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeClient;

/** What the nodes of a fleet share: the way to the manager, the disk, and the end. */
final class World {
    private static final int DISK_THREADS = 8;

    final FleetPlan plan;
    final Counters counters = new Counters();
    final Semaphore calls;
    final Semaphore downloads;
    private final HttpClient http = NodeClient.newHttpClient();
    private final @Nullable ManagedChannel channel;
    private final NodeClient byHttp;
    private final NodeClient byGrpc;
    private final ExecutorService disk = Executors.newFixedThreadPool(
            DISK_THREADS, Thread.ofPlatform().daemon().name("disk-", 0).factory());
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile boolean killed;

    World(FleetPlan plan) throws IOException {
        this.plan = plan;
        this.calls = new Semaphore(plan.concurrentCalls());
        this.downloads = new Semaphore(plan.concurrentDownloads());
        this.channel = plan.grpc() == null
                ? null
                : NettyChannelBuilder.forTarget(plan.grpc()).usePlaintext().build();
        this.byHttp = NodeClient.http(http, plan.manager());
        this.byGrpc = channel == null ? byHttp : NodeClient.grpc(channel, http, plan.manager());
        Files.createDirectories(plan.stateDirectory().resolve("nodes"));
        Files.createDirectories(plan.stateDirectory().resolve("downloads"));
        Files.createDirectories(plan.stateDirectory().resolve("images"));
    }

    NodeClient client(boolean grpc) {
        return grpc ? byGrpc : byHttp;
    }

    Path nodeFile(int index) {
        return plan.stateDirectory().resolve("nodes").resolve("%05d.json".formatted(index));
    }

    Path download(int index) {
        return plan.stateDirectory().resolve("downloads").resolve("%05d.part".formatted(index));
    }

    /** A verified image. Kept once for all nodes that have it: thousands of copies would need a larger disk. */
    Path image(String sha256) {
        return plan.stateDirectory().resolve("images").resolve(sha256);
    }

    void keepImage(Path verified, String sha256) throws IOException, InterruptedException {
        onDisk(() -> {
            if (Files.exists(image(sha256))) {
                Files.delete(verified);
            } else {
                Files.move(
                        verified, image(sha256), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            return null;
        });
    }

    /**
     * Runs what may wait for the disk on a thread that may: a virtual thread would hold up its carrier, and so all nodes.
     *
     * @throws InterruptedException if the caller is interrupted; the work is done all the same
     */
    <T extends @Nullable Object> T onDisk(Callable<T> work) throws IOException, InterruptedException {
        try {
            return disk.submit(work).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException("A step of the simulator failed on the disk", e.getCause());
        } catch (RejectedExecutionException e) {
            throw new InterruptedException("the fleet has stopped");
        }
    }

    /** @throws InterruptedException when the fleet stops meanwhile */
    void pause(Duration time) throws InterruptedException {
        if (stopping.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new InterruptedException("the fleet stops");
        }
    }

    boolean isStopping() {
        return stopping.getCount() == 0;
    }

    boolean isKilled() {
        return killed;
    }

    void stop() {
        stopping.countDown();
    }

    void kill() {
        killed = true;
        stopping.countDown();
    }

    void disconnect() {
        // What was begun must be on the disk before another fleet reads there.
        disk.close();
        if (channel != null) {
            channel.shutdownNow();
        }
        http.shutdownNow();
        http.close();
    }
}

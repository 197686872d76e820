package org.maintenancemanager.bench;

import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.grpc.maintmgr.MaintmgrServiceGrpc;
import org.maintenancemanager.api.grpc.maintmgr.PlatformUpdateStatusRequest;
import org.maintenancemanager.api.grpc.maintmgr.PlatformUpdateStatusResponse;
import org.maintenancemanager.api.grpc.maintmgr.UpdateStatus;

/**
 * Polls of Edge Microvisor Toolkit agents that have nothing to do, each with its own token. A few connections carry them,
 * since agents come through a proxy that ends TLS; as many calls are under way as the other figures have connections.
 */
final class EmfFigures {
    private static final char NAMES = 'h';
    private static final int CHANNELS = 4;
    private static final Duration WARM_UP = Duration.ofSeconds(15);

    private final Stage stage;
    private final List<PlatformUpdateStatusRequest> requests = new ArrayList<>();
    private final List<CallOptions> options = new ArrayList<>();

    EmfFigures(Stage stage) {
        this.stage = stage;
    }

    void measure() throws IOException, InterruptedException {
        Clients.write(stage.postgres(), stage.database(), "EMF", NAMES);
        for (int client = 0; client < Clients.COUNT; client++) {
            requests.add(PlatformUpdateStatusRequest.newBuilder()
                    .setHostGuid(Clients.host(NAMES, client).toString())
                    .setUpdateStatus(UpdateStatus.newBuilder()
                            .setStatusType(UpdateStatus.StatusType.STATUS_TYPE_UP_TO_DATE)
                            .setProfileName("microvisor-nonrt")
                            .setProfileVersion("3.0.20250504"))
                    .build());
            options.add(CallOptions.DEFAULT.withCallCredentials(new Bearer(Clients.nodeToken(NAMES, client))));
        }
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        List<ManagedChannel> channels = new ArrayList<>();
        try {
            for (int i = 0; i < CHANNELS; i++) {
                channels.add(NettyChannelBuilder.forAddress(
                                InetAddress.getLoopbackAddress().getHostAddress(),
                                stage.manager().grpcPort())
                        .usePlaintext()
                        .directExecutor()
                        .eventLoopGroup(loop)
                        .channelType(NioSocketChannel.class)
                        .build());
            }
            // Each is read from the database once.
            new Run(channels, Clients.COUNT, Duration.ofMinutes(5)).go();
            new Run(channels, Integer.MAX_VALUE, WARM_UP).go();
            for (int run = 0; run < stage.runs(); run++) {
                stage.postgres().settle();
                var measured = new Run(channels, Integer.MAX_VALUE, stage.seconds());
                stage.scoreboard().add(Figure.EMF_POLLS, measured.go());
                stage.scoreboard().add(Figure.EMF_POLL_P50, measured.micros.getValueAtPercentile(50) / 1000.0);
                stage.scoreboard().add(Figure.EMF_POLL_P99, measured.micros.getValueAtPercentile(99) / 1000.0);
            }
        } finally {
            channels.forEach(ManagedChannel::shutdownNow);
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    /** Calls in a closed loop, until so many were made or the time is over. */
    private final class Run {
        private final List<ManagedChannel> channels;
        private final int most;
        private final long limitNanos;
        private final Histogram micros = new ConcurrentHistogram(TimeUnit.MINUTES.toMicros(1), 3);
        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private final CountDownLatch ended;
        private final int underWay;
        private long start;

        Run(List<ManagedChannel> channels, int most, Duration limit) {
            this.channels = channels;
            this.most = most;
            this.limitNanos = limit.toNanos();
            this.underWay = stage.connections();
            this.ended = new CountDownLatch(underWay);
        }

        /** @return answers a second */
        double go() throws InterruptedException {
            start = System.nanoTime();
            for (int i = 0; i < underWay; i++) {
                next(channels.get(i % channels.size()));
            }
            ended.await();
            Throwable cause = failure.get();
            if (cause != null) {
                throw new IllegalStateException("a poll of an agent failed", cause);
            }
            return micros.getTotalCount() / ((System.nanoTime() - start) / 1e9);
        }

        private void next(ManagedChannel channel) {
            int number = begun.getAndIncrement();
            long sent = System.nanoTime();
            if (number >= most || sent - start > limitNanos || failure.get() != null) {
                ended.countDown();
                return;
            }
            int client = Math.floorMod(number, Clients.COUNT);
            ClientCall<PlatformUpdateStatusRequest, PlatformUpdateStatusResponse> call =
                    channel.newCall(MaintmgrServiceGrpc.getPlatformUpdateStatusMethod(), options.get(client));
            ClientCalls.asyncUnaryCall(call, requests.get(client), new StreamObserver<>() {
                @Override
                public void onNext(PlatformUpdateStatusResponse answer) {
                    if (answer.getUpdateSchedule().hasSingleSchedule()) {
                        onError(new IllegalStateException("expected no schedule, found " + answer));
                    }
                }

                @Override
                public void onError(Throwable cause) {
                    failure.compareAndSet(null, cause);
                    ended.countDown();
                }

                @Override
                public void onCompleted() {
                    micros.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - sent));
                    next(channel);
                }
            });
        }
    }

    private static final class Bearer extends CallCredentials {
        private static final Metadata.Key<String> AUTHORIZATION =
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

        private final Metadata headers = new Metadata();

        Bearer(String token) {
            headers.put(AUTHORIZATION, "Bearer " + token);
        }

        @Override
        public void applyRequestMetadata(RequestInfo request, Executor executor, MetadataApplier applier) {
            applier.apply(headers);
        }
    }
}

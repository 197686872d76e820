package org.maintenancemanager.web.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.coyote.AbstractProtocol;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.grpc.node.NodeServiceGrpc;
import org.maintenancemanager.api.grpc.node.PollRequest;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;

/** Connections that are many, or slow, or both: bounded, and gone after a while, with others served meanwhile. */
@NullMarked
class SlowClientsTest {
    private static final int MANY = 60;
    private static final int MOST = 100;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** More often than the timeout of the manager under test, so that no pause between two bytes ends anything. */
    private static final Duration BETWEEN_BYTES = Duration.ofMillis(100);

    private static final ManagerUnderTest MANAGER = ManagerUnderTest.startAnother(
            "server.tomcat.connection-timeout=1s",
            "server.tomcat.keep-alive-timeout=1s",
            "server.tomcat.max-connections=" + MOST,
            "server.tomcat.accept-count=" + MOST,
            "spring.grpc.server.keepalive.connection.max-idle-time=1s");

    @AfterAll
    static void close() {
        MANAGER.context().close();
    }

    /** A client that sends a byte whenever it is asked to. */
    private static final class Trickle implements AutoCloseable {
        private final SocketChannel channel;
        private final byte[] text;
        private int sent;
        private boolean cut;

        Trickle(int port, String text) throws IOException {
            channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.configureBlocking(false);
            this.text = text.getBytes(StandardCharsets.ISO_8859_1);
        }

        /** Sends the next byte, if there is one, and looks whether the other side is still there. */
        boolean isCut() {
            try {
                if (!cut && sent < text.length) {
                    sent += channel.write(ByteBuffer.wrap(text, sent, 1));
                }
                var answer = ByteBuffer.allocate(256);
                int read;
                do {
                    read = cut ? -1 : channel.read(answer.clear());
                } while (read > 0);
                cut = read < 0;
            } catch (IOException reset) {
                cut = true;
            }
            return cut;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static void closeAll(List<Trickle> clients) throws IOException {
        for (Trickle client : clients) {
            client.close();
        }
    }

    private static int livez() {
        return MANAGER.send(MANAGER.request("/livez").GET()).statusCode();
    }

    @Test
    void whoSendsItsRequestByteByByteIsCutWhileOthersAreServed() throws Exception {
        List<Trickle> clients = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                // Some are slow in the line, all of them would be in a header that never ends.
                clients.add(new Trickle(
                        MANAGER.httpPort(),
                        (i % 2 == 0 ? "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " : "GET /")
                                + "a".repeat(4000)));
            }

            await().pollInterval(BETWEEN_BYTES).atMost(LIMIT).until(() -> {
                assertThat(livez()).isEqualTo(200);
                return clients.stream().map(Trickle::isCut).reduce(true, Boolean::logicalAnd);
            });

            assertThat(clients).allSatisfy(client -> assertThat(client.sent).isLessThan(client.text.length));
        } finally {
            closeAll(clients);
        }
    }

    @Test
    void whoNeverMakesACallOfGrpcIsCutWhileOthersAreServed() throws Exception {
        ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", MANAGER.grpcPort())
                .usePlaintext()
                .build();
        List<Trickle> clients = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                clients.add(new Trickle(MANAGER.grpcPort(), i % 2 == 0 ? "" : "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
            }
            var stub = NodeServiceGrpc.newBlockingStub(channel);

            await().pollInterval(BETWEEN_BYTES).atMost(LIMIT).until(() -> {
                assertThatThrownBy(() -> stub.poll(PollRequest.getDefaultInstance()))
                        .isInstanceOfSatisfying(
                                StatusRuntimeException.class,
                                refused -> assertThat(refused.getStatus().getCode())
                                        .isEqualTo(Status.Code.UNAUTHENTICATED));
                return clients.stream().map(Trickle::isCut).reduce(true, Boolean::logicalAnd);
            });
        } finally {
            closeAll(clients);
            channel.shutdownNow();
        }
    }

    @Test
    void moreConnectionsThanAllowedWaitAndAreServedWhenOthersAreGone() throws Exception {
        var web = ((WebServerApplicationContext) MANAGER.context()).getWebServer();
        var protocol = (AbstractProtocol<?>) ((TomcatWebServer) java.util.Objects.requireNonNull(web))
                .getTomcat()
                .getConnector()
                .getProtocolHandler();
        List<Trickle> silent = new ArrayList<>();
        try {
            for (int i = 0; i < MOST + MANY; i++) {
                silent.add(new Trickle(MANAGER.httpPort(), ""));
            }

            long[] mostAtOnce = {0};
            await().pollInterval(Duration.ofMillis(20)).atMost(LIMIT).until(() -> {
                mostAtOnce[0] = Math.max(mostAtOnce[0], protocol.getConnectionCount());
                return silent.stream().map(Trickle::isCut).reduce(true, Boolean::logicalAnd);
            });

            // The one that waits in accept() for its turn is counted too.
            assertThat(mostAtOnce[0]).isBetween(1L, MOST + 1L);
            assertThat(livez()).isEqualTo(200);
        } finally {
            closeAll(silent);
        }
    }
}

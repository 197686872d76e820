package org.maintenancemanager.bench.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoadTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/empty", exchange -> {
            count(exchange);
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.createContext("/sized", exchange -> answer(exchange, 200, "{\"directive\":\"DOWNLOAD\"}", false));
        server.createContext("/chunked", exchange -> answer(exchange, 200, "x".repeat(100_000) + "\"INSTALL\"", true));
        server.createContext("/refused", exchange -> answer(exchange, 401, "no", false));
        server.createContext("/closing", exchange -> {
            exchange.getResponseHeaders().set("Connection", "close");
            answer(exchange, 200, "bye", false);
        });
        server.createContext(
                "/echo",
                exchange -> answer(
                        exchange, 200, new String(exchange.getRequestBody().readAllBytes(), ISO_8859_1), false));
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.close();
    }

    @Test
    void everyRequestOfEveryScriptIsAnsweredOnce() throws Exception {
        Outcome outcome = run(8, number -> times(get("/empty?" + number), 25));

        assertThat(outcome.answers()).isEqualTo(200);
        assertThat(outcome.byStatus()).containsExactly(Map.entry(204, 200L));
        assertThat(outcome.reconnects()).isZero();
        assertThat(outcome.seconds()).isPositive();
        assertThat(outcome.millisAt(50)).isBetween(0.0, outcome.millisAt(99));
        assertThat(asked)
                .hasSize(8)
                .allSatisfy((query, count) -> assertThat(count).hasValue(25));
    }

    @Test
    void severalEventLoopsShareTheConnections() throws Exception {
        var load = new Load(server.getAddress(), 5, LONG_ENOUGH, 0, 2);

        Outcome outcome = load.run(number -> times(get("/empty?" + number), 10));

        assertThat(outcome.answers()).isEqualTo(50);
        assertThat(asked).hasSize(5);
    }

    @Test
    void bodiesOfKnownLengthAndInChunksAreRead() throws Exception {
        Set<String> found = ConcurrentHashMap.newKeySet();

        run(
                1,
                number -> inspecting(get("/sized"), answer -> {
                    int at = answer.indexOf("\"DOWNLOAD".getBytes(ISO_8859_1));
                    found.add(answer.text(at + 1, 8));
                }));
        run(
                1,
                number -> inspecting(get("/chunked"), answer -> {
                    int at = answer.indexOf("\"INSTALL\"".getBytes(ISO_8859_1));
                    found.add(at + " of " + answer.bodyLength());
                }));

        assertThat(found).containsExactlyInAnyOrder("DOWNLOAD", "100000 of 100009");
    }

    @Test
    void requestBodyLargerThanTheSocketsBufferArrivesWhole() throws Exception {
        String body = "0123456789".repeat(300_000);
        byte[] request = ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(ISO_8859_1);
        Set<String> echoed = ConcurrentHashMap.newKeySet();

        run(1, number -> inspecting(request, answer -> echoed.add(answer.text(0, answer.bodyLength()))));

        assertThat(echoed).containsExactly(body);
    }

    @Test
    void connectionThatTheServerClosesIsOpenedAgain() throws Exception {
        Outcome outcome = run(2, number -> times(get("/closing"), 5));

        assertThat(outcome.answers(200)).isEqualTo(10);
        assertThat(outcome.reconnects()).isEqualTo(10);
    }

    @Test
    void requestOnABrokenConnectionIsSentAgain() throws Exception {
        try (var broken = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            threads.execute(() -> breakOnceThenAnswer(broken));
            var load = Load.closedLoop((InetSocketAddress) broken.getLocalSocketAddress(), 1, LONG_ENOUGH);

            Outcome outcome = load.run(number -> times(get("/"), 1));

            assertThat(outcome.answers(204)).isEqualTo(1);
            assertThat(outcome.reconnects()).isEqualTo(1);
        }
    }

    @Test
    void limitEndsAScriptThatWouldGoOn() throws Exception {
        var load = Load.closedLoop(server.getAddress(), 2, Duration.ofMillis(200));

        Outcome outcome = load.run(number -> Script.repeating(get("/empty")));

        assertThat(outcome.answers()).isPositive();
        assertThat(outcome.seconds()).isLessThanOrEqualTo(0.2);
    }

    @Test
    void rateIsNotExceeded() throws Exception {
        var load = new Load(server.getAddress(), 4, Duration.ofMillis(500), 100, 1);

        Outcome outcome = load.run(number -> Script.repeating(get("/empty")));

        assertThat(outcome.answers()).isBetween(1L, 51L);
    }

    @Test
    void connectionsTakeTheRequestsInOneOrder() {
        byte[][] requests = {{0}, {1}, {2}};
        IntFunction<Script> round = Script.roundRobin(requests);
        IntFunction<Script> once = Script.onceEach(requests);

        Script first = round.apply(0);
        Script second = round.apply(1);

        assertThat(List.of(first.next(), first.next(), second.next(), first.next()))
                .containsExactly(requests[0], requests[1], requests[2], requests[0]);
        assertThat(Arrays.asList(
                        once.apply(0).next(),
                        once.apply(1).next(),
                        once.apply(1).next(),
                        once.apply(0).next()))
                .containsExactly(requests[0], requests[1], requests[2], null);
    }

    @Test
    void figureIsRefusedWhenAnswersAreOthersThanExpected() throws Exception {
        Outcome outcome = run(1, number -> times(get("/refused"), 3));

        assertThatThrownBy(() -> outcome.expectOnly(204, "polls"))
                .hasMessageContaining("polls")
                .hasMessageContaining("{401=3}");
    }

    @Test
    void serverThatIsNotThereIsNamed() throws Exception {
        InetSocketAddress gone;
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            gone = (InetSocketAddress) closed.getLocalSocketAddress();
        }
        var load = Load.closedLoop(gone, 1, LONG_ENOUGH);

        assertThatThrownBy(() -> load.run(number -> times(get("/"), 1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(String.valueOf(gone.getPort()));
    }

    private Outcome run(int connections, IntFunction<Script> scripts) throws Exception {
        return Load.closedLoop(server.getAddress(), connections, LONG_ENOUGH).run(scripts);
    }

    private static byte[] get(String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(ISO_8859_1);
    }

    private static Script times(byte[] request, int times) {
        var left = new AtomicInteger(times);
        return () -> left.getAndDecrement() > 0 ? request : null;
    }

    private interface Inspection {
        void inspect(Answer answer);
    }

    private static Script inspecting(byte[] request, Inspection inspection) {
        Script once = times(request, 1);
        return new Script() {
            @Override
            public byte @Nullable [] next() {
                return once.next();
            }

            @Override
            public void answered(Answer answer) {
                inspection.inspect(answer);
            }
        };
    }

    private void count(HttpExchange exchange) {
        asked.computeIfAbsent(exchange.getRequestURI().toString(), path -> new AtomicInteger())
                .incrementAndGet();
    }

    private static void answer(HttpExchange exchange, int status, String text, boolean chunked) throws IOException {
        byte[] body = text.getBytes(ISO_8859_1);
        // The server of the JDK takes 0 for "in chunks".
        exchange.sendResponseHeaders(status, chunked ? 0 : body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static void breakOnceThenAnswer(ServerSocket server) {
        try {
            try (var first = server.accept()) {
                first.setSoLinger(true, 0);
                int ignored = first.getInputStream().read();
            }
            try (var second = server.accept()) {
                int ignored = second.getInputStream().read(new byte[1000]);
                second.getOutputStream().write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(ISO_8859_1));
                second.getOutputStream().flush();
                ignored = second.getInputStream().read();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package org.maintenancemanager.simulator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.Directive;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.EnrollResponse;
import org.maintenancemanager.api.node.NodeMessages.EnrollStatus;
import org.maintenancemanager.api.node.NodeMessages.ImageManifest;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.Permit;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollResponse;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.NodeMessages.ReportOutcome;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportResponse;
import org.maintenancemanager.api.node.UpdateState;
import tools.jackson.databind.json.JsonMapper;

/**
 * A manager with one image for all and no patience for mistakes: one number for two different reports, or a token that it
 * does not know, fail the test by {@link #mistakes}.
 */
final class FakeManager implements AutoCloseable {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .changeDefaultPropertyInclusion(value -> value.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();

    /** What the manager knows of one node. */
    static final class Known {
        final String name;
        final String key;
        final TreeMap<Long, Report> reports = new TreeMap<>();
        final List<Long> received = new ArrayList<>();
        UpdateState state = UpdateState.OFFERED;
        long version = 1;
        long acked;
        int polls;
        NodeFacts facts = new NodeFacts(null, null, null, null, null, null, null);

        Known(String name, String key) {
            this.name = name;
            this.key = key;
        }

        synchronized List<UpdateState> states() {
            return reports.values().stream().map(Report::state).toList();
        }

        synchronized List<Long> receivedSeqs() {
            return List.copyOf(received);
        }

        synchronized int polls() {
            return polls;
        }

        synchronized NodeFacts facts() {
            return facts;
        }

        synchronized Report last() {
            return reports.lastEntry().getValue();
        }
    }

    final Map<String, Known> nodes = new ConcurrentHashMap<>();
    final List<String> mistakes = Collections.synchronizedList(new ArrayList<>());
    final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger sheds = new AtomicInteger();
    final AtomicInteger cuts = new AtomicInteger();
    /** Sees each request with reports before it is stored; false: it is not stored, and the connection breaks. */
    volatile Predicate<ReportRequest> before = request -> true;
    /** Sees it after; false: the connection breaks instead of an answer. */
    volatile Predicate<ReportRequest> after = request -> true;

    volatile boolean offers = true;
    volatile boolean permits = true;
    volatile boolean cancels;
    volatile int permitSeconds = 60;
    volatile String epoch = "e1";

    final byte[] image = new byte[200_000];
    final String sha256;
    private final HttpServer server;

    FakeManager() throws IOException {
        new Random(7).nextBytes(image);
        try {
            sha256 = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(image));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/node/v1/enroll", this::enroll);
        server.createContext("/node/v1/poll", this::poll);
        server.createContext("/node/v1/reports", this::reports);
        server.createContext("/node/v1/artifacts/" + sha256, this::artifact);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** The only node. */
    Known node() {
        return nodes.values().iterator().next();
    }

    /** Whether all nodes of a number are known and in one state. */
    boolean all(int count, UpdateState state) {
        return nodes.size() == count
                && nodes.values().stream().allMatch(node -> {
                    synchronized (node) {
                        return node.state == state;
                    }
                });
    }

    @Override
    public void close() {
        server.stop(0);
    }

    EnrollResponse enroll(EnrollRequest request) {
        String token = "mmnt_" + request.name();
        Known node = nodes.computeIfAbsent(
                token, key -> new Known(String.valueOf(request.name()), String.valueOf(request.publicKey())));
        if (!node.key.equals(request.publicKey())) {
            mistakes.add("another key for " + request.name());
        }
        return new EnrollResponse(EnrollStatus.ENROLLED, "id-" + request.name(), token, 1, epoch);
    }

    /** Null: unchanged. */
    @Nullable
    PollResponse poll(Known node, PollRequest request) {
        synchronized (node) {
            node.polls++;
            if (!offers) {
                return null;
            }
            boolean known = request.knownVersion() >= node.version;
            return switch (node.state) {
                case OFFERED, DOWNLOADING -> known ? null : response(node, Directive.DOWNLOAD);
                case DOWNLOADED ->
                    cancels
                            ? response(node, Directive.CANCEL)
                            : permits
                                    ? response(node, Directive.INSTALL)
                                    : known ? null : response(node, Directive.WAIT);
                default -> null;
            };
        }
    }

    private PollResponse response(Known node, Directive directive) {
        ImageManifest manifest = new ImageManifest(
                "i", "edge", "2.0", 2, "x86_64", "/node/v1/artifacts/" + sha256, image.length, sha256, null);
        Permit permit = directive == Directive.INSTALL ? new Permit("p", permitSeconds) : null;
        return new PollResponse(
                directive, node.version, "u-" + node.name, manifest, permit, null, 1, node.acked, epoch);
    }

    ReportResponse store(Known node, ReportRequest request) {
        List<ReportOutcome> outcomes = new ArrayList<>();
        synchronized (node) {
            for (Report report : request.reports() == null ? List.<Report>of() : request.reports()) {
                node.received.add(report.seq());
                Report same = node.reports.putIfAbsent(report.seq(), report);
                if (same != null && !same.equals(report)) {
                    mistakes.add(node.name + " used a number twice: " + same + ", " + report);
                }
                outcomes.add(new ReportOutcome(report.seq(), same == null, same == null ? null : "known"));
            }
            for (Report next = node.reports.get(node.acked + 1);
                    next != null;
                    next = node.reports.get(node.acked + 1)) {
                node.acked++;
                node.state = next.state();
            }
            if (request.facts() != null) {
                node.facts = request.facts();
            }
            return new ReportResponse(node.acked, outcomes, 1, epoch);
        }
    }

    private void enroll(HttpExchange exchange) throws IOException {
        answer(exchange, enroll(MAPPER.readValue(exchange.getRequestBody(), EnrollRequest.class)));
    }

    private void poll(HttpExchange exchange) throws IOException {
        PollRequest request = MAPPER.readValue(exchange.getRequestBody(), PollRequest.class);
        Known node = authenticate(exchange);
        if (sheds.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            exchange.getResponseHeaders().set("Retry-After", "1");
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
            return;
        }
        PollResponse response = poll(node, request);
        if (response == null) {
            exchange.getResponseHeaders().set("Next-Poll-Seconds", "1");
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        } else {
            answer(exchange, response);
        }
    }

    private void reports(HttpExchange exchange) throws IOException {
        ReportRequest request = MAPPER.readValue(exchange.getRequestBody(), ReportRequest.class);
        Known node = authenticate(exchange);
        if (!before.test(request)) {
            exchange.close();
            return;
        }
        ReportResponse response = store(node, request);
        if (!after.test(request)) {
            exchange.close();
            return;
        }
        answer(exchange, response);
    }

    private void artifact(HttpExchange exchange) throws IOException {
        authenticate(exchange);
        String range = exchange.getRequestHeaders().getFirst("Range");
        ranges.add(String.valueOf(range));
        int from = range == null ? 0 : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        exchange.getResponseHeaders().set("ETag", '"' + sha256 + '"');
        if (range != null) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes %d-%d/%d".formatted(from, image.length - 1, image.length));
        }
        boolean cut = cuts.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        int length = image.length - from;
        exchange.sendResponseHeaders(range == null ? 200 : 206, length);
        exchange.getResponseBody().write(image, from, cut ? length / 2 : length);
        exchange.getResponseBody().flush();
        // With less than was announced, this breaks the connection.
        exchange.close();
    }

    private Known authenticate(HttpExchange exchange) {
        String header = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        return authenticate(header);
    }

    Known authenticate(String header) {
        Known node = nodes.get(header.replace("Bearer ", ""));
        if (node == null) {
            mistakes.add("no node has " + header);
            throw new IllegalStateException(header);
        }
        return node;
    }

    private static void answer(HttpExchange exchange, Object message) throws IOException {
        byte[] body = MAPPER.writeValueAsBytes(message);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}

package org.maintenancemanager.simulator.vector;

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
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.Directive;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.EnrollResponse;
import org.maintenancemanager.api.node.NodeMessages.EnrollStatus;
import org.maintenancemanager.api.node.NodeMessages.ImageManifest;
import org.maintenancemanager.api.node.NodeMessages.Permit;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollResponse;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.NodeMessages.ReportOutcome;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportResponse;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.simulator.vector.Vector.Answer;
import org.maintenancemanager.simulator.vector.Vector.Fault;
import org.maintenancemanager.simulator.vector.Vector.Served;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Plays one vector to one client, by HTTP on 127.0.0.1, and writes down what the client does wrong. */
public final class VectorManager implements AutoCloseable {
    /** What the client enrolls with. */
    public static final String ENROLLMENT_TOKEN = "mmet_00000000000000000000000000000000." + "v".repeat(43);

    private static final int IMAGE_BYTES = 200_000;
    private static final String UPDATE = "019a0000-0000-7000-8000-000000000001";
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .changeDefaultPropertyInclusion(value -> value.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();

    private final Vector vector;
    private final byte[] image = new byte[IMAGE_BYTES];
    private final String sha256;
    private final HttpServer server;
    private final List<String> mistakes = new ArrayList<>();
    private final List<UpdateState> states = new ArrayList<>();
    private final Map<String, Integer> calls = new HashMap<>();
    private final TreeMap<Long, Report> reports = new TreeMap<>();
    private @Nullable String key;
    private int enrollments;
    private boolean tokenEnded;
    private long acked;
    private int at;
    private int pollsOfAnswer;
    private int epoch = 1;
    private boolean permitted;
    private boolean served;
    private boolean asked;
    private boolean factsInLast;

    private VectorManager(Vector vector, int port) throws IOException {
        this.vector = vector;
        new Random(vector.name().hashCode()).nextBytes(image);
        sha256 = digest(image);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    /** @param port to listen on; 0: a free one */
    public static VectorManager play(Vector vector, int port) throws IOException {
        return new VectorManager(vector, port);
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** What it did wrong so far, each a sentence. */
    public synchronized List<String> mistakes() {
        return List.copyOf(mistakes);
    }

    /** Whether the client has done all that the vector wants, right or wrong. */
    public synchronized boolean isOver() {
        return missing() == null;
    }

    /** What is still to come, in a sentence; null: nothing. */
    public synchronized @Nullable String missing() {
        int next = 0;
        for (UpdateState state : states) {
            if (next < vector.states().size() && matches(vector.states().get(next), state)) {
                next++;
            }
        }
        if (next < vector.states().size()) {
            return "It has not reported %s; so far: %s."
                    .formatted(vector.states().get(next), states);
        }
        if (vector.range() != null && !asked) {
            return "It has not asked for the image with Range: %s.".formatted(vector.range());
        }
        if (vector.factsAgain() && !factsInLast) {
            return "It has not told its facts again.";
        }
        Answer answer = vector.answers().get(at);
        if (answer.polls() > 0 && pollsOfAnswer < answer.polls()) {
            return "It has polled %d of %d times at '%s'.".formatted(pollsOfAnswer, answer.polls(), answer.directive());
        }
        return at < vector.answers().size() - 1 && vector.answers().get(at + 1).polls() > 0
                ? "It has not polled again."
                : null;
    }

    private static boolean matches(String alternatives, UpdateState state) {
        return List.of(alternatives.split(" ")).contains(state.name());
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = exchange.getRequestBody().readAllBytes();
            synchronized (this) {
                switch (path) {
                    case "/node/v1/enroll" -> enroll(exchange, body);
                    case "/node/v1/poll" -> poll(exchange, body);
                    case "/node/v1/reports" -> reports(exchange, body);
                    default -> artifact(exchange, path);
                }
            }
        }
    }

    private void enroll(HttpExchange exchange, byte[] body) throws IOException {
        Fault fault = faultOf("enroll");
        if (isAnswered(exchange, fault)) {
            return;
        }
        EnrollRequest request = read(body, EnrollRequest.class);
        if (request == null) {
            answer(exchange, 400, null);
            return;
        }
        check(ENROLLMENT_TOKEN.equals(request.enrollmentToken()), "It enrolled with another enrollment token.");
        check(key == null || key.equals(request.publicKey()), "It enrolled again with another key.");
        check(request.facts() != null, "It enrolled without facts.");
        key = request.publicKey();
        enrollments++;
        tokenEnded = false;
        reports.clear();
        acked = 0;
        reply(exchange, fault, new EnrollResponse(EnrollStatus.ENROLLED, UPDATE, token(), 1, epoch()));
    }

    private void poll(HttpExchange exchange, byte[] body) throws IOException {
        Fault fault = faultOf("poll");
        if (fault != null && fault.endToken()) {
            tokenEnded = true;
        }
        if (isAnswered(exchange, fault) || !authenticated(exchange)) {
            return;
        }
        PollRequest request = read(body, PollRequest.class);
        if (request == null) {
            answer(exchange, 400, null);
            return;
        }
        check(!request.bootId().isEmpty(), "It polled without a boot id.");
        check(
                request.lastSeq() >= (reports.isEmpty() ? 0 : reports.lastKey()),
                "It polled with lastSeq %d, after it had used %s.".formatted(request.lastSeq(), reports.lastEntry()));
        check(
                request.knownVersion() <= version(),
                "It knows the assignment version %d, which was never given.".formatted(request.knownVersion()));
        Answer answer = vector.answers().get(at);
        boolean install = answer.directive() == Directive.INSTALL;
        if (!install && request.knownVersion() == version()) {
            exchange.getResponseHeaders().set("Next-Poll-Seconds", "1");
            exchange.getResponseHeaders().set("Server-Epoch", epoch());
            exchange.sendResponseHeaders(204, -1);
        } else {
            permitted |= install;
            reply(exchange, fault, response(answer));
        }
        pollsOfAnswer++;
        if (answer.polls() > 0 && pollsOfAnswer >= answer.polls()) {
            next();
        }
    }

    private PollResponse response(Answer answer) {
        boolean works = answer.directive() != Directive.NONE;
        var manifest = new ImageManifest(
                "019a0000-0000-7000-8000-000000000002",
                "edge",
                "2.0",
                2,
                "x86_64",
                "/node/v1/artifacts/" + sha256,
                image.length,
                sha256,
                null);
        return new PollResponse(
                answer.directive(),
                version(),
                works ? UPDATE : null,
                works ? manifest : null,
                answer.directive() == Directive.INSTALL
                        ? new Permit("019a0000-0000-7000-8000-000000000003", answer.permitSeconds())
                        : null,
                answer.directive() == Directive.WAIT ? "The window is shut." : null,
                1,
                acked,
                epoch());
    }

    private void reports(HttpExchange exchange, byte[] body) throws IOException {
        Fault fault = faultOf("reports");
        if (isAnswered(exchange, fault) || !authenticated(exchange)) {
            return;
        }
        ReportRequest request = read(body, ReportRequest.class);
        if (request == null) {
            answer(exchange, 400, null);
            return;
        }
        List<ReportOutcome> outcomes = new ArrayList<>();
        if (fault == null || !fault.forget()) {
            for (Report report : request.reports() == null ? List.<Report>of() : request.reports()) {
                outcomes.add(new ReportOutcome(report.seq(), store(report), null));
            }
            if (request.facts() != null && at == vector.answers().size() - 1) {
                factsInLast = true;
            }
        }
        reply(exchange, fault, new ReportResponse(acked, outcomes, 1, epoch()));
    }

    private boolean store(Report report) {
        Report before = reports.putIfAbsent(report.seq(), report);
        check(
                before == null || before.equals(report),
                "It used the number %d for two different reports.".formatted(report.seq()));
        check(report.seq() > 0, "It counts from %d instead of 1.".formatted(report.seq()));
        if (before != null) {
            return false;
        }
        for (Report next = reports.get(acked + 1); next != null; next = reports.get(acked + 1)) {
            acked++;
            apply(next);
        }
        return true;
    }

    private void apply(Report report) {
        UpdateState state = report.state();
        check(
                report.updateId() == null || report.updateId().equals(UPDATE),
                "It reported about %s, which it was never given.".formatted(report.updateId()));
        check(
                vector.never() == null || !vector.never().contains(state),
                "It reported %s, which it must not.".formatted(state));
        check(state != UpdateState.DOWNLOADED || served, "It reported DOWNLOADED before it had the image.");
        boolean disturbs = state == UpdateState.INSTALLING
                || state == UpdateState.STAGED
                || state == UpdateState.REBOOTING
                || state == UpdateState.TRIAL;
        check(!disturbs || permitted, "It reported %s without a permit.".formatted(state));
        if (state == UpdateState.FAILED) {
            check(
                    vector.phase() == null || vector.phase() == report.phase(),
                    "It failed in the phase %s instead of %s.".formatted(report.phase(), vector.phase()));
        }
        states.add(state);
        if (vector.answers().get(at).until() == state) {
            next();
        }
    }

    private void artifact(HttpExchange exchange, String path) throws IOException {
        if (!authenticated(exchange)) {
            return;
        }
        if (!path.equals("/node/v1/artifacts/" + sha256)) {
            mistakes.add("It asked for " + path + ", which was never given.");
            answer(exchange, 404, null);
            return;
        }
        Fault fault = faultOf("artifact");
        String range = exchange.getRequestHeaders().getFirst("Range");
        asked |= range != null && range.equals(vector.range());
        int from = 0;
        if (range != null) {
            if (!range.matches("bytes=[0-9]{1,9}-([0-9]{1,9})?")) {
                mistakes.add("It asked for the range '" + range + "'.");
                answer(exchange, 416, null);
                return;
            }
            from = Integer.parseInt(range.substring(6, range.indexOf('-')));
        }
        exchange.getResponseHeaders().set("ETag", '"' + sha256 + '"');
        exchange.getResponseHeaders().set("Accept-Ranges", "bytes");
        if (from >= image.length) {
            exchange.getResponseHeaders().set("Content-Range", "bytes */" + image.length);
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        if (range != null) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes %d-%d/%d".formatted(from, image.length - 1, image.length));
        }
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(range == null ? 200 : 206, head ? -1 : image.length - from);
        if (head) {
            return;
        }
        byte[] bytes = image.clone();
        if (vector.served() == Served.OTHER) {
            bytes[image.length / 2] ^= 1;
        }
        int length = image.length - from;
        int sent = fault != null && fault.cutAfter() > 0 ? Math.min(fault.cutAfter(), length) : length;
        exchange.getResponseBody().write(bytes, from, sent);
        exchange.getResponseBody().flush();
        served |= sent == length;
    }

    /** Goes on to the next answer, if there is one. */
    private void next() {
        if (at == vector.answers().size() - 1) {
            return;
        }
        at++;
        pollsOfAnswer = 0;
        if (vector.answers().get(at).newEpoch()) {
            epoch++;
            factsInLast = false;
        }
    }

    /** Grows with each answer of the vector. */
    private long version() {
        return 10 + at;
    }

    private String epoch() {
        return "epoch-" + epoch;
    }

    private String token() {
        return "mmnt_%032d.%s".formatted(enrollments, "v".repeat(43));
    }

    private boolean authenticated(HttpExchange exchange) throws IOException {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        if (!tokenEnded && enrollments > 0 && ("Bearer " + token()).equals(header)) {
            return true;
        }
        check(tokenEnded || enrollments > 1, "It called without the token that it was given.");
        answer(exchange, 401, null);
        return false;
    }

    private @Nullable Fault faultOf(String call) {
        int number = calls.merge(call, 1, Integer::sum);
        return vector.faultsOf(call).stream()
                .filter(fault -> fault.number() == number)
                .findFirst()
                .orElse(null);
    }

    /** Whether the fault leaves the call without effect. */
    private static boolean isAnswered(HttpExchange exchange, @Nullable Fault fault) throws IOException {
        if (fault == null || fault.status() == 0 && !fault.loseRequest()) {
            return false;
        }
        if (fault.status() != 0) {
            exchange.getResponseHeaders().set("Retry-After", Integer.toString(fault.retryAfter()));
            answer(exchange, fault.status(), null);
        }
        return true;
    }

    private void reply(HttpExchange exchange, @Nullable Fault fault, Object message) throws IOException {
        // Closing the exchange without an answer breaks the connection.
        if (fault == null || !fault.loseReply()) {
            Map<String, Object> fields = new HashMap<>(MAPPER.convertValue(message, Map.class));
            if (vector.more() != null) {
                fields.putAll(vector.more());
            }
            answer(exchange, 200, fields);
        }
    }

    private <T> @Nullable T read(byte[] body, Class<T> type) {
        try {
            return MAPPER.readValue(body, type);
        } catch (JacksonException e) {
            mistakes.add("It sent what is no %s: %s".formatted(type.getSimpleName(), e.getOriginalMessage()));
            return null;
        }
    }

    private void check(boolean right, String mistake) {
        if (!right) {
            mistakes.add(mistake);
        }
    }

    private static void answer(HttpExchange exchange, int status, @Nullable Object body) throws IOException {
        byte[] bytes = MAPPER.writeValueAsBytes(body == null ? Map.of("status", status) : body);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

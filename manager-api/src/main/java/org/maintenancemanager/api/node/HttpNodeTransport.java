package org.maintenancemanager.api.node;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.EnrollResponse;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.RenewRequest;
import org.maintenancemanager.api.node.NodeMessages.RenewResponse;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;

/** The node API by HTTP and JSON. */
final class HttpNodeTransport implements NodeTransport {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    /** A manager under load answers 503 long before; this ends calls that nobody will ever answer. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private static final int LARGEST_ANSWER = 1024 * 1024;
    private static final int DEFAULT_POLL_SECONDS = 60;
    /** A node that was told to wait longer, by mistake or by malice, would be lost to its manager. */
    private static final int LONGEST_WAIT_SECONDS = 24 * 60 * 60;

    private final HttpClient http;
    private final URI enroll;
    private final URI credential;
    private final URI poll;
    private final URI reports;

    HttpNodeTransport(HttpClient http, URI manager) {
        this.http = http;
        this.enroll = on(manager, "/node/v1/enroll");
        this.credential = on(manager, "/node/v1/credential");
        this.poll = on(manager, "/node/v1/poll");
        this.reports = on(manager, "/node/v1/reports");
    }

    static HttpClient newHttpClient() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    /** A path below the manager's root, which may itself have a path. */
    static URI on(URI manager, String path) {
        String root = manager.toString();
        return URI.create((root.endsWith("/") ? root.substring(0, root.length() - 1) : root) + path);
    }

    @Override
    public EnrollResult enroll(EnrollRequest request) throws InterruptedException {
        try {
            HttpResponse<byte[]> answer = post(enroll, null, JsonMessages.write(request));
            if (answer.statusCode() == 200 || answer.statusCode() == 202) {
                return enrolled(JsonMessages.enrollResponse(answer.body()));
            }
            return switch (failure(answer.statusCode(), answer.headers(), answer.body())) {
                case Retry retry -> retry;
                case Refused refused -> refused;
            };
        } catch (IOException e) {
            return notReached(e);
        }
    }

    static EnrollResult enrolled(EnrollResponse response) throws MalformedAnswer {
        return switch (response.status()) {
            case ENROLLED -> {
                if (response.certificate() != null) {
                    yield new EnrollResult.Certified(response, response.certificate());
                }
                if (response.nodeToken() == null) {
                    throw new MalformedAnswer("ENROLLED without a nodeToken or a certificate");
                }
                yield new EnrollResult.Enrolled(response, response.nodeToken());
            }
            case PENDING -> new EnrollResult.Pending(response);
        };
    }

    @Override
    public RenewResult renew(@Nullable String nodeToken, RenewRequest request) throws InterruptedException {
        try {
            HttpResponse<byte[]> answer = post(credential, nodeToken, JsonMessages.write(request));
            if (answer.statusCode() == 200) {
                return renewed(JsonMessages.renewResponse(answer.body()));
            }
            return switch (failure(answer.statusCode(), answer.headers(), answer.body())) {
                case Retry retry -> retry;
                case Refused refused -> refused;
            };
        } catch (IOException e) {
            return notReached(e);
        }
    }

    static RenewResult renewed(RenewResponse response) throws MalformedAnswer {
        if ((response.nodeToken() == null) == (response.certificate() == null)) {
            throw new MalformedAnswer("expected either a nodeToken or a certificate");
        }
        return new RenewResult.Renewed(response);
    }

    @Override
    public PollResult poll(@Nullable String nodeToken, PollRequest request) throws InterruptedException {
        try {
            HttpResponse<byte[]> answer = post(poll, nodeToken, JsonMessages.write(request));
            if (answer.statusCode() == 204) {
                int next = seconds(answer.headers(), "Next-Poll-Seconds");
                return new PollResult.Unchanged(
                        next == 0 ? DEFAULT_POLL_SECONDS : next,
                        answer.headers().firstValue("Server-Epoch").orElse(null));
            }
            if (answer.statusCode() == 200) {
                return new PollResult.Changed(JsonMessages.pollResponse(answer.body()));
            }
            return switch (failure(answer.statusCode(), answer.headers(), answer.body())) {
                case Retry retry -> retry;
                case Refused refused -> refused;
            };
        } catch (IOException e) {
            return notReached(e);
        }
    }

    @Override
    public ReportResult report(@Nullable String nodeToken, ReportRequest request) throws InterruptedException {
        try {
            HttpResponse<byte[]> answer = post(reports, nodeToken, JsonMessages.write(request));
            if (answer.statusCode() == 200) {
                return new ReportResult.Stored(JsonMessages.reportResponse(answer.body()));
            }
            return switch (failure(answer.statusCode(), answer.headers(), answer.body())) {
                case Retry retry -> retry;
                case Refused refused -> refused;
            };
        } catch (IOException e) {
            return notReached(e);
        }
    }

    private HttpResponse<byte[]> post(URI target, @Nullable String nodeToken, byte[] body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(target)
                .timeout(ANSWER_TIMEOUT)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (nodeToken != null) {
            request.header("Authorization", "Bearer " + nodeToken);
        }
        return http.send(request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_ANSWER));
    }

    static Retry notReached(IOException e) {
        return new Retry(0, e.getMessage() == null ? e.toString() : e.getMessage());
    }

    /** Reads an answer that is no success. */
    static Failure failure(int status, HttpHeaders headers, byte[] body) {
        if (status == 408 || status == 425 || status == 429 || status >= 500) {
            return new Retry(seconds(headers, "Retry-After"), "HTTP status " + status);
        }
        if (status == 403 && seconds(headers, "Retry-After") > 0) {
            // Refused for the time being, as while the tenant is suspended.
            return new Retry(seconds(headers, "Retry-After"), "HTTP status " + status);
        }
        String code = "http-" + status;
        List<String> details = new ArrayList<>();
        try {
            JsonObject problem = JsonObject.read(body);
            String named = problem.textOrNull("code");
            code = named == null ? code : named;
            String detail = problem.textOrNull("detail");
            if (detail == null) {
                detail = problem.textOrNull("title");
            }
            if (detail != null) {
                details.add(detail);
            }
            for (JsonObject error : problem.objects("errors")) {
                details.add(error.text("pointer") + " " + error.text("detail"));
            }
        } catch (MalformedAnswer e) {
            // A proxy answered, or an old manager: the status says enough.
        }
        return new Refused(status, code, String.join("; ", details));
    }

    private static int seconds(HttpHeaders headers, String name) {
        return seconds(headers.firstValue(name).orElse(""));
    }

    /** Whole seconds; 0 when absent, or in a form (a date) that would need a clock. */
    static int seconds(String value) {
        String digits = value.strip();
        if (digits.isEmpty() || digits.length() > 9 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return 0;
        }
        return Math.min(Integer.parseInt(digits), LONGEST_WAIT_SECONDS);
    }
}

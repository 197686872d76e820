package org.maintenancemanager.web.agent;

import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.update.KnownNode;
import org.maintenancemanager.core.update.PollAnswer;
import org.maintenancemanager.web.agent.CallTimes.Call;
import org.maintenancemanager.web.agent.CallTimes.Outcome;
import org.maintenancemanager.web.agent.CallTimes.Transport;
import org.maintenancemanager.web.ops.RequestIds;
import org.maintenancemanager.web.problem.ProblemWriter;

/**
 * The node API by REST, {@code /node/v1/**}. A filter before all others that never hands on: tens of thousands of polls a
 * second would pay for each of them. So it is its own filter chain: without a node token nothing is open but enrollment,
 * which needs a token in the body.
 */
final class NodeApi extends HttpFilter {
    static final String PATH = "/node/v1/";

    private static final long serialVersionUID = 1;
    private static final String ARTIFACTS = PATH + "artifacts/";

    private final transient NodeCalls calls;
    private final transient ArtifactAnswer artifacts;
    private final transient CallTimes times;

    NodeApi(NodeCalls calls, ArtifactAnswer artifacts, CallTimes times) {
        this.calls = calls;
        this.artifacts = artifacts;
        this.times = times;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException {
        long start = System.nanoTime();
        String requestId = RequestIds.of(request.getHeader(RequestIds.HEADER));
        response.setHeader(RequestIds.HEADER, requestId);
        // Decoded and normalized by the container, so no spelling of a path gets past.
        String path = request.getServletPath();
        Call call = callOf(path);
        Outcome outcome;
        try {
            outcome = switch (call) {
                case POLL -> poll(request, response, requestId);
                case REPORT -> report(request, response, requestId);
                case ENROLL -> enroll(request, response, requestId);
                case RENEW -> renew(request, response, requestId);
                case ARTIFACT -> artifact(request, response, path);
            };
        } catch (IOException e) {
            // The client went away; there is nobody to answer.
            throw e;
        } catch (Exception e) {
            Refusal refusal = Refusal.because(e);
            outcome = CallTimes.outcomeOf(refusal.type());
            write(response, refusal);
        }
        times.count(Transport.HTTP, call, outcome, System.nanoTime() - start);
    }

    /** Whatever is no call counts as an artifact that is not there. */
    private static Call callOf(String path) {
        return switch (path) {
            case PATH + "poll" -> Call.POLL;
            case PATH + "reports" -> Call.REPORT;
            case PATH + "enroll" -> Call.ENROLL;
            case PATH + "credential" -> Call.RENEW;
            default -> Call.ARTIFACT;
        };
    }

    private Outcome poll(HttpServletRequest request, HttpServletResponse response, String requestId) throws Exception {
        KnownNode node = authenticate(request);
        requirePost(request, response);
        calls.countPoll(node);
        return switch (calls.poll(node, NodeJson.pollRequest(request), requestId)) {
            case PollAnswer.Unchanged unchanged -> {
                response.setStatus(HttpServletResponse.SC_NO_CONTENT);
                response.setIntHeader("Next-Poll-Seconds", unchanged.nextPollSeconds());
                response.setHeader("Server-Epoch", unchanged.serverEpoch());
                yield Outcome.UNCHANGED;
            }
            case PollAnswer.Changed changed -> {
                write(response, changed.response());
                yield Outcome.OK;
            }
            case PollAnswer.Overloaded overloaded ->
                throw Refusal.retry(ProblemType.UNAVAILABLE, overloaded.retryAfterSeconds());
        };
    }

    private Outcome report(HttpServletRequest request, HttpServletResponse response, String requestId)
            throws Exception {
        KnownNode node = authenticate(request);
        requirePost(request, response);
        write(response, calls.report(node, NodeJson.reportRequest(request), requestId));
        return Outcome.OK;
    }

    private Outcome enroll(HttpServletRequest request, HttpServletResponse response, String requestId)
            throws Exception {
        requirePost(request, response);
        write(response, calls.enroll(NodeJson.enrollRequest(request), requestId));
        return Outcome.OK;
    }

    private Outcome renew(HttpServletRequest request, HttpServletResponse response, String requestId) throws Exception {
        KnownNode node = authenticate(request);
        requirePost(request, response);
        calls.countRenewal(node);
        write(
                response,
                calls.renew(
                        node,
                        NodeCertificates.of(request),
                        request.getHeader("Authorization"),
                        NodeJson.renewRequest(request),
                        requestId));
        return Outcome.OK;
    }

    private Outcome artifact(HttpServletRequest request, HttpServletResponse response, String path) throws IOException {
        KnownNode node = authenticate(request);
        if (!path.startsWith(ARTIFACTS)) {
            throw Refusal.of(ProblemType.NOT_FOUND);
        }
        if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
            response.setHeader("Allow", "GET, HEAD");
            throw Refusal.of(ProblemType.METHOD_NOT_ALLOWED);
        }
        calls.requireServed(node);
        artifacts.write(node, path.substring(ARTIFACTS.length()), request, response);
        return Outcome.OK;
    }

    private KnownNode authenticate(HttpServletRequest request) {
        return calls.authenticate(NodeCertificates.of(request), request.getHeader("Authorization"));
    }

    private static void requirePost(HttpServletRequest request, HttpServletResponse response) {
        if (!request.getMethod().equals("POST")) {
            response.setHeader("Allow", "POST");
            throw Refusal.of(ProblemType.METHOD_NOT_ALLOWED);
        }
    }

    private static void write(HttpServletResponse response, Object message) throws IOException {
        byte[] body = NodeJson.write(message);
        response.setContentType("application/json");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static void write(HttpServletResponse response, Refusal refusal) throws IOException {
        if (refusal.retryAfterSeconds() > 0) {
            response.setIntHeader("Retry-After", refusal.retryAfterSeconds());
        }
        ProblemWriter.write(response, refusal.type(), refusal.detail(), refusal.errors());
    }
}

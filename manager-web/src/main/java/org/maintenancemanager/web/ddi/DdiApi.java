package org.maintenancemanager.web.ddi;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.ddi.DdiArtifact;
import org.maintenancemanager.core.ddi.DdiDeployment;
import org.maintenancemanager.core.ddi.DdiFeedback;
import org.maintenancemanager.core.ddi.FeedbackAnswer;
import org.maintenancemanager.core.update.KnownNode;
import org.maintenancemanager.web.agent.Refusal;
import org.maintenancemanager.web.ddi.DdiPath.Target;
import org.maintenancemanager.web.ops.RequestIds;
import org.maintenancemanager.web.problem.ProblemWriter;

/**
 * The hawkBit device API, {@code /{tenant}/controller/v1/**}. A filter before all others that never hands on what is its
 * own, as the node API: so it is its own filter chain, and without a client's token nothing of it is open.
 */
final class DdiApi extends HttpFilter {
    private static final long serialVersionUID = 1;
    private static final int GONE = 410;

    private final transient DdiCalls calls;
    private final transient DdiAnswers answers;
    private final transient DdiTimes times;

    DdiApi(DdiCalls calls, DdiAnswers answers, DdiTimes times) {
        this.calls = calls;
        this.answers = answers;
        this.times = times;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        // Decoded and normalized by the container, so no spelling of a path gets past.
        DdiPath path = DdiPath.of(request.getServletPath());
        if (path == null) {
            chain.doFilter(request, response);
            return;
        }
        long start = System.nanoTime();
        String requestId = RequestIds.of(request.getHeader(RequestIds.HEADER));
        response.setHeader(RequestIds.HEADER, requestId);
        Target target = path.target();
        try {
            answer(path, target, request, response, requestId);
        } catch (IOException e) {
            // The client went away; there is nobody to answer.
            throw e;
        } catch (Exception e) {
            refuse(response, patiently(request, Refusal.because(e)));
        }
        times.count(target.resource(), response.getStatus(), System.nanoTime() - start);
    }

    private void answer(
            DdiPath path, Target target, HttpServletRequest request, HttpServletResponse response, String requestId)
            throws Exception {
        boolean polls = target.resource() == DdiPath.Resource.POLL;
        KnownNode node = calls.authenticate(path, request, polls, requestId);
        String allowed = allowed(target.resource());
        if (allowed.isEmpty()) {
            throw Refusal.of(ProblemType.NOT_FOUND);
        }
        if (!(allowed + ' ').contains(request.getMethod() + ' ')) {
            response.setHeader("Allow", allowed.strip().replace(" ", ", "));
            throw Refusal.of(ProblemType.METHOD_NOT_ALLOWED);
        }
        if (saysJson(target.resource())) {
            // Before anything is done for it, such as asking for a permit.
            DdiMedia.of(request);
        }
        calls.admit(node, target.resource());
        calls.onBehalfOf(node, requestId, () -> {
            answer(path, target, node, request, response);
            return true;
        });
    }

    private static String allowed(DdiPath.Resource resource) {
        return switch (resource) {
            case POLL, DEPLOYMENT, CANCEL, INSTALLED, ARTIFACTS, CONFIRMATION, ARTIFACT -> " GET HEAD";
            case CONFIG_DATA -> " PUT";
            case DEPLOYMENT_FEEDBACK, CANCEL_FEEDBACK, AUTO_CONFIRM, CONFIRMATION_FEEDBACK -> " POST";
            case NONE -> "";
        };
    }

    /** Files are sent as what they are, and what clients say is answered by a status alone: to whatever they accept. */
    private static boolean saysJson(DdiPath.Resource resource) {
        return switch (resource) {
            case POLL, DEPLOYMENT, CANCEL, INSTALLED, ARTIFACTS, CONFIRMATION -> true;
            case ARTIFACT,
                    CONFIG_DATA,
                    DEPLOYMENT_FEEDBACK,
                    CANCEL_FEEDBACK,
                    AUTO_CONFIRM,
                    CONFIRMATION_FEEDBACK,
                    NONE -> false;
        };
    }

    private void answer(
            DdiPath path, Target target, KnownNode node, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        switch (target.resource()) {
            case POLL -> {
                String agent = request.getHeader("User-Agent");
                answers.poll(path, calls.desk().poll(node, DdiCalls.family(agent), agent), request, response);
            }
            case CONFIG_DATA -> {
                DdiJson.Attributes told = DdiJson.attributes(request);
                calls.desk().attributes(node, told.mode(), told.data());
                done(response);
            }
            case DEPLOYMENT -> {
                Integer action = action(target.id());
                deployment(
                        path,
                        node,
                        action == null ? Optional.empty() : calls.desk().deployment(node, action),
                        request,
                        response);
            }
            case INSTALLED -> {
                Integer action = action(target.id());
                deployment(
                        path,
                        node,
                        action == null ? Optional.empty() : calls.desk().installed(node, action),
                        request,
                        response);
            }
            case CANCEL -> {
                Integer action = action(target.id());
                if (action == null || !calls.desk().isCanceled(node, action)) {
                    throw Refusal.of(ProblemType.NOT_FOUND);
                }
                answers.cancel(action, request, response);
            }
            case DEPLOYMENT_FEEDBACK -> {
                DdiFeedback feedback = DdiJson.feedback(request);
                Integer action = action(target.id());
                done(
                        response,
                        action == null ? FeedbackAnswer.UNKNOWN : calls.desk().feedback(node, action, feedback));
            }
            case CANCEL_FEEDBACK -> {
                DdiFeedback feedback = DdiJson.feedback(request);
                Integer action = action(target.id());
                done(
                        response,
                        action == null ? FeedbackAnswer.UNKNOWN : calls.desk().cancelFeedback(node, action, feedback));
            }
            case ARTIFACTS -> answers.artifacts(path, target.id(), artifact(node, target), request, response);
            case ARTIFACT -> {
                if (!answers.file(artifact(node, target), target.file(), request, response)) {
                    throw Refusal.of(ProblemType.NOT_FOUND);
                }
            }
            case CONFIRMATION -> answers.confirmation(request, response);
            // It is active, and stays so.
            case AUTO_CONFIRM -> done(response);
            case CONFIRMATION_FEEDBACK -> {
                Integer action = action(target.id());
                done(
                        response,
                        action != null && calls.desk().had(node, action)
                                ? FeedbackAnswer.GONE
                                : FeedbackAnswer.UNKNOWN);
            }
            case NONE -> throw Refusal.of(ProblemType.NOT_FOUND);
        }
    }

    private void deployment(
            DdiPath path,
            KnownNode node,
            Optional<DdiDeployment> found,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        DdiDeployment deployment = found.orElseThrow(() -> Refusal.of(ProblemType.NOT_FOUND));
        int messages = messages(request.getParameter("actionHistory"));
        answers.deployment(
                path,
                deployment,
                messages == 0 ? null : calls.desk().history(node, deployment.action(), messages),
                request,
                response);
    }

    /** How many lines of an action's history the client asks for; negative: as many as it may have. */
    private static int messages(@Nullable String actionHistory) {
        try {
            return actionHistory == null ? 0 : Integer.parseInt(actionHistory.strip());
        } catch (NumberFormatException e) {
            throw Refusal.of(
                    ProblemType.INVALID_REQUEST,
                    "actionHistory is '%s'; a whole number is allowed: of messages, negative for all."
                            .formatted(actionHistory));
        }
    }

    private DdiArtifact artifact(KnownNode node, Target target) {
        Optional<DdiArtifact> artifact = calls.desk().artifact(node, target.id());
        return artifact.orElseThrow(() -> Refusal.of(ProblemType.NOT_FOUND));
    }

    /** A positive number of 32 bits; null if it is anything else, and so nobody's. */
    private static @Nullable Integer action(String id) {
        try {
            int action = Integer.parseInt(id);
            return action > 0 ? action : null;
        } catch (NumberFormatException notOurs) {
            return null;
        }
    }

    /** Exactly 200, and nothing in it: RAUC takes no other success. */
    private static void done(HttpServletResponse response) {
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentLength(0);
    }

    private static void done(HttpServletResponse response, FeedbackAnswer answer) {
        switch (answer) {
            case TAKEN -> done(response);
            case GONE -> {
                response.setStatus(GONE);
                response.setContentLength(0);
            }
            case UNKNOWN -> throw Refusal.of(ProblemType.NOT_FOUND);
        }
    }

    /** What a client has to say is sent again after 429 and no other refusal, by RAUC at least. */
    private static Refusal patiently(HttpServletRequest request, Refusal refusal) {
        boolean tells =
                request.getMethod().equals("POST") || request.getMethod().equals("PUT");
        return tells && refusal.type() == ProblemType.UNAVAILABLE
                ? Refusal.retry(ProblemType.TOO_MANY_REQUESTS, refusal.retryAfterSeconds())
                : refusal;
    }

    private static void refuse(HttpServletResponse response, Refusal refusal) throws IOException {
        if (refusal.retryAfterSeconds() > 0) {
            response.setIntHeader("Retry-After", refusal.retryAfterSeconds());
        }
        if (refusal.type() == ProblemType.UNAUTHENTICATED) {
            // Bare, as these clients expect it.
            response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
            response.setContentLength(0);
            return;
        }
        ProblemWriter.write(response, refusal.type(), refusal.detail(), refusal.errors());
    }
}

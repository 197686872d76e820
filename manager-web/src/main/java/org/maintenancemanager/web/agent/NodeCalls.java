package org.maintenancemanager.web.agent;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.EnrollResponse;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportResponse;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.node.Enrollment;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.core.update.KnownNode;
import org.maintenancemanager.core.update.NodeDirectory;
import org.maintenancemanager.core.update.PollAnswer;
import org.maintenancemanager.core.update.PollDesk;
import org.maintenancemanager.core.update.ReportIntake;
import org.maintenancemanager.web.ops.CallScope;
import org.maintenancemanager.web.security.Bearer;
import org.springframework.stereotype.Component;

/**
 * What REST and gRPC have in common: who calls, how often, whether the message is right, on whose behalf the core works.
 * Throws {@link Refusal}, and whatever the core throws, for {@link Refusal#because}.
 */
@Component
class NodeCalls {
    private final NodeDirectory nodes;
    private final PollDesk polls;
    private final ReportIntake reports;
    private final Enrollment enrollment;
    private final PollLimit pollLimit;

    NodeCalls(NodeDirectory nodes, PollDesk polls, ReportIntake reports, Enrollment enrollment, PollLimit pollLimit) {
        this.nodes = nodes;
        this.polls = polls;
        this.reports = reports;
        this.enrollment = enrollment;
        this.pollLimit = pollLimit;
    }

    /** The node that the header's token belongs to. The refusal is the same whatever is wrong with the header. */
    KnownNode authenticate(@Nullable String authorization) {
        return Bearer.of(authorization)
                .flatMap(Token::parse)
                .filter(token -> token.kind() == Token.Kind.NODE)
                .flatMap(nodes::authenticate)
                .orElseThrow(() -> Refusal.of(ProblemType.UNAUTHENTICATED));
    }

    /** To be asked before the body of a poll is read. */
    void countPoll(KnownNode node) {
        int seconds = pollLimit.secondsToWait(node.id().value());
        if (seconds > 0) {
            throw Refusal.retry(ProblemType.TOO_MANY_REQUESTS, seconds);
        }
    }

    EnrollResponse enroll(EnrollRequest request, String requestId) {
        MessageChecks.check(request);
        return enrollment.enroll(request, requestId);
    }

    PollAnswer poll(KnownNode node, PollRequest request, String requestId) throws Exception {
        MessageChecks.check(request);
        return onBehalfOf(node, requestId, () -> polls.poll(node, request));
    }

    ReportResponse report(KnownNode node, ReportRequest request, String requestId) throws Exception {
        MessageChecks.check(request);
        return onBehalfOf(node, requestId, () -> reports.submit(node, request));
    }

    private static <T> T onBehalfOf(KnownNode node, String requestId, Callable<T> work) throws Exception {
        return CallScope.call(
                new CallContext(
                        node.tenant(), CallContext.ActorKind.NODE, node.id().toString(), requestId),
                work);
    }
}

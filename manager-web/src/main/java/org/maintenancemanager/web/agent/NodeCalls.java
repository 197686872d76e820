package org.maintenancemanager.web.agent;

import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
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
    private static final int ENROLLING_AT_ONCE = 6;
    private static final int LONGEST_WAIT_SECONDS = 2;
    private static final int LONGEST_RETRY_SECONDS = 10;

    private final NodeDirectory nodes;
    private final PollDesk polls;
    private final ReportIntake reports;
    private final Enrollment enrollment;
    private final PollLimit pollLimit;
    /**
     * Enrollments hold a database connection each. A fleet that enrolls all at once waits here, so that polls, reports and
     * ticks still find one.
     */
    private final Semaphore enrolling = new Semaphore(ENROLLING_AT_ONCE);

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

    EnrollResponse enroll(EnrollRequest request, String requestId) throws InterruptedException {
        MessageChecks.check(request);
        if (!enrolling.tryAcquire(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw Refusal.retry(
                    ProblemType.UNAVAILABLE, ThreadLocalRandom.current().nextInt(1, LONGEST_RETRY_SECONDS + 1));
        }
        try {
            return enrollment.enroll(request, requestId);
        } finally {
            enrolling.release();
        }
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

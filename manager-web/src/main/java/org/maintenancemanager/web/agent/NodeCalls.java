package org.maintenancemanager.web.agent;

import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.EnrollResponse;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.RenewRequest;
import org.maintenancemanager.api.node.NodeMessages.RenewResponse;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportResponse;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.node.CertificateAuthority;
import org.maintenancemanager.core.node.Credentials;
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
    private final Credentials credentials;
    private final NodeGate gate;
    /**
     * Enrollments hold a database connection each. A fleet that enrolls all at once waits here, so that polls, reports and
     * ticks still find one.
     */
    private final Semaphore enrolling = new Semaphore(ENROLLING_AT_ONCE);

    NodeCalls(
            NodeDirectory nodes,
            PollDesk polls,
            ReportIntake reports,
            Enrollment enrollment,
            Credentials credentials,
            NodeGate gate) {
        this.nodes = nodes;
        this.polls = polls;
        this.reports = reports;
        this.enrollment = enrollment;
        this.credentials = credentials;
        this.gate = gate;
    }

    /** What a node proves itself with. */
    sealed interface Credential {
        UUID id();
    }

    record ByToken(Token token) implements Credential {
        @Override
        public UUID id() {
            return token.id();
        }
    }

    /** The client's certificate of the TLS connection, whose key the connection proved. */
    record ByCertificate(X509Certificate certificate) implements Credential {
        @Override
        public UUID id() {
            return CertificateAuthority.credentialOf(certificate);
        }
    }

    /**
     * What a call brings. A certificate goes before a token: a node that has one needs no other.
     *
     * @param certificate of the connection, never of a header
     */
    static Optional<Credential> credential(@Nullable X509Certificate certificate, @Nullable String authorization) {
        return certificate != null
                ? Optional.of(new ByCertificate(certificate))
                : Bearer.of(authorization)
                        .flatMap(Token::parse)
                        .filter(token -> token.kind() == Token.Kind.NODE)
                        .map(ByToken::new);
    }

    /** The node that it belongs to. The refusal is the same whatever is wrong with it. */
    KnownNode authenticate(@Nullable X509Certificate certificate, @Nullable String authorization) {
        return credential(certificate, authorization)
                .flatMap(credential -> switch (credential) {
                    case ByToken given -> nodes.authenticate(given.token());
                    case ByCertificate shown -> nodes.authenticate(shown.certificate());
                })
                .orElseThrow(() -> Refusal.of(ProblemType.UNAUTHENTICATED));
    }

    /** A suspended tenant's nodes keep their identities. */
    void countRenewal(KnownNode node) {
        gate.countCall(node);
    }

    /** @throws org.maintenancemanager.core.quota.TenantSuspended if the node's tenant is not served */
    void requireServed(KnownNode node) {
        gate.requireServed(node);
    }

    RenewResponse renew(
            KnownNode node,
            @Nullable X509Certificate certificate,
            @Nullable String authorization,
            RenewRequest request,
            String requestId)
            throws Exception {
        MessageChecks.check(request);
        UUID present = credential(certificate, authorization).orElseThrow().id();
        if (!enrolling.tryAcquire(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw Refusal.retry(
                    ProblemType.UNAVAILABLE, ThreadLocalRandom.current().nextInt(1, LONGEST_RETRY_SECONDS + 1));
        }
        try {
            return onBehalfOf(
                    node, requestId, () -> credentials.renew(node.id(), present, request.certificateRequest()));
        } finally {
            enrolling.release();
        }
    }

    /** To be asked before the body of a poll is read. */
    void countPoll(KnownNode node) {
        gate.countPoll(node);
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

package org.maintenancemanager.web.ddi;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.client.ClientTokens;
import org.maintenancemanager.core.client.DdiGateways;
import org.maintenancemanager.core.ddi.DdiDesk;
import org.maintenancemanager.core.decision.ClientFamily;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.update.KnownNode;
import org.maintenancemanager.core.update.NodeDirectory;
import org.maintenancemanager.web.agent.NodeGate;
import org.maintenancemanager.web.agent.Refusal;
import org.maintenancemanager.web.ops.CallScope;
import org.springframework.stereotype.Component;

/** Who calls, how often, with which program, and on whose behalf the core works. */
@Component
class DdiCalls {
    private static final String TARGET = "TargetToken ";
    private static final String GATEWAY = "GatewayToken ";
    private static final int LONGEST_TOKEN = 256;

    private final NodeDirectory nodes;
    private final DdiGateways gateways;
    private final DdiCertificates certificates;
    private final DdiDesk desk;
    private final NodeGate gate;

    DdiCalls(NodeDirectory nodes, DdiGateways gateways, DdiCertificates certificates, DdiDesk desk, NodeGate gate) {
        this.nodes = nodes;
        this.gateways = gateways;
        this.certificates = certificates;
        this.desk = desk;
        this.gate = gate;
    }

    DdiDesk desk() {
        return desk;
    }

    /**
     * The node that calls. The refusal is the same whatever is wrong with the credential.
     *
     * @param registers whether a controller that nobody knows may be registered, where its token allows that
     */
    KnownNode authenticate(DdiPath path, HttpServletRequest request, boolean registers, String requestId) {
        return find(path, request.getHeader("Authorization"), registers, requestId)
                .or(() -> certificates.authenticate(path, request))
                .orElseThrow(() -> Refusal.of(ProblemType.UNAUTHENTICATED));
    }

    private Optional<KnownNode> find(
            DdiPath path, @Nullable String authorization, boolean registers, String requestId) {
        if (authorization == null || authorization.length() > LONGEST_TOKEN + GATEWAY.length()) {
            return Optional.empty();
        }
        if (authorization.regionMatches(true, 0, TARGET, 0, TARGET.length())) {
            byte[] digest =
                    ClientTokens.sha256(authorization.substring(TARGET.length()).strip());
            return nodes.authenticateController(path.tenant(), path.controllerId(), digest);
        }
        if (authorization.regionMatches(true, 0, GATEWAY, 0, GATEWAY.length())) {
            byte[] digest = ClientTokens.sha256(
                    authorization.substring(GATEWAY.length()).strip());
            return gateways.authenticate(path.tenant(), path.controllerId(), digest, registers, requestId);
        }
        return Optional.empty();
    }

    /**
     * Counts a poll. What a client reports is taken also while its tenant is suspended, so that what is under way ends.
     *
     * @throws org.maintenancemanager.core.quota.TenantSuspended if the tenant is not served
     */
    void admit(KnownNode node, DdiPath.Resource resource) {
        switch (resource) {
            case POLL -> gate.countPoll(node);
            case DEPLOYMENT, CANCEL, INSTALLED, ARTIFACTS, ARTIFACT, CONFIRMATION, AUTO_CONFIRM ->
                gate.requireServed(node);
            case CONFIG_DATA, DEPLOYMENT_FEEDBACK, CANCEL_FEEDBACK, CONFIRMATION_FEEDBACK, NONE -> {}
        }
    }

    /** By the name that it gives itself. */
    static ClientFamily family(@Nullable String userAgent) {
        if (userAgent == null) {
            return ClientFamily.DDI_OTHER;
        }
        String name = userAgent.toLowerCase(Locale.ROOT);
        if (name.startsWith("rauc-hawkbit")) {
            return ClientFamily.RAUC;
        }
        return name.startsWith("libcurl-agent/") || name.startsWith("swupdate")
                ? ClientFamily.SWUPDATE
                : ClientFamily.DDI_OTHER;
    }

    <T> T onBehalfOf(KnownNode node, String requestId, Callable<T> work) throws Exception {
        return CallScope.call(
                new CallContext(
                        node.tenant(), CallContext.ActorKind.NODE, node.id().toString(), requestId),
                work);
    }
}

package org.maintenancemanager.web.agent;

import java.util.concurrent.ThreadLocalRandom;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.quota.TenantGate;
import org.maintenancemanager.core.update.KnownNode;
import org.springframework.stereotype.Component;

/** Whether a node is served, and how often it may ask: the same for every protocol that nodes speak. Asks memory only. */
@Component
public class NodeGate {
    private static final int LONGEST_RETRY_SECONDS = 10;

    private final TenantGate tenants;
    private final PollLimit pollLimit;

    NodeGate(TenantGate tenants, PollLimit pollLimit) {
        this.tenants = tenants;
        this.pollLimit = pollLimit;
    }

    /** @throws org.maintenancemanager.core.quota.TenantSuspended if the node's tenant is not served */
    public void requireServed(KnownNode node) {
        tenants.requireActive(node.tenant());
    }

    /**
     * To be asked before anything of a poll is read: counts it, of what the tenant's nodes and the node itself may ask.
     *
     * @throws org.maintenancemanager.core.quota.TenantSuspended if the node's tenant is not served
     * @throws Refusal if it comes too often
     */
    public void countPoll(KnownNode node) {
        requireServed(node);
        if (!tenants.admitsPoll(node.tenant())) {
            throw Refusal.retry(
                    ProblemType.TOO_MANY_REQUESTS, ThreadLocalRandom.current().nextInt(1, LONGEST_RETRY_SECONDS + 1));
        }
        countCall(node);
    }

    /** Of what one node may ask, also while its tenant is not served. */
    void countCall(KnownNode node) {
        int seconds = pollLimit.secondsToWait(node.id().value());
        if (seconds > 0) {
            throw Refusal.retry(ProblemType.TOO_MANY_REQUESTS, seconds);
        }
    }
}

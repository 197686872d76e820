package org.maintenancemanager.core.update;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.decision.ClientProfile;
import org.maintenancemanager.core.decision.NodeFacts;
import org.maintenancemanager.core.decision.UpdateFacts;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.node.Selectable;
import org.maintenancemanager.core.tenant.TenantId;

/**
 * What memory holds of one node. Immutable but for {@link #applied}, which caches what follows from the tenant's rules.
 *
 * @param nodeVersion of the node's row: a grant refuses to rely on this entry when the row has moved on
 * @param update the latest node update, which may have ended
 * @param device how it appears to protocols other than ours; null: it never used one
 * @param loadedNanos when it was read, {@link System#nanoTime()}
 * @param generation of the tenant when it was read; older than the present one, and it must be read again
 */
record NodeEntry(
        TenantId tenant,
        NodeId id,
        String name,
        NodeState state,
        @Nullable String stateReason,
        String sitePath,
        String architecture,
        @Nullable String hardware,
        String zone,
        @Nullable String client,
        Map<String, String> labels,
        @Nullable String imageVersion,
        @Nullable String runningSha256,
        @Nullable Long runningReleaseCounter,
        Set<ImageId> blocked,
        Map<UUID, Credential> credentials,
        long ackedSeq,
        long nodeVersion,
        @Nullable UpdateFacts update,
        @Nullable Device device,
        long loadedNanos,
        long generation,
        Applied applied)
        implements Selectable {
    enum Kind {
        NODE_TOKEN,
        CERTIFICATE
    }

    /** @param isUnused it replaces another one as soon as it is used, which has not been noted yet */
    record Credential(
            Kind kind, byte[] secretSha256, @Nullable Instant expiresAt, boolean isUnused) {}

    /** The rules of the tenant applied to this node; kept as long as the rules are the same object. */
    static final class Applied {
        private volatile FleetRules.@Nullable ForNode forNode;

        FleetRules.ForNode of(NodeEntry entry, FleetRules.Rules rules) {
            FleetRules.ForNode known = forNode;
            if (known == null || known.rules() != rules) {
                known = rules.forNode(entry);
                forNode = known;
            }
            return known;
        }
    }

    KnownNode known() {
        return new KnownNode(tenant, id, state);
    }

    long assignmentVersion() {
        return update == null ? 0 : update.assignmentVersion();
    }

    /** The update that is under way, if any. */
    @Nullable
    UpdateFacts activeUpdate() {
        return update == null || update.state().isTerminal() ? null : update;
    }

    /** Whether its client goes from the download to the installation by itself. */
    boolean needsPermitToDownload() {
        return profile().permitBeforeDownload();
    }

    private ClientProfile profile() {
        return device == null ? ClientProfile.OWN : ClientProfile.of(device.family());
    }

    NodeFacts facts(FleetRules.Rules rules) {
        FleetRules.ForNode forNode = applied.of(this, rules);
        return new NodeFacts(
                id,
                state,
                stateReason,
                architecture,
                hardware,
                sitePath,
                runningSha256,
                runningReleaseCounter,
                blocked,
                forNode.schedule(),
                forNode.usual(),
                forNode.budgets(),
                profile());
    }

    @Override
    public UUID nodeId() {
        return id.value();
    }

    @Override
    public @Nullable String label(String key) {
        return labels.get(key);
    }
}

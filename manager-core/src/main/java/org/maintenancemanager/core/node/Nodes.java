package org.maintenancemanager.core.node;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.Node;
import org.maintenancemanager.api.admin.NodeBlock;
import org.maintenancemanager.api.admin.NodeChange;
import org.maintenancemanager.api.admin.NodeCount;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.event.Outbox;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** What operators see of nodes and do to them, in the tenant of the call. */
@Service
public class Nodes {
    private static final String KIND = "node";

    private final NodeList list;
    private final AuditLog audit;
    private final Outbox outbox;
    private final ChangeNotes notes;
    private final JdbcClient jdbc;
    private final JsonMapper json;

    Nodes(NodeList list, AuditLog audit, Outbox outbox, ChangeNotes notes, JdbcClient jdbc, JsonMapper json) {
        this.list = list;
        this.audit = audit;
        this.outbox = outbox;
        this.notes = notes;
        this.jdbc = jdbc;
        this.json = json;
    }

    /** What an operator can decide about a node's part in the fleet. */
    public enum Decision {
        APPROVE(NodeState.ACTIVE, "node.approved", NodeState.PENDING),
        /** It leaves before it came; its key is refused from now on. */
        DENY(NodeState.DECOMMISSIONED, "node.denied", NodeState.PENDING),
        QUARANTINE(NodeState.QUARANTINED, "node.quarantined", NodeState.PENDING, NodeState.ACTIVE),
        RELEASE(NodeState.ACTIVE, "node.released", NodeState.QUARANTINED),
        /** For good: the row stays for the history, the name and the public key are free again. */
        DECOMMISSION(
                NodeState.DECOMMISSIONED,
                "node.decommissioned",
                NodeState.PENDING,
                NodeState.ACTIVE,
                NodeState.QUARANTINED);

        private final NodeState to;
        private final String action;
        private final List<NodeState> from;

        Decision(NodeState to, String action, NodeState... from) {
            this.to = to;
            this.action = action;
            this.from = List.of(from);
        }
    }

    /** @throws NotFound if the tenant has no such node */
    public Node load(NodeId id) {
        return list.load(CallContext.current().tenant(), id);
    }

    public Page<Node> list(ListRequest request) {
        return list.fetch(CallContext.current().tenant(), request);
    }

    /** How many match, counted up to {@link ListQuery#COUNT_CAP}. */
    public NodeCount count(@Nullable String filter) {
        return list.count(CallContext.current().tenant(), filter);
    }

    /**
     * @param revision that the caller saw
     * @param change gets what can be changed as it is now, and gives what it shall be
     */
    @Transactional
    public Node change(NodeId id, long revision, UnaryOperator<NodeChange> change) {
        TenantId tenant = CallContext.current().tenant();
        Node before = lock(tenant, id, revision);
        NodeChange present = new NodeChange(before.name(), before.site(), before.zone(), before.labels());
        NodeChange wanted = change.apply(present);
        var problems = new Problems();
        NodeFields.checkName("/name", wanted.name(), problems);
        NodeFields.checkLabels("/labels", wanted.labels(), problems);
        Zones.check("/zone", wanted.zone(), problems);
        UUID site = problems.present("/site", wanted.site()) ? siteAt(tenant, wanted.site()) : null;
        if (wanted.site() != null && site == null) {
            problems.add("/site", "there is no such site");
        }
        problems.throwIfAny();
        if (wanted.equals(present)) {
            return before;
        }
        try {
            jdbc.sql("""
                            update node
                            set name = :name, site_id = :site, zone = :zone, labels = cast(:labels as jsonb),
                                updated_at = now(), version = version + 1
                            where tenant_id = :tenant and id = :id
                            """)
                    .param("name", wanted.name())
                    .param("site", site)
                    .param("zone", wanted.zone())
                    .param("labels", json.writeValueAsString(wanted.labels() == null ? Map.of() : wanted.labels()))
                    .param("tenant", tenant.value())
                    .param("id", id.value())
                    .update();
        } catch (DuplicateKeyException taken) {
            throw new Conflict(
                    ProblemType.CONFLICT, "There is already a node named %s.".formatted(requireNonNull(wanted.name())));
        }
        Node after = list.load(tenant, id);
        audit.record("node.changed", KIND, id, before, after);
        notes.nodesChanged(tenant, List.of(id.value()));
        return after;
    }

    /** @throws Conflict if the node's present state does not allow it */
    @Transactional
    public Node decide(NodeId id, Decision decision, @Nullable String reason) {
        return decide(id, null, decision, reason);
    }

    /** Decommissions it, if it is still as the caller saw it. */
    @Transactional
    public void delete(NodeId id, long revision) {
        decide(id, revision, Decision.DECOMMISSION, null);
    }

    private Node decide(NodeId id, @Nullable Long revision, Decision decision, @Nullable String reason) {
        TenantId tenant = CallContext.current().tenant();
        var problems = new Problems();
        problems.text("/reason", reason, 1000);
        problems.throwIfAny();
        Node before = lock(tenant, id, revision);
        if (!decision.from.contains(NodeState.valueOf(before.state()))) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    "Node %s is %s; it must be %s.".formatted(before.name(), before.state(), oneOf(decision.from)));
        }
        jdbc.sql("""
                        update node
                        set state = :state, state_reason = :reason, updated_at = now(), version = version + 1
                        where tenant_id = :tenant and id = :id
                        """)
                .param("state", decision.to.name())
                .param("reason", reason)
                .param("tenant", tenant.value())
                .param("id", id.value())
                .update();
        follow(tenant, id, decision);
        Node after = list.load(tenant, id);
        audit.record(decision.action, KIND, id, before, after);
        outbox.add(decision.action, id, new LinkedHashMap<>(Map.of("state", after.state(), "name", after.name())));
        notes.nodesChanged(tenant, List.of(id.value()));
        return after;
    }

    private void follow(TenantId tenant, NodeId id, Decision decision) {
        switch (decision) {
            case QUARANTINE -> {}
            case APPROVE -> takePlace(tenant, id);
            case DENY ->
                jdbc.sql("update node set denied = true where tenant_id = :tenant and id = :id")
                        .param("tenant", tenant.value())
                        .param("id", id.value())
                        .update();
            case RELEASE ->
                // The operator knows by now which machine is the right one: what looked like a clone is forgotten.
                jdbc.sql("""
                                update node_presence set boot_returns = 0
                                where tenant_id = :tenant and node_id = :id
                                """)
                        .param("tenant", tenant.value())
                        .param("id", id.value())
                        .update();
            case DECOMMISSION ->
                jdbc.sql("""
                                update credential set revoked_at = now()
                                where tenant_id = :tenant and node_id = :id and revoked_at is null
                                """)
                        .param("tenant", tenant.value())
                        .param("id", id.value())
                        .update();
        }
    }

    /**
     * An approved re-enrollment takes the place of the node that it claims to be, if that still lives: it gets name, site,
     * zone and labels, and the old one leaves the fleet with its credentials.
     */
    private void takePlace(TenantId tenant, NodeId id) {
        Optional<UUID> replaced = jdbc.sql("""
                        select old.id from node claim
                        join node old on old.tenant_id = claim.tenant_id and old.id = claim.re_enrollment_of
                            and old.state <> 'DECOMMISSIONED'
                        where claim.tenant_id = :tenant and claim.id = :id
                        for update of old
                        """)
                .param("tenant", tenant.value())
                .param("id", id.value())
                .query(UUID.class)
                .optional();
        if (replaced.isEmpty()) {
            return;
        }
        NodeId old = new NodeId(replaced.get());
        decide(old, null, Decision.DECOMMISSION, "Replaced by node %s, the same machine set up anew.".formatted(id));
        jdbc.sql("""
                        update node claim
                        set name = old.name, site_id = old.site_id, zone = old.zone, labels = old.labels,
                            updated_at = now(), version = claim.version + 1
                        from node old
                        where claim.tenant_id = :tenant and claim.id = :id
                          and old.tenant_id = claim.tenant_id and old.id = :old
                        """)
                .param("tenant", tenant.value())
                .param("id", id.value())
                .param("old", old.value())
                .update();
    }

    /** The images that rolled back on this node. */
    public List<NodeBlock> blocks(NodeId id) {
        TenantId tenant = CallContext.current().tenant();
        list.load(tenant, id);
        return blocks(tenant, id);
    }

    private List<NodeBlock> blocks(TenantId tenant, NodeId id) {
        return jdbc.sql("""
                        select b.image_id, i.family, i.image_version, b.reason, b.created_at
                        from node_block b
                        join image i on i.tenant_id = b.tenant_id and i.id = b.image_id
                        where b.tenant_id = :tenant and b.node_id = :node
                        order by b.created_at, b.image_id
                        """)
                .param("tenant", tenant.value())
                .param("node", id.value())
                .query((row, number) -> new NodeBlock(
                        row.getObject("image_id", UUID.class),
                        row.getString("family"),
                        row.getString("image_version"),
                        row.getString("reason"),
                        NodeList.instant(row, "created_at")))
                .list();
    }

    /** Lets the node be offered those images again; no block, no change. */
    @Transactional
    public void clearBlocks(NodeId id) {
        TenantId tenant = CallContext.current().tenant();
        lock(tenant, id, null);
        List<NodeBlock> before = blocks(tenant, id);
        if (before.isEmpty()) {
            return;
        }
        jdbc.sql("delete from node_block where tenant_id = :tenant and node_id = :node")
                .param("tenant", tenant.value())
                .param("node", id.value())
                .update();
        audit.record("node.unblocked", KIND, id, Map.of("blocks", before), Map.of("blocks", List.of()));
        notes.nodesChanged(tenant, List.of(id.value()));
    }

    /** Locks the node's row for the rest of the transaction. */
    private Node lock(TenantId tenant, NodeId id, @Nullable Long revision) {
        long present = jdbc.sql("select version from node where tenant_id = :tenant and id = :id for update")
                .param("tenant", tenant.value())
                .param("id", id.value())
                .query(Long.class)
                .optional()
                .orElseThrow(() -> new NotFound(KIND, id.toString()));
        if (revision != null && present != revision) {
            throw new StaleVersion(KIND, id.toString());
        }
        return list.load(tenant, id);
    }

    private @Nullable UUID siteAt(TenantId tenant, @Nullable String path) {
        return path == null || !CallContext.reach().covers(path) || path.indexOf('\0') >= 0
                ? null
                : jdbc.sql("select id from site where tenant_id = :tenant and path = :path for key share")
                        .param("tenant", tenant.value())
                        .param("path", path)
                        .query(UUID.class)
                        .optional()
                        .orElse(null);
    }

    private static String oneOf(List<NodeState> states) {
        return String.join(" or ", states.stream().map(NodeState::name).toList());
    }
}

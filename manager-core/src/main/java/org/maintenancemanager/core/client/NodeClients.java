package org.maintenancemanager.core.client;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.ClientLimit;
import org.maintenancemanager.api.admin.ClientToken;
import org.maintenancemanager.api.admin.IssuedClientToken;
import org.maintenancemanager.api.admin.NodeProgram;
import org.maintenancemanager.api.admin.NodeProgramChange;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.audit.AuditLog.Change;
import org.maintenancemanager.core.decision.ClientFamily;
import org.maintenancemanager.core.decision.ClientProfile;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** What operators see and say of the program on a node, in the tenant of the call. */
@Service
public class NodeClients {
    private static final String KIND = "node client";

    /** One in use, and one that is being changed over to. */
    private static final int MOST_TOKENS = 2;

    private static final int LONGEST_CONTROLLER_ID = 256;

    private final AuditLog audit;
    private final ChangeNotes notes;
    private final JdbcClient jdbc;

    NodeClients(AuditLog audit, ChangeNotes notes, JdbcClient jdbc) {
        this.audit = audit;
        this.notes = notes;
        this.jdbc = jdbc;
    }

    /** @throws NotFound if the tenant has no such node */
    public NodeProgram load(NodeId node) {
        TenantId tenant = CallContext.current().tenant();
        return jdbc.sql("""
                        select n.client as reported, c.* from node n
                        left join node_client c on (c.tenant_id, c.node_id) = (n.tenant_id, n.id)
                        where n.tenant_id = :tenant and n.id = :node
                        """)
                .param("tenant", tenant.value())
                .param("node", node.value())
                .query((row, number) -> program(row, node))
                .optional()
                .orElseThrow(() -> new NotFound("node", node.toString()));
    }

    private static NodeProgram program(ResultSet row, NodeId node) throws SQLException {
        String recognized = row.getString("family");
        String override = row.getString("family_override");
        UUID host = row.getObject("host_guid", UUID.class);
        boolean foreign = row.getString("controller_id") != null || host != null;
        ClientFamily family = override != null
                ? ClientFamily.valueOf(override)
                : recognized != null
                        ? ClientFamily.valueOf(recognized)
                        : foreign ? host == null ? ClientFamily.DDI_OTHER : ClientFamily.EMF : ClientFamily.OWN;
        ClientProfile profile = ClientProfile.of(family);
        return new NodeProgram(
                node.value(),
                family.name(),
                recognized,
                override,
                row.getString("reported"),
                row.getString("controller_id"),
                host,
                profile.downloadsAhead(),
                profile.permitBeforeDownload(),
                profile.limits().stream()
                        .map(limit -> new ClientLimit(limit.name(), limit.sentence()))
                        .toList());
    }

    /**
     * Says what the program is, and under which names it comes.
     *
     * @param change gets what was said before
     * @throws Conflict if another node of the tenant has one of the names
     */
    @Transactional
    public NodeProgram change(NodeId node, UnaryOperator<NodeProgramChange> change) {
        TenantId tenant = CallContext.current().tenant();
        lockNode(tenant, node);
        NodeProgram before = load(node);
        NodeProgramChange wanted =
                change.apply(new NodeProgramChange(before.familyOverride(), before.controllerId(), before.hostGuid()));
        var problems = new Problems();
        check("", wanted, problems);
        problems.throwIfAny();
        put(tenant, Map.of(node.value(), wanted));
        NodeProgram after = load(node);
        if (!after.equals(before)) {
            audit.record("node.client-changed", "node", node, before, after);
            notes.nodesChanged(tenant, List.of(node.value()));
        }
        return after;
    }

    static void check(String at, NodeProgramChange wanted, Problems problems) {
        String family = wanted.familyOverride();
        if (family != null
                && Arrays.stream(ClientFamily.values())
                        .noneMatch(one -> one.name().equals(family))) {
            problems.add(
                    at + "/familyOverride",
                    "is no client family; one of "
                            + Arrays.stream(ClientFamily.values())
                                    .map(Enum::name)
                                    .collect(Collectors.joining(", ")));
        }
        String controllerId = wanted.controllerId();
        if (controllerId != null) {
            if (controllerId.isEmpty()) {
                problems.add(at + "/controllerId", "is empty; 1 to 256 characters are allowed");
            } else {
                problems.line(at + "/controllerId", controllerId, LONGEST_CONTROLLER_ID);
            }
        }
    }

    /** For nodes that are locked, or were made in this transaction. */
    void put(TenantId tenant, Map<UUID, NodeProgramChange> wanted) {
        List<Map.Entry<UUID, NodeProgramChange>> rows = List.copyOf(wanted.entrySet());
        try {
            jdbc.sql("""
                            insert into node_client as known
                                (tenant_id, node_id, family_override, controller_id, host_guid)
                            select :tenant, node_id, family, controller_id, host_guid
                            from unnest(:nodes::uuid[], :families::text[], :controllers::text[], :hosts::uuid[])
                                as wanted (node_id, family, controller_id, host_guid)
                            on conflict (tenant_id, node_id) do update
                            set family_override = excluded.family_override, controller_id = excluded.controller_id,
                                host_guid = excluded.host_guid, updated_at = now()
                            """)
                    .param("tenant", tenant.value())
                    .param("nodes", ClientSightings.texts(rows, Map.Entry::getKey))
                    .param(
                            "families",
                            ClientSightings.texts(rows, row -> row.getValue().familyOverride()))
                    .param(
                            "controllers",
                            ClientSightings.texts(rows, row -> row.getValue().controllerId()))
                    .param(
                            "hosts",
                            ClientSightings.texts(rows, row -> row.getValue().hostGuid()))
                    .update();
        } catch (DuplicateKeyException taken) {
            throw new Conflict(
                    ProblemType.CONFLICT, "Another node of the tenant has this controllerId or hostGuid already.");
        }
    }

    /** A node, and its name. */
    public record Named(NodeId node, String name) {}

    /** Which nodes have these names in maintmgr.v1, decommissioned ones too. */
    public Map<UUID, Named> byHost(Collection<UUID> hostGuids) {
        Map<UUID, Named> found = new HashMap<>();
        jdbc.sql("""
                        select c.host_guid, n.id, n.name
                        from node_client c join node n on (n.tenant_id, n.id) = (c.tenant_id, c.node_id)
                        where c.tenant_id = :tenant and c.host_guid = any(:hosts::uuid[])
                        """)
                .param("tenant", CallContext.current().tenant().value())
                .param("hosts", hostGuids.stream().map(UUID::toString).toArray(String[]::new))
                .query(row -> {
                    found.put(
                            row.getObject("host_guid", UUID.class),
                            new Named(new NodeId(row.getObject("id", UUID.class)), row.getString("name")));
                });
        return found;
    }

    /**
     * Gives nodes that were made in this transaction their names in maintmgr.v1.
     *
     * @param hostGuids by node
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void nameHosts(Map<UUID, UUID> hostGuids) {
        TenantId tenant = CallContext.current().tenant();
        var wanted = new LinkedHashMap<UUID, NodeProgramChange>();
        var changes = new LinkedHashMap<UUID, Change>();
        hostGuids.forEach((node, host) -> {
            wanted.put(node, new NodeProgramChange(null, null, host));
            changes.put(node, new Change(null, Map.of("hostGuid", host)));
        });
        put(tenant, wanted);
        audit.recordAll("node.client-changed", "node", changes);
        notes.nodesChanged(tenant, changes.keySet());
    }

    /** Those that are not revoked, the newest first. */
    public List<ClientToken> tokens(NodeId node) {
        TenantId tenant = CallContext.current().tenant();
        load(node);
        return jdbc.sql("""
                        select id, created_at from client_token
                        where tenant_id = :tenant and node_id = :node and revoked_at is null
                        order by id desc
                        """)
                .param("tenant", tenant.value())
                .param("node", node.value())
                .query((row, number) -> new ClientToken(row.getObject("id", UUID.class), instant(row, "created_at")))
                .list();
    }

    /**
     * A new token beside the one that the node has, so that it can change over without a gap.
     *
     * @param own the token that the client has already; null: one is made
     * @throws Conflict if the node has two
     */
    @Transactional
    public IssuedClientToken issue(NodeId node, @Nullable String own) {
        TenantId tenant = CallContext.current().tenant();
        if (own != null && !ClientTokens.isFit(own)) {
            throw InvalidInput.at("/token", unfitToken());
        }
        String state = lockNode(tenant, node);
        if (state.equals("DECOMMISSIONED")) {
            throw new Conflict(ProblemType.ILLEGAL_STATE, "Node %s is decommissioned.".formatted(node));
        }
        if (tokens(node).size() >= MOST_TOKENS) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    "Node %s has %d tokens already; revoke the one that is no longer used."
                            .formatted(node, MOST_TOKENS));
        }
        UUID id = Ids.next();
        String token = own == null ? ClientTokens.generate() : own;
        insert(tenant, List.of(new NewToken(node.value(), id, token)));
        audit.record("client-token.issued", KIND, id, null, Map.of("nodeId", node.value()));
        notes.nodesChanged(tenant, List.of(node.value()));
        return new IssuedClientToken(id, token);
    }

    static String unfitToken() {
        return "is not fit for a token; %d to %d printable ASCII characters without a blank are allowed"
                .formatted(ClientTokens.SHORTEST, ClientTokens.LONGEST);
    }

    record NewToken(UUID node, UUID id, String text) {}

    void insert(TenantId tenant, List<NewToken> tokens) {
        jdbc.sql("""
                        with client as (
                            insert into node_client (tenant_id, node_id)
                            select distinct cast(:tenant as uuid), node_id from unnest(:nodes::uuid[]) as wanted (node_id)
                            on conflict do nothing
                        )
                        insert into client_token (tenant_id, id, node_id, secret_sha256)
                        select :tenant, id, node_id, decode(digest, 'hex')
                        from unnest(:ids::uuid[], :nodes::uuid[], :digests::text[]) as wanted (id, node_id, digest)
                        """)
                .param("tenant", tenant.value())
                .param("ids", ClientSightings.texts(tokens, NewToken::id))
                .param("nodes", ClientSightings.texts(tokens, NewToken::node))
                .param(
                        "digests",
                        ClientSightings.texts(
                                tokens, token -> java.util.HexFormat.of().formatHex(ClientTokens.sha256(token.text()))))
                .update();
    }

    /** Ends a token at once. One that is revoked already stays so. */
    @Transactional
    public void revoke(NodeId node, UUID token) {
        TenantId tenant = CallContext.current().tenant();
        lockNode(tenant, node);
        boolean known = jdbc.sql("""
                        select exists (select from client_token
                                       where tenant_id = :tenant and node_id = :node and id = :id)
                        """)
                .param("tenant", tenant.value())
                .param("node", node.value())
                .param("id", token)
                .query(Boolean.class)
                .single();
        if (!known) {
            throw new NotFound("client token", token.toString());
        }
        int revoked =
                jdbc.sql("""
                        update client_token set revoked_at = now()
                        where tenant_id = :tenant and id = :id and revoked_at is null
                        """).param("tenant", tenant.value()).param("id", token).update();
        if (revoked == 1) {
            audit.record("client-token.revoked", KIND, token, Map.of("nodeId", node.value()), null);
            notes.nodesChanged(tenant, List.of(node.value()));
        }
    }

    /** @return the node's state */
    private String lockNode(TenantId tenant, NodeId node) {
        return jdbc.sql("select state from node where tenant_id = :tenant and id = :node for no key update")
                .param("tenant", tenant.value())
                .param("node", node.value())
                .query(String.class)
                .optional()
                .orElseThrow(() -> new NotFound("node", node.toString()));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}

package org.maintenancemanager.core.node;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.Credential;
import org.maintenancemanager.api.admin.IssuedToken;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What nodes prove their identity with, as far as operators see and change it. */
@Service
public class Credentials {
    private static final String KIND = "credential";

    private final AuditLog audit;
    private final ChangeNotes notes;
    private final JdbcClient jdbc;

    Credentials(AuditLog audit, ChangeNotes notes, JdbcClient jdbc) {
        this.audit = audit;
        this.notes = notes;
        this.jdbc = jdbc;
    }

    /** A token for a node. */
    record Issue(NodeId node, Token token, @Nullable Instant expiresAt) {}

    /** All of a node's, the newest first. */
    public List<Credential> of(NodeId node) {
        TenantId tenant = CallContext.current().tenant();
        state(tenant, node, false);
        return jdbc.sql("""
                        select id, node_id, kind, created_at, expires_at, revoked_at
                        from credential
                        where tenant_id = :tenant and node_id = :node
                        order by id desc
                        """)
                .param("tenant", tenant.value())
                .param("node", node.value())
                .query((row, number) -> credential(row))
                .list();
    }

    /**
     * A new token beside the ones that the node has, so that it can change over without a gap.
     *
     * @param expiresAt null: never
     */
    @Transactional
    public IssuedToken issue(NodeId node, @Nullable Instant expiresAt) {
        TenantId tenant = CallContext.current().tenant();
        if (expiresAt != null && !expiresAt.isAfter(now())) {
            throw InvalidInput.at("/expiresAt", "is over; it must lie in the future");
        }
        if (state(tenant, node, true) == NodeState.DECOMMISSIONED) {
            throw new Conflict(ProblemType.ILLEGAL_STATE, "Node %s is decommissioned.".formatted(node));
        }
        Token token = Token.generate(Token.Kind.NODE);
        insert(tenant, List.of(new Issue(node, token, expiresAt)));
        audit.record("credential.issued", KIND, token.id(), null, Map.of("nodeId", node.value()));
        notes.nodesChanged(tenant, List.of(node.value()));
        return new IssuedToken(token.id(), token.text(), expiresAt);
    }

    /** Stores new tokens, of which only the digests are kept, in one statement. */
    void insert(TenantId tenant, List<Issue> issues) {
        if (issues.isEmpty()) {
            return;
        }
        HexFormat hex = HexFormat.of();
        jdbc.sql("""
                        insert into credential (tenant_id, id, node_id, secret_sha256, expires_at)
                        select :tenant, cast(x.id as uuid), cast(x.node as uuid), decode(x.sha256, 'hex'),
                               cast(x.expires_at as timestamptz)
                        from unnest(:ids, :nodes, :digests, :ends) as x (id, node, sha256, expires_at)
                        """)
                .param("tenant", tenant.value())
                .param(
                        "ids",
                        texts(issues.stream().map(issue -> issue.token().id()).toList()))
                .param("nodes", texts(issues.stream().map(Issue::node).toList()))
                .param(
                        "digests",
                        texts(issues.stream()
                                .map(issue -> hex.formatHex(issue.token().sha256()))
                                .toList()))
                .param("ends", ends(issues))
                .update();
    }

    private static String[] texts(List<?> values) {
        return values.stream().map(String::valueOf).toArray(String[]::new);
    }

    private static @Nullable String[] ends(List<Issue> issues) {
        @Nullable String[] ends = new String[issues.size()];
        for (int i = 0; i < ends.length; i++) {
            Instant end = issues.get(i).expiresAt();
            ends[i] = end == null ? null : end.toString();
        }
        return ends;
    }

    /** Ends a credential at once, also on open connections. One that is revoked already stays so. */
    @Transactional
    public void revoke(NodeId node, UUID credential) {
        TenantId tenant = CallContext.current().tenant();
        boolean known = jdbc.sql("""
                        select true from credential
                        where tenant_id = :tenant and node_id = :node and id = :id
                        for update
                        """)
                .param("tenant", tenant.value())
                .param("node", node.value())
                .param("id", credential)
                .query(Boolean.class)
                .optional()
                .isPresent();
        if (!known) {
            throw new NotFound(KIND, credential.toString());
        }
        int revoked = jdbc.sql("""
                        update credential set revoked_at = now()
                        where tenant_id = :tenant and id = :id and revoked_at is null
                        """)
                .param("tenant", tenant.value())
                .param("id", credential)
                .update();
        if (revoked == 1) {
            audit.record("credential.revoked", KIND, credential, Map.of("nodeId", node.value()), null);
            notes.nodesChanged(tenant, List.of(node.value()));
        }
    }

    private NodeState state(TenantId tenant, NodeId node, boolean lock) {
        return jdbc.sql("select state from node where tenant_id = :tenant and id = :id"
                        + (lock ? " for no key update" : ""))
                .param("tenant", tenant.value())
                .param("id", node.value())
                .query(String.class)
                .optional()
                .map(NodeState::valueOf)
                .orElseThrow(() -> new NotFound("node", node.toString()));
    }

    private Instant now() {
        return jdbc.sql("select now()")
                .query((row, number) -> NodeList.instant(row, "now"))
                .single();
    }

    private static Credential credential(ResultSet row) throws SQLException {
        return new Credential(
                row.getObject("id", UUID.class),
                row.getObject("node_id", UUID.class),
                row.getString("kind"),
                NodeList.instant(row, "created_at"),
                NodeList.instantOrNull(row, "expires_at"),
                NodeList.instantOrNull(row, "revoked_at"));
    }
}

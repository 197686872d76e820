package org.maintenancemanager.core.node;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.Credential;
import org.maintenancemanager.api.admin.IssuedToken;
import org.maintenancemanager.api.node.NodeMessages.IssuedCertificate;
import org.maintenancemanager.api.node.NodeMessages.RenewResponse;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** What nodes prove their identity with, as far as operators see and change it. */
@Service
public class Credentials {
    private static final String KIND = "credential";

    private final AuditLog audit;
    private final ChangeNotes notes;
    private final CertificateAuthority authority;
    private final TransactionTemplate transactions;
    private final JdbcClient jdbc;

    Credentials(
            AuditLog audit,
            ChangeNotes notes,
            CertificateAuthority authority,
            TransactionTemplate transactions,
            JdbcClient jdbc) {
        this.audit = audit;
        this.notes = notes;
        this.authority = authority;
        this.transactions = transactions;
        this.jdbc = jdbc;
    }

    /** A token for a node. */
    record Issue(NodeId node, Token token, @Nullable Instant expiresAt) {}

    /** All of a node's, the newest first. */
    public List<Credential> of(NodeId node) {
        TenantId tenant = CallContext.current().tenant();
        state(tenant, node, false);
        return jdbc.sql("""
                        select id, node_id, kind, created_at, expires_at, revoked_at, replaces, first_used_at,
                               case kind when 'CERTIFICATE' then encode(secret_sha256, 'hex') end as fingerprint
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

    /**
     * The next credential of a node, asked for with the present one, which stays good until the next is used. Asking again
     * takes back the one that was not used yet: the answer with it may have been lost.
     *
     * @param present what the node asked with
     * @param certificateRequest null: a token is wanted
     * @throws InvalidInput if the request is none
     * @throws Conflict if another living node has the key
     */
    @Transactional
    public RenewResponse renew(NodeId node, UUID present, @Nullable String certificateRequest) {
        TenantId tenant = CallContext.current().tenant();
        NodeKey key = certificateRequest == null
                ? null
                : NodeKey.ofRequest(certificateRequest)
                        .orElseThrow(() -> InvalidInput.at(
                                "/certificateRequest",
                                "is no PEM block 'CERTIFICATE REQUEST' that an Ed25519 or P-256 key signed"));
        state(tenant, node, true);
        if (key != null && isOfAnother(tenant, node, key)) {
            throw new Conflict(ProblemType.CONFLICT, "Another node has this key; make a new one.");
        }
        // Those that were revoked long ago tell nobody anything.
        jdbc.sql("""
                        delete from credential
                        where tenant_id = :tenant and node_id = :node
                          and (replaces = :present and first_used_at is null
                               or revoked_at < now() - interval '90 days')
                        """)
                .param("tenant", tenant.value())
                .param("node", node.value())
                .param("present", present)
                .update();
        String epoch = jdbc.sql("select epoch::text from server_epoch")
                .query(String.class)
                .single();
        if (key == null) {
            Token token = Token.generate(Token.Kind.NODE);
            insert(tenant, List.of(new Issue(node, token, null)));
            jdbc.sql("update credential set replaces = :present where tenant_id = :tenant and id = :id")
                    .param("present", present)
                    .param("tenant", tenant.value())
                    .param("id", token.id())
                    .update();
            audit.record("credential.issued", KIND, token.id(), null, issued(node, "NODE_TOKEN", present));
            notes.nodesChanged(tenant, List.of(node.value()));
            return new RenewResponse(token.text(), null, epoch);
        }
        return new RenewResponse(null, certify(tenant, node.value(), key, present), epoch);
    }

    private boolean isOfAnother(TenantId tenant, NodeId node, NodeKey key) {
        return jdbc.sql("""
                        select exists (
                            select from node
                            where tenant_id = :tenant and md5(public_key) = md5(:key) and public_key = :key
                              and id <> :node and (state <> 'DECOMMISSIONED' or denied))
                        """)
                .param("tenant", tenant.value())
                .param("key", key.pem())
                .param("node", node.value())
                .query(Boolean.class)
                .single();
    }

    /**
     * A certificate for a node's key, stored as its credential.
     *
     * @param replaces what ends when this is used for the first time; null: nothing
     */
    IssuedCertificate certify(TenantId tenant, UUID node, NodeKey key, @Nullable UUID replaces) {
        UUID id = Ids.next();
        CertificateAuthority.Made made = authority.issue(node, id, key.key(), now());
        jdbc.sql("""
                        insert into credential
                            (tenant_id, id, node_id, kind, secret_sha256, expires_at, replaces, public_key)
                        values (:tenant, :id, :node, 'CERTIFICATE', :sha256, :end, :replaces, :key)
                        """)
                .param("tenant", tenant.value())
                .param("id", id)
                .param("node", node)
                .param("sha256", made.sha256())
                .param("end", made.expiresAt().atOffset(ZoneOffset.UTC))
                .param("replaces", replaces)
                .param("key", key.pem())
                .update();
        audit.record("credential.issued", KIND, id, null, issued(new NodeId(node), "CERTIFICATE", replaces));
        notes.nodesChanged(tenant, List.of(node));
        return made.issued();
    }

    private static Map<String, Object> issued(NodeId node, String kind, @Nullable UUID replaces) {
        return replaces == null
                ? Map.of("nodeId", node.value(), "kind", kind)
                : Map.of("nodeId", node.value(), "kind", kind, "replaces", replaces);
    }

    /** Ends all that a node has, as when it enrolls anew. */
    void revokeAll(TenantId tenant, UUID node) {
        jdbc.sql("""
                        update credential set revoked_at = now()
                        where tenant_id = :tenant and node_id = :node and revoked_at is null
                        """).param("tenant", tenant.value()).param("node", node).update();
    }

    /**
     * Notes that these were used for the first time: what they replace ends, and their key is the node's from now on. For
     * credentials of any tenant; one that was noted before changes nothing.
     */
    public void firstUsed(Collection<UUID> used) {
        record Taken(TenantId tenant, UUID id, UUID node, UUID replaced) {}
        List<Taken> taken = EveryTenant.get(() -> jdbc.sql("""
                        select tenant_id, id, node_id, replaces from credential
                        where id = any (:ids) and first_used_at is null and replaces is not null
                          and revoked_at is null
                        order by tenant_id, node_id
                        """)
                .param("ids", used.toArray(UUID[]::new))
                .query((row, number) -> new Taken(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getObject("id", UUID.class),
                        row.getObject("node_id", UUID.class),
                        row.getObject("replaces", UUID.class)))
                .list());
        for (Taken one : taken) {
            CallContext.system(one.tenant, "credential renewal")
                    .run(() -> transactions.executeWithoutResult(
                            status -> replace(one.tenant, one.id, one.node, one.replaced)));
        }
    }

    private void replace(TenantId tenant, UUID id, UUID node, UUID replaced) {
        state(tenant, new NodeId(node), true);
        int first = jdbc.sql("""
                        with used as (
                            update credential set first_used_at = now()
                            where tenant_id = :tenant and id = :id and first_used_at is null and revoked_at is null
                            returning public_key
                        ),
                        ended as (
                            update credential set revoked_at = now()
                            where tenant_id = :tenant and node_id = :node and id = :replaced and revoked_at is null
                              and exists (select from used)
                        )
                        update node n
                        set public_key = coalesce(used.public_key, n.public_key),
                            key_proved = n.key_proved or used.public_key is not null,
                            updated_at = now(), version = version + 1
                        from used
                        where n.tenant_id = :tenant and n.id = :node
                        """)
                .param("tenant", tenant.value())
                .param("id", id)
                .param("node", node)
                .param("replaced", replaced)
                .update();
        if (first == 1) {
            audit.record("credential.replaced", KIND, replaced, Map.of("nodeId", node), Map.of("by", id));
            notes.nodesChanged(tenant, List.of(node));
        }
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
                NodeList.instantOrNull(row, "revoked_at"),
                row.getString("fingerprint"),
                row.getObject("replaces", UUID.class),
                NodeList.instantOrNull(row, "first_used_at"));
    }
}

package org.maintenancemanager.core.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.DdiGateway;
import org.maintenancemanager.api.admin.DdiGatewayChange;
import org.maintenancemanager.api.admin.DdiRegistration;
import org.maintenancemanager.api.admin.IssuedClientToken;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeListener;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.event.Outbox;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.quota.Quotas;
import org.maintenancemanager.core.quota.TenantGate;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.update.KnownNode;
import org.maintenancemanager.core.update.NodeDirectory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The token that all DDI clients of a tenant may share. A tenant has none unless an operator makes it: whoever holds it can
 * speak for every client of the tenant.
 */
@Service
public class DdiGateways implements ChangeListener {
    private static final String KIND = "DDI gateway";
    /** A safety net only; notes do the work. */
    private static final Duration OLDEST = Duration.ofSeconds(30);

    private static final int LONGEST_NAME = 200;
    private static final int SUFFIX = 12;

    private final NodeDirectory nodes;
    private final TenantGate gate;
    private final Quotas quotas;
    private final AuditLog audit;
    private final Outbox outbox;
    private final ChangeNotes notes;
    private final TransactionTemplate transactions;
    private final JdbcClient jdbc;

    /** @param register whether clients that nobody knows become nodes */
    private record Gateway(TenantId tenant, byte[] secretSha256, boolean register) {}

    /** By the tenant's name; also that there is none. */
    private final Cache<String, Optional<Gateway>> gateways =
            Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(OLDEST).build();

    DdiGateways(
            NodeDirectory nodes,
            TenantGate gate,
            Quotas quotas,
            AuditLog audit,
            Outbox outbox,
            ChangeNotes notes,
            TransactionTemplate transactions,
            JdbcClient jdbc) {
        this.nodes = nodes;
        this.gate = gate;
        this.quotas = quotas;
        this.audit = audit;
        this.outbox = outbox;
        this.notes = notes;
        this.transactions = transactions;
        this.jdbc = jdbc;
    }

    /**
     * The node that a client with the gateway's token speaks for.
     *
     * @param secretSha256 SHA-256 of the token
     * @param registers whether a controller that nobody knows may become a node with this call
     * @throws org.maintenancemanager.core.quota.TenantSuspended if it would become a node of a tenant that is not served
     * @throws org.maintenancemanager.core.query.Conflict if the tenant may have no more nodes
     * @return empty if the token is not the gateway's, or there is no such controller and none is made
     */
    public Optional<KnownNode> authenticate(
            String tenant, String controllerId, byte[] secretSha256, boolean registers, String requestId) {
        Gateway gateway = gateways.get(tenant, this::read).orElse(null);
        if (gateway == null || !MessageDigest.isEqual(gateway.secretSha256(), secretSha256)) {
            return Optional.empty();
        }
        Optional<KnownNode> known = nodes.findController(tenant, controllerId);
        if (known.isPresent() || !registers || !gateway.register() || !isFit(controllerId)) {
            return known;
        }
        gate.requireActive(gateway.tenant());
        var context = new CallContext(gateway.tenant(), CallContext.ActorKind.SYSTEM, "DDI gateway", requestId);
        boolean[] made = new boolean[1];
        context.run(() -> made[0] =
                Boolean.TRUE.equals(transactions.execute(status -> register(gateway.tenant(), controllerId))));
        if (!made[0]) {
            return Optional.empty();
        }
        nodes.nowKnown(tenant, controllerId);
        return nodes.findController(tenant, controllerId);
    }

    private static boolean isFit(String controllerId) {
        return controllerId.length() <= LONGEST_NAME
                && controllerId.strip().equals(controllerId)
                && controllerId.chars().noneMatch(Character::isISOControl);
    }

    private Optional<Gateway> read(String tenant) {
        // The tenant is only a name yet.
        return EveryTenant.get(() -> jdbc.sql("""
                        select g.tenant_id, g.secret_sha256, g.register_site is not null as registers
                        from ddi_gateway g join tenant t on t.id = g.tenant_id
                        where t.name = :tenant and g.enabled
                        """)
                .param("tenant", tenant)
                .query((row, number) -> new Gateway(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getBytes("secret_sha256"),
                        row.getBoolean("registers")))
                .optional());
    }

    private record Place(UUID site, String architecture, boolean approved) {}

    /** @return whether it is a node now, also if another call made it one meanwhile */
    private boolean register(TenantId tenant, String controllerId) {
        Optional<Place> place = jdbc.sql("""
                        update ddi_gateway set registered = registered + 1
                        where tenant_id = :tenant and enabled and register_site is not null and registered < max_nodes
                          and not exists (select from node_client
                                          where tenant_id = :tenant and controller_id = :controller)
                        returning register_site, register_architecture, approval
                        """)
                .param("tenant", tenant.value())
                .param("controller", controllerId)
                .query((row, number) -> new Place(
                        row.getObject("register_site", UUID.class),
                        row.getString("register_architecture"),
                        row.getString("approval").equals("AUTO")))
                .optional();
        if (place.isEmpty()) {
            return isKnown(tenant, controllerId);
        }
        if (isKnown(tenant, controllerId)) {
            // The gateway's row made us wait for whoever registered it just now.
            jdbc.sql("update ddi_gateway set registered = registered - 1 where tenant_id = :tenant")
                    .param("tenant", tenant.value())
                    .update();
            return true;
        }
        quotas.requireRoomForNodes(tenant, 1);
        UUID node = Ids.next();
        insert(tenant, node, controllerId, place.get());
        Map<String, String> after =
                Map.of("controllerId", controllerId, "state", place.get().approved() ? "ACTIVE" : "PENDING");
        audit.record("node.registered", "node", node, null, after);
        outbox.add(place.get().approved() ? "node.enrolled" : "node.pended", node, after);
        notes.nodesChanged(tenant, List.of(node));
        return true;
    }

    private boolean isKnown(TenantId tenant, String controllerId) {
        return jdbc.sql("""
                        select exists (select from node_client
                                       where tenant_id = :tenant and controller_id = :controller)
                        """)
                .param("tenant", tenant.value())
                .param("controller", controllerId)
                .query(Boolean.class)
                .single();
    }

    private void insert(TenantId tenant, UUID node, String controllerId, Place place) {
        boolean taken = jdbc.sql("""
                        select exists (select from node
                                       where tenant_id = :tenant and name = :name and state <> 'DECOMMISSIONED')
                        """)
                .param("tenant", tenant.value())
                .param("name", controllerId)
                .query(Boolean.class)
                .single();
        String id = node.toString();
        String name = taken
                ? controllerId.substring(0, Math.min(controllerId.length(), LONGEST_NAME - SUFFIX - 1))
                        + "~"
                        + id.substring(id.length() - SUFFIX)
                : controllerId;
        jdbc.sql("""
                        insert into node (tenant_id, id, name, site_id, architecture, state, enrolled_at)
                        values (:tenant, :node, :name, :site, :architecture, :state, now())
                        """)
                .param("tenant", tenant.value())
                .param("node", node)
                .param("name", name)
                .param("site", place.site())
                .param("architecture", place.architecture())
                .param("state", place.approved() ? "ACTIVE" : "PENDING")
                .update();
        jdbc.sql("insert into node_session (tenant_id, node_id) values (:tenant, :node)")
                .param("tenant", tenant.value())
                .param("node", node)
                .update();
        jdbc.sql("""
                        insert into node_client (tenant_id, node_id, controller_id)
                        values (:tenant, :node, :controller)
                        """)
                .param("tenant", tenant.value())
                .param("node", node)
                .param("controller", controllerId)
                .update();
    }

    /** @throws NotFound if the tenant has none */
    public DdiGateway load() {
        return find().orElseThrow(() -> new NotFound(KIND, "of this tenant"));
    }

    private Optional<DdiGateway> find() {
        return jdbc.sql("""
                        select g.*, s.path from ddi_gateway g
                        left join site s on (s.tenant_id, s.id) = (g.tenant_id, g.register_site)
                        where g.tenant_id = :tenant
                        """)
                .param("tenant", CallContext.current().tenant().value())
                .query((row, number) -> new DdiGateway(
                        row.getBoolean("enabled"),
                        row.getString("path") == null
                                ? null
                                : new DdiRegistration(
                                        row.getString("path"),
                                        row.getString("register_architecture"),
                                        row.getString("approval"),
                                        row.getInt("max_nodes")),
                        row.getInt("registered")))
                .optional();
    }

    /** Makes the gateway or changes it. One that is made has a token that nobody knows: {@link #rotate} gives it one. */
    @Transactional
    public DdiGateway put(DdiGatewayChange wanted) {
        TenantId tenant = CallContext.current().tenant();
        DdiRegistration registration = wanted.registration();
        var problems = new Problems();
        UUID site = null;
        String approval = "MANUAL";
        int maxNodes = 1000;
        if (registration != null) {
            if (problems.present("/registration/site", registration.site())) {
                site = site(tenant, registration.site());
                if (site == null) {
                    problems.add("/registration/site", "there is no such site");
                }
            }
            if (problems.present("/registration/architecture", registration.architecture())) {
                problems.line("/registration/architecture", registration.architecture(), 50);
            }
            if (registration.approval() != null) {
                approval = registration.approval();
                if (!approval.equals("AUTO") && !approval.equals("MANUAL")) {
                    problems.add("/registration/approval", "is no approval; one of AUTO, MANUAL");
                }
            }
            if (registration.maxNodes() != null) {
                maxNodes = registration.maxNodes();
                if (maxNodes < 1) {
                    problems.add("/registration/maxNodes", "is %d; at least 1 is allowed".formatted(maxNodes));
                }
            }
        }
        problems.throwIfAny();
        DdiGateway before = find().orElse(null);
        jdbc.sql("""
                        insert into ddi_gateway as known
                            (tenant_id, secret_sha256, enabled, register_site, register_architecture, approval, max_nodes)
                        values (:tenant, decode(:sha256, 'hex'), :enabled, :site, :architecture, :approval, :maxNodes)
                        on conflict (tenant_id) do update
                        set enabled = excluded.enabled, register_site = excluded.register_site,
                            register_architecture = excluded.register_architecture, approval = excluded.approval,
                            max_nodes = greatest(excluded.max_nodes, known.registered), updated_at = now(),
                            version = known.version + 1
                        """)
                .param("tenant", tenant.value())
                .param("sha256", HexFormat.of().formatHex(ClientTokens.sha256(ClientTokens.generate())))
                .param("enabled", !Boolean.FALSE.equals(wanted.enabled()))
                .param("site", site)
                .param("architecture", registration == null ? null : registration.architecture())
                .param("approval", approval)
                .param("maxNodes", maxNodes)
                .update();
        DdiGateway after = load();
        audit.record("ddi-gateway.changed", KIND, tenant.value(), before, after);
        notes.tenantChanged(tenant);
        return after;
    }

    /** A new token instead of the one before, which ends at once. */
    @Transactional
    public IssuedClientToken rotate() {
        TenantId tenant = CallContext.current().tenant();
        load();
        String token = ClientTokens.generate();
        jdbc.sql("""
                        update ddi_gateway
                        set secret_sha256 = decode(:sha256, 'hex'), updated_at = now(), version = version + 1
                        where tenant_id = :tenant
                        """)
                .param("sha256", HexFormat.of().formatHex(ClientTokens.sha256(token)))
                .param("tenant", tenant.value())
                .update();
        audit.record("ddi-gateway.rotated", KIND, tenant.value(), null, null);
        notes.tenantChanged(tenant);
        return new IssuedClientToken(tenant.value(), token);
    }

    /** Ends it at once; nodes that it registered stay. */
    @Transactional
    public void delete() {
        TenantId tenant = CallContext.current().tenant();
        DdiGateway before = load();
        jdbc.sql("delete from ddi_gateway where tenant_id = :tenant")
                .param("tenant", tenant.value())
                .update();
        audit.record("ddi-gateway.deleted", KIND, tenant.value(), before, null);
        notes.tenantChanged(tenant);
    }

    private @Nullable UUID site(TenantId tenant, @Nullable String path) {
        return path == null || path.indexOf('\0') >= 0
                ? null
                : jdbc.sql("select id from site where tenant_id = :tenant and path = :path for key share")
                        .param("tenant", tenant.value())
                        .param("path", path)
                        .query(UUID.class)
                        .optional()
                        .orElse(null);
    }

    @Override
    public void changed(ChangeNotes.Kind kind, TenantId tenant, List<UUID> ids) {
        if (kind == ChangeNotes.Kind.TENANT) {
            gateways.invalidateAll();
        }
    }

    @Override
    public void forgetEverything() {
        gateways.invalidateAll();
    }
}

package org.maintenancemanager.core.access;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.CreatedTenant;
import org.maintenancemanager.api.admin.IssuedToken;
import org.maintenancemanager.api.admin.ManagedTenant;
import org.maintenancemanager.api.admin.NewTenant;
import org.maintenancemanager.api.admin.TenantQuotas;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldType;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.IanaZones;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** All tenants, for those who run the manager: callers of the default tenant, which itself always stays. */
@Service
public class ManagedTenants {
    private static final String KIND = "tenant";
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Pattern RESERVED = Pattern.compile("deleted-.*");
    private static final Duration SHORTEST_DELAY = Duration.ofMinutes(1);

    /** The condition that every list has on its tenant is met by each row: these are all of them. */
    private static final ListQuery<ManagedTenant> LIST = ListQuery.of(
                    KIND,
                    "(select every.*, home.id as home from tenant every cross join tenant home) t",
                    (row, number) -> tenant(row))
            .columns("""
                    t.*, (select count(*) from node n
                          where n.tenant_id = t.id and n.state <> 'DECOMMISSIONED') as nodes,
                    (select count(*) from campaign c
                     where c.tenant_id = t.id and c.state not in ('COMPLETED', 'ABORTED')) as campaigns,
                    (select coalesce(sum(i.size_bytes), 0) from image i
                     where i.tenant_id = t.id and i.stored) as artifact_bytes
                    """)
            .tenant("t.home")
            .id("t.id")
            .field("id", "t.id", FieldType.UUID)
            .field("name", "t.name", FieldType.TEXT)
            .field("state", "t.state", FieldType.oneOf("ACTIVE", "SUSPENDED", "DELETED"))
            .nullable("deleteAt", "t.delete_at", FieldType.INSTANT)
            .field("createdAt", "t.created_at", FieldType.INSTANT)
            .field("updatedAt", "t.updated_at", FieldType.INSTANT)
            .sort("name")
            .build();

    private final AuditLog audit;
    private final ChangeNotes notes;
    private final JdbcClient jdbc;
    private final Duration deleteDelay;

    ManagedTenants(
            AuditLog audit,
            ChangeNotes notes,
            JdbcClient jdbc,
            @Value("${manager.tenants.delete-delay:P7D}") Duration deleteDelay) {
        if (deleteDelay.compareTo(SHORTEST_DELAY) < 0) {
            throw new IllegalArgumentException(
                    "manager.tenants.delete-delay is %s; allowed are PT1M and more".formatted(deleteDelay));
        }
        this.audit = audit;
        this.notes = notes;
        this.jdbc = jdbc;
        this.deleteDelay = deleteDelay;
    }

    public Page<ManagedTenant> list(ListRequest request) {
        requireManager();
        return EveryTenant.get(() -> LIST.fetch(jdbc, TenantId.DEFAULT, request));
    }

    /** @throws NotFound if there is none */
    public ManagedTenant load(TenantId id) {
        requireManager();
        return read(id);
    }

    private ManagedTenant read(TenantId id) {
        return EveryTenant.get(() -> LIST.load(jdbc, TenantId.DEFAULT, id.value()));
    }

    /** With an API token that may do everything in it, for whoever sets it up. */
    @Transactional
    public CreatedTenant create(NewTenant wanted) {
        requireManager();
        var problems = new Problems();
        if (problems.present("/name", wanted.name())) {
            problems.form("/name", wanted.name(), NAME, "lower-case letters, digits and dashes, 63 at most");
            if (RESERVED.matcher(requireNonNull(wanted.name())).matches()) {
                problems.add("/name", "begins with 'deleted-', which is kept for tenants that were deleted");
            }
        }
        if (wanted.zone() != null && !IanaZones.has(wanted.zone())) {
            problems.add("/zone", "is no IANA time zone; allowed are names such as Europe/Berlin or UTC");
        }
        TenantQuotas quotas = wanted.quotas() == null ? new TenantQuotas(null, null, null, null) : wanted.quotas();
        check("/quotas", quotas, problems);
        problems.throwIfAny();
        var id = new TenantId(Ids.next());
        boolean made = EveryTenant.get(() -> jdbc.sql("""
                        insert into tenant (id, name, zone, max_nodes, max_campaigns, max_artifact_bytes,
                                            max_polls_per_second)
                        values (:id, :name, :zone, :nodes, :campaigns, :bytes, :polls)
                        on conflict do nothing
                        """)
                        .param("id", id.value())
                        .param("name", wanted.name())
                        .param("zone", wanted.zone() == null ? "UTC" : wanted.zone())
                        .param("nodes", quotas.maxNodes())
                        .param("campaigns", quotas.maxCampaigns())
                        .param("bytes", quotas.maxArtifactBytes())
                        .param("polls", quotas.maxPollsPerSecond())
                        .update()
                == 1);
        if (!made) {
            throw new Conflict(
                    ProblemType.CONFLICT,
                    "There is a tenant named '%s' already.".formatted(requireNonNull(wanted.name())));
        }
        Token token = Token.generate(Token.Kind.API);
        Instant expiresAt = within(id)
                .get(() -> jdbc.sql("""
                        insert into api_token (tenant_id, id, name, secret_sha256, scopes, expires_at)
                        values (:tenant, :id, 'first', :sha256, :scopes, now() + interval '1 year')
                        returning expires_at
                        """)
                        .param("tenant", id.value())
                        .param("id", token.id())
                        .param("sha256", token.sha256())
                        .param(
                                "scopes",
                                Arrays.stream(Caller.Scope.values())
                                        .map(Caller.Scope::word)
                                        .toArray(String[]::new))
                        .query((row, number) -> row.getObject("expires_at", OffsetDateTime.class)
                                .toInstant())
                        .single());
        ManagedTenant created = read(id);
        record("tenant.created", id, null, created);
        return new CreatedTenant(created, new IssuedToken(token.id(), token.text(), expiresAt));
    }

    /** @param revision that the caller saw */
    @Transactional
    public ManagedTenant setQuotas(TenantId id, long revision, TenantQuotas wanted) {
        ManagedTenant before = lock(id, revision);
        var problems = new Problems();
        check("", wanted, problems);
        problems.throwIfAny();
        if (wanted.equals(before.quotas())) {
            return before;
        }
        within(id)
                .get(() -> jdbc.sql("""
                        update tenant
                        set max_nodes = :nodes, max_campaigns = :campaigns, max_artifact_bytes = :bytes,
                            max_polls_per_second = :polls, updated_at = now(), version = version + 1
                        where id = :id
                        """)
                        .param("nodes", wanted.maxNodes())
                        .param("campaigns", wanted.maxCampaigns())
                        .param("bytes", wanted.maxArtifactBytes())
                        .param("polls", wanted.maxPollsPerSecond())
                        .param("id", id.value())
                        .update());
        ManagedTenant after = read(id);
        record("tenant.quotas-changed", id, before, after);
        return after;
    }

    /** Its nodes get no answers to polls, its people and tokens are refused; reports of what is under way are taken. */
    @Transactional
    public ManagedTenant suspend(TenantId id, @Nullable String reason) {
        return move(id, null, "tenant.suspended", "ACTIVE", "SUSPENDED", reason, null);
    }

    @Transactional
    public ManagedTenant resume(TenantId id, @Nullable String reason) {
        return move(id, null, "tenant.resumed", "SUSPENDED", "ACTIVE", reason, null);
    }

    /** Suspends it, and deletes its data when the delay is over; the audit stays as long as retention keeps it. */
    @Transactional
    public ManagedTenant delete(TenantId id, long revision) {
        return move(id, revision, "tenant.deletion-planned", "ACTIVE", "SUSPENDED", "It will be deleted.", deleteDelay);
    }

    /** Takes a planned deletion back; the tenant stays suspended. */
    @Transactional
    public ManagedTenant restore(TenantId id) {
        ManagedTenant before = lock(id, null);
        if (before.deleteAt() == null || before.state().equals("DELETED")) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE, "No deletion of tenant %s is planned.".formatted(before.name()));
        }
        within(id).get(() -> jdbc.sql("""
                        update tenant
                        set delete_at = null, state_reason = null, updated_at = now(), version = version + 1
                        where id = :id
                        """).param("id", id.value()).update());
        ManagedTenant after = read(id);
        record("tenant.restored", id, before, after);
        return after;
    }

    private ManagedTenant move(
            TenantId id,
            @Nullable Long revision,
            String action,
            String from,
            String to,
            @Nullable String reason,
            @Nullable Duration deleteAfter) {
        var problems = new Problems();
        problems.text("/reason", reason, 1000);
        problems.throwIfAny();
        ManagedTenant before = lock(id, revision);
        boolean mayMove = before.state().equals(from)
                || deleteAfter != null && before.state().equals(to);
        if (!mayMove || before.deleteAt() != null) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    before.deleteAt() == null
                            ? "Tenant %s is %s; it must be %s.".formatted(before.name(), before.state(), from)
                            : "Tenant %s will be deleted at %s; restore it first."
                                    .formatted(before.name(), before.deleteAt()));
        }
        within(id)
                .get(() -> jdbc.sql("""
                        update tenant
                        set state = :state, state_reason = :reason,
                            delete_at = now() + make_interval(secs => cast(:delay as double precision)),
                            updated_at = now(), version = version + 1
                        where id = :id
                        """)
                        .param("state", to)
                        .param("reason", reason)
                        .param("delay", deleteAfter == null ? null : (double) deleteAfter.toSeconds())
                        .param("id", id.value())
                        .update());
        ManagedTenant after = read(id);
        record(action, id, before, after);
        return after;
    }

    private ManagedTenant lock(TenantId id, @Nullable Long revision) {
        requireManager();
        if (id.equals(TenantId.DEFAULT)) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE, "The default tenant is where the manager is run from; it stays.");
        }
        within(id)
                .get(() -> jdbc.sql("select from tenant where id = :id for no key update")
                        .param("id", id.value())
                        .query((row, number) -> "")
                        .list());
        ManagedTenant before = read(id);
        if (revision != null && before.revision() != revision) {
            throw new StaleVersion(KIND, id.toString());
        }
        return before;
    }

    /** In the audit of those who run the manager, and in the tenant's own. */
    private void record(String action, TenantId id, @Nullable ManagedTenant before, ManagedTenant after) {
        audit.record(action, KIND, id, before, after);
        within(id).run(() -> audit.record(action, KIND, id, before, after));
        notes.tenantChanged(id);
        notes.apiTokensChanged(id);
    }

    /** The same caller, about that tenant's rows. */
    private static CallContext within(TenantId tenant) {
        CallContext caller = CallContext.current();
        return new CallContext(tenant, caller.actorKind(), caller.actor(), caller.requestId());
    }

    private static void requireManager() {
        if (!CallContext.current().tenant().equals(TenantId.DEFAULT)) {
            throw new Conflict(ProblemType.FORBIDDEN, "Tenants are managed from the default tenant.");
        }
    }

    private static void check(String at, TenantQuotas quotas, Problems problems) {
        problems.range(at + "/maxNodes", quotas.maxNodes(), 0, Integer.MAX_VALUE);
        problems.range(at + "/maxCampaigns", quotas.maxCampaigns(), 0, Integer.MAX_VALUE);
        if (quotas.maxArtifactBytes() != null && quotas.maxArtifactBytes() < 0) {
            problems.add(
                    at + "/maxArtifactBytes", "is %d; 0 and more are allowed".formatted(quotas.maxArtifactBytes()));
        }
        problems.range(at + "/maxPollsPerSecond", quotas.maxPollsPerSecond(), 1, Integer.MAX_VALUE);
    }

    private static ManagedTenant tenant(ResultSet row) throws SQLException {
        OffsetDateTime deleteAt = row.getObject("delete_at", OffsetDateTime.class);
        return new ManagedTenant(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("state"),
                row.getString("state_reason"),
                deleteAt == null ? null : deleteAt.toInstant(),
                new TenantQuotas(
                        row.getObject("max_nodes", Integer.class),
                        row.getObject("max_campaigns", Integer.class),
                        row.getObject("max_artifact_bytes", Long.class),
                        row.getObject("max_polls_per_second", Integer.class)),
                row.getLong("nodes"),
                row.getLong("campaigns"),
                row.getLong("artifact_bytes"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getLong("version"));
    }
}

package org.maintenancemanager.core.access;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.ApiToken;
import org.maintenancemanager.api.admin.IssuedToken;
import org.maintenancemanager.api.admin.NewApiToken;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.query.FieldType;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The API tokens that operators hand out. */
@Service
public class ApiTokens {
    private static final String KIND = "api-token";
    private static final int MOST_NETWORKS = 50;
    private static final Pattern SCOPE = Pattern.compile("read|write");

    private static final ListQuery<ApiToken> LIST = ListQuery.of(KIND, "api_token a", (row, number) -> token(row))
            .columns("a.*, array(select n::text from unnest(a.networks) n) as network_texts, "
                    + StoredGrants.column("g.tenant_id = a.tenant_id and g.api_token_id = a.id"))
            .tenant("a.tenant_id")
            .id("a.id")
            .field("id", "a.id", FieldType.UUID)
            .field("name", "a.name", FieldType.TEXT)
            .field("expiresAt", "a.expires_at", FieldType.INSTANT)
            .nullable("revokedAt", "a.revoked_at", FieldType.INSTANT)
            .nullable("lastUsedAt", "a.last_used_at", FieldType.INSTANT)
            .field("createdAt", "a.created_at", FieldType.INSTANT)
            .sort("-id")
            .build();

    private final AuditLog audit;
    private final ChangeNotes notes;
    private final JdbcClient jdbc;
    private final StoredGrants grants;

    ApiTokens(AuditLog audit, ChangeNotes notes, JdbcClient jdbc, StoredGrants grants) {
        this.audit = audit;
        this.notes = notes;
        this.jdbc = jdbc;
        this.grants = grants;
    }

    public Page<ApiToken> list(ListRequest request) {
        return LIST.fetch(jdbc, CallContext.current().tenant(), request);
    }

    /** @throws NotFound if the tenant has no such token */
    public ApiToken load(UUID id) {
        return LIST.load(jdbc, CallContext.current().tenant(), id);
    }

    /** Creates all of them, or none; the secrets are only in the answer. */
    @Transactional
    public List<IssuedToken> create(List<NewApiToken> wanted) {
        TenantId tenant = CallContext.current().tenant();
        Instant now = requireNonNull(
                        jdbc.sql("select now()").query(OffsetDateTime.class).single())
                .toInstant();
        var problems = new Problems();
        for (int i = 0; i < wanted.size(); i++) {
            NewApiToken token = wanted.get(i);
            problems.line("/" + i + "/name", token.name(), 200);
            if (problems.present("/" + i + "/scopes", token.scopes())) {
                if (requireNonNull(token.scopes()).isEmpty()) {
                    problems.add("/" + i + "/scopes", "is empty; allowed are read, write");
                }
                problems.forms("/" + i + "/scopes", token.scopes(), 2, SCOPE, "read or write");
            }
            if (problems.present("/" + i + "/expiresAt", token.expiresAt())
                    && !requireNonNull(token.expiresAt()).isAfter(now)) {
                problems.add("/" + i + "/expiresAt", "is over; it must lie in the future");
            }
            StoredGrants.check(problems, "/" + i + "/grants", token.grants());
            checkNetworks(problems, "/" + i + "/networks", token.networks());
        }
        problems.throwIfAny();
        List<IssuedToken> created = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            created.add(insert(tenant, wanted.get(i), "/" + i + "/grants"));
        }
        notes.apiTokensChanged(tenant);
        return created;
    }

    private static void checkNetworks(Problems problems, String pointer, @Nullable List<String> networks) {
        if (networks == null) {
            return;
        }
        if (networks.size() > MOST_NETWORKS) {
            problems.add(pointer, "has %d entries; at most %d are allowed".formatted(networks.size(), MOST_NETWORKS));
            return;
        }
        for (int i = 0; i < networks.size(); i++) {
            String at = pointer + "/" + i;
            if (problems.present(at, networks.get(i))
                    && Network.parse(networks.get(i)).isEmpty()) {
                problems.add(
                        at, "is no range of addresses; allowed are such as 192.0.2.0/24, 2001:db8::/32 or 192.0.2.7");
            }
        }
    }

    private IssuedToken insert(TenantId tenant, NewApiToken checked, String grantsAt) {
        Token token = Token.generate(Token.Kind.API);
        Instant expiresAt = requireNonNull(checked.expiresAt());
        jdbc.sql("""
                        insert into api_token
                            (tenant_id, id, name, secret_sha256, scopes, expires_at, restricted, networks)
                        values (:tenant, :id, :name, :sha256, :scopes, :expiresAt, :restricted, cast(:networks as cidr[]))
                        """)
                .param("tenant", tenant.value())
                .param("id", token.id())
                .param("name", checked.name())
                .param("sha256", token.sha256())
                .param(
                        "scopes",
                        requireNonNull(checked.scopes()).stream().sorted().toArray(String[]::new))
                .param("expiresAt", expiresAt.atOffset(ZoneOffset.UTC))
                .param("restricted", checked.grants() != null)
                .param(
                        "networks",
                        checked.networks() == null
                                ? new String[0]
                                : checked.networks().toArray(String[]::new))
                .update();
        grants.put(tenant, null, token.id(), grantsAt, checked.grants());
        audit.record("api-token.created", KIND, token.id(), null, LIST.load(jdbc, tenant, token.id()));
        return new IssuedToken(token.id(), token.text(), expiresAt);
    }

    /** Opens nothing from now on, at the latest within a second. One that is revoked already stays so. */
    @Transactional
    public void revoke(UUID id) {
        TenantId tenant = CallContext.current().tenant();
        ApiToken before = LIST.load(jdbc, tenant, id);
        int revoked =
                jdbc.sql("""
                        update api_token set revoked_at = now()
                        where tenant_id = :tenant and id = :id and revoked_at is null
                        """).param("tenant", tenant.value()).param("id", id).update();
        if (revoked == 1) {
            audit.record("api-token.revoked", KIND, id, before, LIST.load(jdbc, tenant, id));
            notes.apiTokensChanged(tenant);
        }
    }

    private static ApiToken token(ResultSet row) throws SQLException {
        return new ApiToken(
                row.getObject("id", UUID.class),
                row.getString("name"),
                List.of((String[]) row.getArray("scopes").getArray()),
                requireNonNull(instant(row, "expires_at")),
                instant(row, "revoked_at"),
                instant(row, "last_used_at"),
                requireNonNull(instant(row, "created_at")),
                row.getBoolean("restricted") ? StoredGrants.shown(row) : null,
                List.of((String[]) row.getArray("network_texts").getArray()));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}

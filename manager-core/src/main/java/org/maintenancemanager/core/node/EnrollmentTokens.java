package org.maintenancemanager.core.node;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.EnrollmentToken;
import org.maintenancemanager.api.admin.IssuedToken;
import org.maintenancemanager.api.admin.NewEnrollmentToken;
import org.maintenancemanager.core.audit.AuditLog;
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
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The rights to enroll nodes that operators hand out. */
@Service
public class EnrollmentTokens {
    private static final String KIND = "enrollment-token";
    private static final Duration USUAL_LIFE = Duration.ofDays(1);
    private static final Duration LONGEST_LIFE = Duration.ofDays(366);
    private static final int MOST_USES = 1_000_000;
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};
    private static final Set<String> APPROVALS = Set.of("AUTO", "MANUAL");

    private static final ListQuery<EnrollmentToken> LIST = ListQuery.of(
                    KIND,
                    "enrollment_token e join site s on s.tenant_id = e.tenant_id and s.id = e.site_id",
                    (row, number) -> token(row))
            .columns("e.*, s.path as site_path")
            .tenant("e.tenant_id")
            .site("s.path")
            .id("e.id")
            .field("id", "e.id", FieldType.UUID)
            .field("name", "e.name", FieldType.TEXT)
            .field("siteId", "e.site_id", FieldType.UUID)
            .field("site", "s.path collate \"C\"", FieldType.TEXT)
            .field("approval", "e.approval", FieldType.oneOf("AUTO", "MANUAL"))
            .field("maxUses", "e.max_uses", FieldType.LONG)
            .field("uses", "e.uses", FieldType.LONG)
            .field("expiresAt", "e.expires_at", FieldType.INSTANT)
            .nullable("revokedAt", "e.revoked_at", FieldType.INSTANT)
            .field("createdAt", "e.created_at", FieldType.INSTANT)
            .sort("-id")
            .build();

    private final AuditLog audit;
    private final JdbcClient jdbc;

    EnrollmentTokens(AuditLog audit, JdbcClient jdbc) {
        this.audit = audit;
        this.jdbc = jdbc;
    }

    public Page<EnrollmentToken> list(ListRequest request) {
        return LIST.fetch(jdbc, CallContext.current().tenant(), request);
    }

    /** @throws NotFound if the tenant has no such token */
    public EnrollmentToken load(UUID id) {
        return LIST.load(jdbc, CallContext.current().tenant(), id);
    }

    /** Creates all of them, or none; the secrets are only in the answer. */
    @Transactional
    public List<IssuedToken> create(List<NewEnrollmentToken> wanted) {
        TenantId tenant = CallContext.current().tenant();
        var problems = new Problems();
        List<@Nullable UUID> sites = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            checkForm("/" + i, wanted.get(i), problems);
            UUID site = siteAt(tenant, wanted.get(i).site());
            if (wanted.get(i).site() != null && site == null) {
                problems.add("/" + i + "/site", "there is no such site");
            }
            sites.add(site);
        }
        problems.throwIfAny();
        List<IssuedToken> created = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            created.add(insert(tenant, requireNonNull(sites.get(i)), wanted.get(i)));
        }
        return created;
    }

    private static void checkForm(String at, NewEnrollmentToken token, Problems problems) {
        problems.line(at + "/name", token.name(), 200);
        problems.present(at + "/site", token.site());
        if (token.approval() != null && !APPROVALS.contains(token.approval())) {
            problems.add(at + "/approval", "is '%s'; allowed are AUTO, MANUAL".formatted(token.approval()));
        }
        NodeFields.checkLabels(at + "/hardwareIds", token.hardwareIds(), problems);
        problems.range(at + "/maxUses", token.maxUses(), 1, MOST_USES);
        Duration life = token.validFor();
        if (life != null && (life.compareTo(Duration.ofSeconds(1)) < 0 || life.compareTo(LONGEST_LIFE) > 0)) {
            problems.add(at + "/validFor", "is %s; allowed are PT1S to %s".formatted(life, LONGEST_LIFE));
        }
    }

    private IssuedToken insert(TenantId tenant, UUID site, NewEnrollmentToken checked) {
        Token token = Token.generate(Token.Kind.ENROLLMENT);
        Duration life = checked.validFor() == null ? USUAL_LIFE : checked.validFor();
        Instant expiresAt = jdbc.sql("""
                        insert into enrollment_token
                            (tenant_id, id, name, secret_sha256, site_id, approval, max_uses, expires_at, hardware_ids)
                        values (:tenant, :id, :name, :sha256, :site, :approval, :maxUses,
                                now() + make_interval(secs => :life), cast(:hardwareIds as jsonb))
                        returning expires_at
                        """)
                .param("tenant", tenant.value())
                .param("id", token.id())
                .param("name", checked.name())
                .param("sha256", token.sha256())
                .param("site", site)
                .param("approval", checked.approval() == null ? "AUTO" : checked.approval())
                .param("maxUses", checked.maxUses() == null ? 1 : checked.maxUses())
                .param("life", (double) life.toMillis() / 1000)
                .param(
                        "hardwareIds",
                        JSON.writeValueAsString(checked.hardwareIds() == null ? Map.of() : checked.hardwareIds()))
                .query((row, number) -> NodeList.instant(row, "expires_at"))
                .single();
        audit.record("enrollment-token.created", KIND, token.id(), null, LIST.load(jdbc, tenant, token.id()));
        return new IssuedToken(token.id(), token.text(), expiresAt);
    }

    /** Lets it enroll nobody from now on. One that is revoked already stays so. */
    @Transactional
    public void revoke(UUID id) {
        TenantId tenant = CallContext.current().tenant();
        EnrollmentToken before = LIST.load(jdbc, tenant, id);
        int revoked =
                jdbc.sql("""
                        update enrollment_token set revoked_at = now()
                        where tenant_id = :tenant and id = :id and revoked_at is null
                        """).param("tenant", tenant.value()).param("id", id).update();
        if (revoked == 1) {
            audit.record("enrollment-token.revoked", KIND, id, before, LIST.load(jdbc, tenant, id));
        }
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

    private static EnrollmentToken token(ResultSet row) throws SQLException {
        return new EnrollmentToken(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getObject("site_id", UUID.class),
                row.getString("site_path"),
                row.getString("approval"),
                row.getInt("max_uses"),
                row.getInt("uses"),
                NodeList.instant(row, "expires_at"),
                NodeList.instantOrNull(row, "revoked_at"),
                NodeList.instant(row, "created_at"),
                JSON.readValue(row.getString("hardware_ids"), TEXTS));
    }
}

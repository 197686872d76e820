package org.maintenancemanager.core.access;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.maintenancemanager.api.admin.LogInRule;
import org.maintenancemanager.api.admin.LogInRuleChange;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** How people log in to the tenant of the call; {@link SessionDirectory} sees to it that they do. */
@Service
public class LogInRules {
    private static final String KIND = "log-in-rule";

    /** Whether the rule demands a second factor of the person {@code p}. */
    static final String BINDS_PERSON = """
            exists (
                select from log_in_rule r
                join access_grant g on g.tenant_id = r.tenant_id and g.role = any (r.second_factor_roles)
                where r.tenant_id = p.tenant_id and g.person_id = p.id)""";

    private static final LogInRule NOBODY = new LogInRule(List.of(), 0);
    private static final String ROLES =
            Arrays.stream(Role.values()).map(Role::word).collect(Collectors.joining(", "));
    private static final Pattern ROLE = Pattern.compile(ROLES.replace(", ", "|"));

    private final JdbcClient jdbc;
    private final AuditLog audit;
    private final ChangeNotes notes;

    LogInRules(JdbcClient jdbc, AuditLog audit, ChangeNotes notes) {
        this.jdbc = jdbc;
        this.audit = audit;
        this.notes = notes;
    }

    public LogInRule load() {
        return jdbc.sql("select second_factor_roles, version from log_in_rule where tenant_id = :tenant")
                .param("tenant", tenant().value())
                .query((row, number) -> new LogInRule(
                        List.of((String[]) row.getArray("second_factor_roles").getArray()), row.getLong("version")))
                .optional()
                .orElse(NOBODY);
    }

    /**
     * Holds within a second, also for sessions that are open.
     *
     * @param revision that the caller saw
     * @param change gets what can be changed as it is now, and gives what it shall be
     * @throws StaleVersion if it is no longer at {@code revision}
     */
    @Transactional
    public LogInRule change(long revision, UnaryOperator<LogInRuleChange> change) {
        // Whoever sets it first has no row to lock.
        jdbc.sql("select from tenant where id = :tenant for no key update")
                .param("tenant", tenant().value())
                .query((row, number) -> "")
                .list();
        LogInRule before = load();
        if (before.revision() != revision) {
            throw new StaleVersion(KIND, tenant().toString());
        }
        LogInRuleChange wanted = change.apply(new LogInRuleChange(before.secondFactorRoles()));
        var problems = new Problems();
        problems.forms("/secondFactorRoles", wanted.secondFactorRoles(), Role.values().length, ROLE, "one of " + ROLES);
        problems.throwIfAny();
        List<String> roles =
                wanted.secondFactorRoles() == null ? List.of() : requireNonNull(wanted.secondFactorRoles());
        jdbc.sql("""
                        insert into log_in_rule (tenant_id, second_factor_roles, version)
                        values (:tenant, cast(:roles as text[]), 1)
                        on conflict (tenant_id) do update
                        set second_factor_roles = excluded.second_factor_roles, updated_at = now(),
                            version = log_in_rule.version + 1
                        """)
                .param("tenant", tenant().value())
                .param("roles", roles.toArray(String[]::new))
                .update();
        LogInRule after = load();
        audit.record("log-in-rule.changed", KIND, tenant(), before, after);
        notes.apiTokensChanged(tenant());
        return after;
    }

    private static TenantId tenant() {
        return CallContext.current().tenant();
    }
}

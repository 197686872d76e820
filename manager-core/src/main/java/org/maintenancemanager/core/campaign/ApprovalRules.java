package org.maintenancemanager.core.campaign;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.node.Selector;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The rule of the tenant of the call that says when a campaign needs a second person. */
@Service
public class ApprovalRules {
    private static final ApprovalRule NEVER = new ApprovalRule(null, null, false, false, 0);

    private final JdbcClient jdbc;
    private final Membership membership;
    private final AuditLog audit;

    ApprovalRules(JdbcClient jdbc, Membership membership, AuditLog audit) {
        this.jdbc = jdbc;
        this.membership = membership;
        this.audit = audit;
    }

    public ApprovalRule load() {
        return jdbc.sql("select * from approval_rule where tenant_id = :tenant")
                .param("tenant", tenant().value())
                .query((row, number) -> new ApprovalRule(
                        row.getObject("max_nodes", Integer.class),
                        row.getString("selector"),
                        row.getBoolean("downgrade"),
                        row.getBoolean("override"),
                        row.getLong("version")))
                .optional()
                .orElse(NEVER);
    }

    /**
     * Holds for campaigns that are started from now on.
     *
     * @param revision that the caller saw
     * @throws StaleVersion if it is no longer at {@code revision}
     */
    @Transactional
    public ApprovalRule change(long revision, ApprovalRule wanted) {
        // Whoever sets it first has no row to lock.
        jdbc.sql("select from tenant where id = :tenant for no key update")
                .param("tenant", tenant().value())
                .query((row, number) -> "")
                .list();
        ApprovalRule before = load();
        if (before.revision() != revision) {
            throw new StaleVersion("approval rule", tenant().toString());
        }
        check(wanted);
        jdbc.sql("""
                        insert into approval_rule (tenant_id, max_nodes, selector, downgrade, override, version)
                        values (:tenant, :maxNodes, :selector, :downgrade, :override, 1)
                        on conflict (tenant_id) do update
                        set max_nodes = excluded.max_nodes, selector = excluded.selector,
                            downgrade = excluded.downgrade, override = excluded.override, updated_at = now(),
                            version = approval_rule.version + 1
                        """)
                .param("tenant", tenant().value())
                .param("maxNodes", wanted.maxNodes())
                .param("selector", wanted.selector())
                .param("downgrade", wanted.downgrade())
                .param("override", wanted.override())
                .update();
        ApprovalRule after = load();
        audit.record("approval-rule.changed", "approval-rule", tenant(), before, after);
        return after;
    }

    private static void check(ApprovalRule wanted) {
        var problems = new Problems();
        problems.range("/maxNodes", wanted.maxNodes(), 0, Integer.MAX_VALUE);
        String selector = wanted.selector();
        if (selector != null) {
            if (selector.isBlank() || selector.length() > 4000) {
                problems.add("/selector", "must have 1 to 4000 characters, or be absent");
            } else {
                try {
                    Selector.parse(selector);
                } catch (InvalidInput e) {
                    e.problems().forEach(problem -> problems.add("/selector", problem.message()));
                }
            }
        }
        problems.throwIfAny();
    }

    /** Codes of why this campaign needs a second person; none: it may start. */
    List<String> reasons(CampaignSpec spec, @Nullable CampaignId rollbackOf) {
        ApprovalRule rule = load();
        List<String> reasons = new ArrayList<>();
        if (rule.maxNodes() != null && hasMoreNodes(spec, rollbackOf, rule.maxNodes())) {
            reasons.add("NODES");
        }
        if (rule.selector() != null && hasNodeOf(spec, rollbackOf, rule.selector())) {
            reasons.add("SELECTOR");
        }
        if (rule.downgrade() && spec.allowDowngrade()) {
            reasons.add("DOWNGRADE");
        }
        if (rule.override() && spec.schedule().escalation() != null) {
            reasons.add("OVERRIDE");
        }
        return reasons;
    }

    private boolean hasMoreNodes(CampaignSpec spec, @Nullable CampaignId rollbackOf, int nodes) {
        Map<String, Object> params = new HashMap<>();
        String selected = membership.selected(tenant(), spec, rollbackOf, params);
        return jdbc.sql("""
                        select count(*) > :nodes
                        from (select from node n
                              join site s on (s.tenant_id, s.id) = (n.tenant_id, n.site_id)
                              where n.tenant_id = :tenant and n.state = 'ACTIVE' and %s
                              limit :most) counted
                        """.formatted(selected))
                .params(params)
                .param("nodes", nodes)
                .param("most", nodes + 1L)
                .query(Boolean.class)
                .single();
    }

    private boolean hasNodeOf(CampaignSpec spec, @Nullable CampaignId rollbackOf, String selector) {
        Map<String, Object> params = new HashMap<>();
        String selected = membership.selected(tenant(), spec, rollbackOf, params);
        String ruled = Membership.condition(selector, "rule", params);
        return jdbc.sql("""
                        select exists (select from node n
                                       join site s on (s.tenant_id, s.id) = (n.tenant_id, n.site_id)
                                       where n.tenant_id = :tenant and n.state = 'ACTIVE' and %s and %s)
                        """.formatted(selected, ruled))
                .params(params)
                .query(Boolean.class)
                .single();
    }

    private static TenantId tenant() {
        return CallContext.current().tenant();
    }
}

package org.maintenancemanager.core.campaign;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.node.SiteId;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldType;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.query.ViolatedConstraint;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The budgets of sites and selectors, in the tenant of the call. */
@Service
public class Budgets {
    private static final String KIND = "budget";

    private static final ListQuery<Budget> LIST = ListQuery.of(
                    KIND,
                    "budget b left join site s on s.tenant_id = b.tenant_id and s.id = b.site_id",
                    (row, number) -> budget(row))
            .columns("""
                    b.*, s.path site_path,
                    (select count(*) from download_turn turn
                     where turn.tenant_id = b.tenant_id and b.id = any (turn.budget_ids)) as downloading
                    """)
            .tenant("b.tenant_id")
            .site("s.path")
            .id("b.id")
            .field("id", "b.id", FieldType.UUID)
            .field("name", "b.name", FieldType.TEXT)
            .nullable("sitePath", "s.path", FieldType.TEXT)
            .nullable("selector", "b.selector", FieldType.TEXT)
            .nullable("maxInFlight", "b.max_in_flight", FieldType.LONG)
            .field("inFlight", "b.in_flight", FieldType.LONG)
            .field("createdAt", "b.created_at", FieldType.INSTANT)
            .field("updatedAt", "b.updated_at", FieldType.INSTANT)
            .sort("name")
            .build();

    private final BudgetRows rows;
    private final AuditLog audit;
    private final ChangeNotes notes;
    private final JdbcClient jdbc;

    Budgets(BudgetRows rows, AuditLog audit, ChangeNotes notes, JdbcClient jdbc) {
        this.rows = rows;
        this.audit = audit;
        this.notes = notes;
        this.jdbc = jdbc;
    }

    /** Creates all of them, or none. Permits that are in flight at their sites count from the start. */
    @Transactional
    public List<Budget> create(List<BudgetDraft> drafts) {
        TenantId tenant = CallContext.current().tenant();
        var problems = new Problems();
        Map<String, SiteId> sites = sites(tenant, drafts);
        for (int i = 0; i < drafts.size(); i++) {
            BudgetDraft draft = drafts.get(i);
            draft.check("/" + i, problems);
            if (draft.sitePath() != null
                    && (!sites.containsKey(draft.sitePath())
                            || !CallContext.reach().covers(draft.sitePath()))) {
                problems.add("/" + i + "/sitePath", "there is no site " + draft.sitePath());
            }
            if (draft.selector() != null && !CallContext.reach().everywhere()) {
                problems.add(
                        "/" + i + "/selector",
                        "must be absent: you may manage budgets of sites %s and below, and a selector holds everywhere"
                                .formatted(String.join(", ", CallContext.reach().sites())));
            }
        }
        problems.throwIfAny();
        List<BudgetId> ids = new ArrayList<>();
        for (BudgetDraft draft : drafts) {
            SiteId site = sites.get(draft.sitePath());
            if (site == null && draft.selector() == null) {
                throw new IllegalStateException("the site of " + draft + " was there a moment ago");
            }
            BudgetId id = new BudgetId(Ids.next());
            rows.save(new BudgetRow(id, site, draft));
            ids.add(id);
        }
        flush(drafts);
        List<Budget> created = new ArrayList<>();
        for (BudgetId id : ids) {
            adoptPermits(tenant, id);
            ruleChanged(tenant);
            Budget budget = LIST.load(jdbc, tenant, id.value());
            audit.record("budget.created", KIND, id, null, budget);
            created.add(budget);
        }
        notes.tenantChanged(tenant);
        return List.copyOf(created);
    }

    /** Nodes that are being disturbed already use their part of a new budget, and give it back when they are done. */
    private void adoptPermits(TenantId tenant, BudgetId id) {
        String selector = jdbc.sql("select selector from budget where tenant_id = :tenant and id = :budget")
                .param("tenant", tenant.value())
                .param("budget", id.value())
                .query((row, number) -> Optional.ofNullable(row.getString("selector")))
                .single()
                .orElse(null);
        Map<String, Object> params = new HashMap<>();
        String selected = selector == null ? "true" : Membership.condition(selector, "b", params);
        jdbc.sql("""
                        with disturbed as (
                            select p.id
                            from budget b
                            left join site top on top.tenant_id = b.tenant_id and top.id = b.site_id
                            join site s on s.tenant_id = b.tenant_id
                                and (top.id is null or s.path = top.path or starts_with(s.path, top.path || '/'))
                            join node n on n.tenant_id = b.tenant_id and n.site_id = s.id and (%s)
                            join permit p on p.tenant_id = b.tenant_id and p.node_id = n.id and p.ended_at is null
                            where b.tenant_id = :tenant and b.id = :budget
                            order by p.id
                            for update of p
                        ), adopted as (
                            update permit p set budget_ids = p.budget_ids || :budget
                            from disturbed d
                            where p.tenant_id = :tenant and p.id = d.id
                            returning 1
                        )
                        update budget set in_flight = (select count(*) from adopted)
                        where tenant_id = :tenant and id = :budget
                        """.formatted(selected))
                .params(params)
                .param("tenant", tenant.value())
                .param("budget", id.value())
                .update();
    }

    /** Who grants next must not go by the budgets that memory had before. */
    private void ruleChanged(TenantId tenant) {
        jdbc.sql("update tenant set window_version = window_version + 1 where id = :tenant")
                .param("tenant", tenant.value())
                .update();
    }

    /** @throws NotFound if the tenant has no such budget */
    public Budget load(BudgetId id) {
        return LIST.load(jdbc, CallContext.current().tenant(), id.value());
    }

    public Page<Budget> list(ListRequest request) {
        return LIST.fetch(jdbc, CallContext.current().tenant(), request);
    }

    /**
     * Renames it, raises or lowers its limit, at any time: permits that were granted stay, the next one obeys.
     *
     * @param revision that the caller saw
     * @param change gets what is said now, and gives what shall be said
     */
    @Transactional
    public Budget change(BudgetId id, long revision, UnaryOperator<BudgetDraft> change) {
        TenantId tenant = CallContext.current().tenant();
        BudgetRow row = lock(id, revision);
        Budget before = LIST.load(jdbc, tenant, id.value());
        BudgetDraft wanted = change.apply(before.draft());
        var problems = new Problems();
        wanted.check("", problems);
        if (!Objects.equals(wanted.selector(), before.selector())) {
            problems.add("/selector", "cannot be changed: permits in flight were counted by it; create another budget");
        }
        if (wanted.sitePath() != null && !wanted.sitePath().equals(before.sitePath())) {
            problems.add(
                    "/sitePath",
                    "is %s and cannot be changed: permits in flight were counted there; create another budget"
                            .formatted(before.sitePath()));
        }
        problems.throwIfAny();
        row.take(wanted);
        flush(List.of(wanted));
        Budget after = LIST.load(jdbc, tenant, id.value());
        if (after.revision() != before.revision()) {
            audit.record("budget.changed", KIND, id, before, after);
            notes.tenantChanged(tenant);
        }
        return after;
    }

    @Transactional
    public void delete(BudgetId id, long revision) {
        TenantId tenant = CallContext.current().tenant();
        BudgetRow row = lock(id, revision);
        Budget before = LIST.load(jdbc, tenant, id.value());
        rows.delete(row);
        rows.flush();
        ruleChanged(tenant);
        audit.record("budget.deleted", KIND, id, before, null);
        notes.tenantChanged(tenant);
    }

    private BudgetRow lock(BudgetId id, long revision) {
        BudgetRow row = rows.findById(id.value()).orElseThrow(() -> new NotFound(KIND, id.toString()));
        if (row.revision() != revision) {
            throw new StaleVersion(KIND, id.toString());
        }
        return row;
    }

    private Map<String, SiteId> sites(TenantId tenant, List<BudgetDraft> drafts) {
        Map<String, SiteId> sites = new HashMap<>();
        // Locked against deletion until the budgets are written.
        jdbc.sql("select id, path from site where tenant_id = :tenant and path = any(:paths) for key share")
                .param("tenant", tenant.value())
                .param(
                        "paths",
                        drafts.stream()
                                .map(BudgetDraft::sitePath)
                                .filter(path -> path != null && path.indexOf('\0') < 0)
                                .toArray(String[]::new))
                .query((row, number) -> sites.put(row.getString("path"), new SiteId(row.getObject("id", UUID.class))))
                .list();
        return sites;
    }

    private void flush(List<BudgetDraft> wanted) {
        try {
            rows.flush();
        } catch (DataIntegrityViolationException refusal) {
            ViolatedConstraint constraint = ViolatedConstraint.of(refusal);
            if (constraint.kind() != ViolatedConstraint.Kind.UNIQUE) {
                throw refusal;
            }
            throw new Conflict(
                    ProblemType.CONFLICT,
                    constraint.name().contains("site")
                            ? "A site can have only one budget; see site %s."
                                    .formatted(ViolatedConstraint.oneOf(wanted.stream()
                                            .map(draft -> String.valueOf(draft.sitePath()))
                                            .toList()))
                            : "There can be only one budget named %s."
                                    .formatted(ViolatedConstraint.oneOf(wanted.stream()
                                            .map(draft -> String.valueOf(draft.name()))
                                            .toList())));
        }
    }

    private static BudgetDraft.@Nullable Downloads downloads(ResultSet row) throws SQLException {
        var downloads = new BudgetDraft.Downloads(
                row.getObject("max_downloads", Integer.class), row.getObject("bytes_per_second", Long.class));
        return downloads.isNothing() ? null : downloads;
    }

    private static Budget budget(ResultSet row) throws SQLException {
        return new Budget(
                new BudgetId(row.getObject("id", UUID.class)),
                row.getString("name"),
                row.getString("site_path"),
                row.getString("selector"),
                row.getObject("max_in_flight", Integer.class),
                row.getInt("in_flight"),
                downloads(row),
                row.getInt("downloading"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getLong("version"));
    }
}

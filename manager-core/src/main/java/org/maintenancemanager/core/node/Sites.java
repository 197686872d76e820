package org.maintenancemanager.core.node;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.maintenancemanager.api.admin.NewSite;
import org.maintenancemanager.api.admin.Site;
import org.maintenancemanager.api.admin.SiteChange;
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
import org.maintenancemanager.core.query.ViolatedConstraint;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The tree of sites, in the tenant of the call. */
@Service
public class Sites {
    private static final String KIND = "site";
    private static final int LONGEST_PATH = 512;
    private static final Pattern PATH = Pattern.compile("(/[a-z0-9][a-z0-9._-]*)+");

    private static final ListQuery<Site> LIST = ListQuery.of(KIND, "site s", (row, number) -> site(row))
            .columns("s.*")
            .tenant("s.tenant_id")
            .site("s.path")
            .id("s.id")
            .field("id", "s.id", FieldType.UUID)
            .field("path", "s.path collate \"C\"", FieldType.TEXT)
            .field("name", "s.name", FieldType.TEXT)
            .field("zone", "s.zone", FieldType.TEXT)
            .field("createdAt", "s.created_at", FieldType.INSTANT)
            .field("updatedAt", "s.updated_at", FieldType.INSTANT)
            .sort("path")
            .build();

    private final SiteRows rows;
    private final AuditLog audit;
    private final ChangeNotes notes;
    private final JdbcClient jdbc;

    Sites(SiteRows rows, AuditLog audit, ChangeNotes notes, JdbcClient jdbc) {
        this.rows = rows;
        this.audit = audit;
        this.notes = notes;
        this.jdbc = jdbc;
    }

    /**
     * Creates all of them, or none. A site without a zone gets that of the nearest one above, also among these,
     * else the tenant's.
     */
    @Transactional
    public List<Site> create(List<NewSite> wanted) {
        TenantId tenant = CallContext.current().tenant();
        List<SiteRow> made = checked(tenant, wanted);
        try {
            made.forEach(rows::save);
            rows.flush();
        } catch (DataIntegrityViolationException refusal) {
            if (ViolatedConstraint.of(refusal).kind() != ViolatedConstraint.Kind.UNIQUE) {
                throw refusal;
            }
            throw new Conflict(ProblemType.CONFLICT, "Another call created a site with the same path just now.");
        }
        Map<String, Site> stored = new HashMap<>();
        byPath(tenant, wanted.stream().map(site -> requireNonNull(site.path())).toList())
                .forEach(site -> stored.put(site.path(), site));
        List<Site> created = wanted.stream()
                .map(site -> requireNonNull(stored.get(requireNonNull(site.path()))))
                .toList();
        created.forEach(site -> audit.record("site.created", KIND, site.id(), null, site));
        notes.tenantChanged(tenant);
        return created;
    }

    private List<SiteRow> checked(TenantId tenant, List<NewSite> wanted) {
        var problems = new Problems();
        Set<String> paths = new HashSet<>();
        for (int i = 0; i < wanted.size(); i++) {
            checkForm("/" + i, wanted.get(i), problems);
            String path = wanted.get(i).path();
            if (path != null && !paths.add(path)) {
                problems.add("/" + i + "/path", "stands twice in this call");
            }
            if (path != null && !CallContext.reach().covers(path)) {
                problems.add("/" + i + "/path", "lies outside of the sites where you may make any");
            }
        }
        problems.throwIfAny();

        Map<String, String> zones = zonesAtAndAbove(tenant, paths);
        var taken = new TreeSet<>(paths);
        taken.retainAll(zones.keySet());
        zones.put("", tenantZone(tenant));
        if (!taken.isEmpty()) {
            throw new Conflict(ProblemType.CONFLICT, "There is already a site " + taken.first() + ".");
        }
        wanted.stream()
                .filter(site -> site.zone() != null)
                .forEach(site -> zones.put(requireNonNull(site.path()), requireNonNull(site.zone())));

        List<SiteRow> made = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            String path = requireNonNull(wanted.get(i).path());
            String name = wanted.get(i).name();
            made.add(new SiteRow(
                    new SiteId(Ids.next()),
                    path,
                    name == null ? path.substring(path.lastIndexOf('/') + 1) : name,
                    nearest(zones, path)));
        }
        return made;
    }

    private static void checkForm(String at, NewSite site, Problems problems) {
        String path = site.path();
        // The length first: a pattern with a group that repeats takes stack for each part.
        if (problems.present(at + "/path", path) && problems.text(at + "/path", path, LONGEST_PATH)) {
            problems.form(
                    at + "/path",
                    path,
                    PATH,
                    "parts of lower-case letters, digits, dots, dashes and underscores, each after a slash, such as"
                            + " /eu/de/berlin-3");
        }
        if (site.name() != null) {
            problems.line(at + "/name", site.name(), 200);
        }
        Zones.check(at + "/zone", site.zone(), problems);
    }

    /** @param zones by path; the tenant's stands at the empty one */
    private static String nearest(Map<String, String> zones, String path) {
        String place = path;
        while (!zones.containsKey(place)) {
            place = above(place);
        }
        return requireNonNull(zones.get(place));
    }

    private String tenantZone(TenantId tenant) {
        return jdbc.sql("select zone from tenant where id = :tenant")
                .param("tenant", tenant.value())
                .query(String.class)
                .single();
    }

    private static String above(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    private Map<String, String> zonesAtAndAbove(TenantId tenant, Set<String> paths) {
        Set<String> places = new HashSet<>();
        for (String path : paths) {
            for (String place = path; !place.isEmpty(); place = above(place)) {
                places.add(place);
            }
        }
        Map<String, String> zones = new HashMap<>();
        byPath(tenant, places).forEach(site -> zones.put(site.path(), site.zone()));
        return zones;
    }

    /** Those of these paths that are sites of the tenant of the call. */
    public Map<String, UUID> idsByPath(Collection<String> paths) {
        Map<String, UUID> ids = new HashMap<>();
        byPath(CallContext.current().tenant(), paths).forEach(site -> ids.put(site.path(), site.id()));
        return ids;
    }

    private List<Site> byPath(TenantId tenant, Collection<String> paths) {
        return jdbc.sql("select * from site where tenant_id = :tenant and path = any(:paths)")
                .param("tenant", tenant.value())
                .param("paths", paths.toArray(String[]::new))
                .query((row, number) -> site(row))
                .list();
    }

    /** @throws NotFound if the tenant has no such site */
    public Site load(SiteId id) {
        return LIST.load(jdbc, CallContext.current().tenant(), id.value());
    }

    public Page<Site> list(ListRequest request) {
        return LIST.fetch(jdbc, CallContext.current().tenant(), request);
    }

    /**
     * @param revision that the caller saw
     * @param change gets what can be changed as it is now, and gives what it shall be
     */
    @Transactional
    public Site change(SiteId id, long revision, UnaryOperator<SiteChange> change) {
        TenantId tenant = CallContext.current().tenant();
        SiteRow row = lock(id, revision);
        Site before = LIST.load(jdbc, tenant, id.value());
        SiteChange wanted = change.apply(new SiteChange(before.name(), before.zone()));
        var problems = new Problems();
        problems.line("/name", wanted.name(), 200);
        problems.present("/zone", wanted.zone());
        Zones.check("/zone", wanted.zone(), problems);
        problems.throwIfAny();
        row.change(requireNonNull(wanted.name()), requireNonNull(wanted.zone()));
        rows.flush();
        Site after = LIST.load(jdbc, tenant, id.value());
        if (after.revision() != before.revision()) {
            audit.record("site.changed", KIND, id, before, after);
            notes.tenantChanged(tenant);
            if (!after.zone().equals(before.zone())) {
                // Windows in the nodes' local time open at other instants now, and each node's zone may be its site's.
                notes.allNodesChanged(tenant);
                jdbc.sql("update tenant set window_version = window_version + 1 where id = :tenant")
                        .param("tenant", tenant.value())
                        .update();
            }
        }
        return after;
    }

    /** @throws Conflict if nodes, windows, budgets or enrollment tokens belong to it */
    @Transactional
    public void delete(SiteId id, long revision) {
        TenantId tenant = CallContext.current().tenant();
        SiteRow row = lock(id, revision);
        Site before = LIST.load(jdbc, tenant, id.value());
        refuseIfUsed(tenant, before);
        try {
            rows.delete(row);
            rows.flush();
        } catch (DataIntegrityViolationException refusal) {
            throw new Conflict(ProblemType.IN_USE, "Something began to use site %s just now.".formatted(before.path()));
        }
        audit.record("site.deleted", KIND, id, before, null);
        notes.tenantChanged(tenant);
    }

    private void refuseIfUsed(TenantId tenant, Site site) {
        List<String> users = jdbc.sql("""
                        select format('%s %s', count, kind)
                        from (
                            select 1 place, count(*), 'nodes (decommissioned ones included)' kind
                            from node where tenant_id = :tenant and site_id = :site
                            union all
                            select 2, count(*), 'maintenance windows'
                            from maintenance_window where tenant_id = :tenant and target_site_id = :site
                            union all
                            select 3, count(*), 'budgets'
                            from budget where tenant_id = :tenant and site_id = :site
                            union all
                            select 4, count(*), 'enrollment tokens'
                            from enrollment_token where tenant_id = :tenant and site_id = :site
                        ) users
                        where count > 0
                        order by place
                        """)
                .param("tenant", tenant.value())
                .param("site", site.id())
                .query(String.class)
                .list();
        if (!users.isEmpty()) {
            throw new Conflict(
                    ProblemType.IN_USE, "Site %s is used by %s.".formatted(site.path(), String.join(", ", users)));
        }
    }

    private SiteRow lock(SiteId id, long revision) {
        SiteRow row = rows.findById(id.value()).orElseThrow(() -> new NotFound(KIND, id.toString()));
        if (row.revision() != revision) {
            throw new StaleVersion(KIND, id.toString());
        }
        return row;
    }

    private static Site site(ResultSet row) throws SQLException {
        return new Site(
                row.getObject("id", UUID.class),
                row.getString("path"),
                row.getString("name"),
                row.getString("zone"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getLong("version"));
    }
}

package org.maintenancemanager.core.window;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
import org.maintenancemanager.core.window.WindowDefinition.BySelector;
import org.maintenancemanager.core.window.WindowDefinition.Default;
import org.maintenancemanager.core.window.WindowDefinition.FixedZone;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDefinition.NodeLocal;
import org.maintenancemanager.core.window.WindowDefinition.SingleNode;
import org.maintenancemanager.core.window.WindowDefinition.SiteSubtree;
import org.maintenancemanager.core.window.WindowDefinition.Target;
import org.maintenancemanager.core.window.WindowDefinition.Tenant;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceType;
import org.maintenancemanager.core.window.WindowDraft.TargetType;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The windows and freezes of the tenant of the call. Each change gives the tenant's set of windows another version in the
 * same transaction, so that no permit is granted on windows that are no more.
 */
@Service
public class Windows {
    private static final String KIND = "window";

    private static final ListQuery<Window> LIST = ListQuery.of(
                    KIND, StoredWindows.TABLES, (row, number) -> StoredWindows.window(row))
            .columns(StoredWindows.COLUMNS)
            .tenant("w.tenant_id")
            .id("w.id")
            .field("id", "w.id", FieldType.UUID)
            .field("name", "w.name", FieldType.TEXT)
            .field("kind", "w.kind", FieldType.oneOf(Kind.class))
            .field("recurrence.type", "w.recurrence", FieldType.oneOf(RecurrenceType.class))
            .field("zone", "w.zone", FieldType.TEXT)
            .field("target.type", "w.target", FieldType.oneOf(TargetType.class))
            .nullable("target.sitePath", "s.path", FieldType.TEXT)
            .nullable("target.nodeId", "w.target_node_id", FieldType.UUID)
            .field("enabled", "w.enabled", FieldType.BOOLEAN)
            .nullable("validFrom", "w.valid_from", FieldType.INSTANT)
            .nullable("validUntil", "w.valid_until", FieldType.INSTANT)
            .field("createdAt", "w.created_at", FieldType.INSTANT)
            .field("updatedAt", "w.updated_at", FieldType.INSTANT)
            .sort("name")
            .build();

    private final WindowRows rows;
    private final AuditLog audit;
    private final ChangeNotes notes;
    private final JdbcClient jdbc;

    Windows(WindowRows rows, AuditLog audit, ChangeNotes notes, JdbcClient jdbc) {
        this.rows = rows;
        this.audit = audit;
        this.notes = notes;
        this.jdbc = jdbc;
    }

    /** Creates all of them, or none. */
    @Transactional
    public List<Window> create(List<WindowDraft> drafts) {
        TenantId tenant = CallContext.current().tenant();
        var problems = new Problems();
        List<WindowDefinition> definitions = new ArrayList<>();
        List<String> pointers = new ArrayList<>();
        for (int i = 0; i < drafts.size(); i++) {
            WindowDefinition definition = drafts.get(i).define(new WindowId(Ids.next()), "/" + i, problems);
            if (definition != null) {
                definitions.add(definition);
                pointers.add("/" + i);
            }
        }
        var targets = new Targets(tenant, definitions);
        for (int i = 0; i < definitions.size(); i++) {
            targets.check(definitions.get(i), pointers.get(i), problems);
        }
        problems.throwIfAny();
        definitions.forEach(definition -> rows.save(new WindowRow(definition, targets.site(definition))));
        flush(definitions);
        List<Window> created = load(tenant, definitions);
        created.forEach(window -> audit.record("window.created", KIND, window.id(), null, window.draft()));
        changed(tenant);
        return created;
    }

    /** @throws NotFound if the tenant has no such window */
    public Window load(WindowId id) {
        return LIST.load(jdbc, CallContext.current().tenant(), id.value());
    }

    public Page<Window> list(ListRequest request) {
        return LIST.fetch(jdbc, CallContext.current().tenant(), request);
    }

    /** Those of these names that are windows or freezes of the tenant of the call. */
    public Map<String, UUID> idsByName(Collection<String> names) {
        Map<String, UUID> ids = new HashMap<>();
        jdbc.sql("select name, id from maintenance_window where tenant_id = :tenant and name = any(:names)")
                .param("tenant", CallContext.current().tenant().value())
                .param("names", names.toArray(String[]::new))
                .query(row -> {
                    ids.put(row.getString("name"), row.getObject("id", UUID.class));
                });
        return ids;
    }

    /**
     * Takes effect for the next permit; those that were granted stay valid.
     *
     * @param revision that the caller saw
     * @param change gets what is said now, and gives what shall be said
     */
    @Transactional
    public Window change(WindowId id, long revision, UnaryOperator<WindowDraft> change) {
        TenantId tenant = CallContext.current().tenant();
        WindowRow row = lock(id, revision);
        Window before = LIST.load(jdbc, tenant, id.value());
        var problems = new Problems();
        WindowDefinition wanted = change.apply(before.draft()).define(id, "", problems);
        problems.throwIfAny();
        if (wanted == null) {
            throw new IllegalStateException("a draft without problems is a definition");
        }
        var targets = new Targets(tenant, List.of(wanted));
        targets.check(wanted, "", problems);
        problems.throwIfAny();
        row.take(wanted, targets.site(wanted));
        flush(List.of(wanted));
        Window after = LIST.load(jdbc, tenant, id.value());
        if (after.revision() != before.revision()) {
            audit.record("window.changed", KIND, id, before.draft(), after.draft());
            changed(tenant);
        }
        return after;
    }

    @Transactional
    public void delete(WindowId id, long revision) {
        TenantId tenant = CallContext.current().tenant();
        WindowRow row = lock(id, revision);
        Window before = LIST.load(jdbc, tenant, id.value());
        rows.delete(row);
        rows.flush();
        audit.record("window.deleted", KIND, id, before.draft(), null);
        changed(tenant);
    }

    /**
     * What a window would come to, without keeping it: its next occurrences from {@code from} on.
     *
     * @param zone in which to show a NODE_LOCAL window; null means the site's that it names, else the tenant's
     */
    @Transactional
    public WindowPreview preview(WindowDraft draft, @Nullable String zone, Instant from) {
        TenantId tenant = CallContext.current().tenant();
        var problems = new Problems();
        WindowDefinition window = draft.define(new WindowId(Ids.next()), "", problems);
        if (zone != null) {
            WindowDefinition.validateZone(zone, "/zone")
                    .forEach(problem -> problems.add(problem.pointer(), problem.message()));
            if (zone.equals(WindowDefinition.Zone.NODE_LOCAL)) {
                problems.add("/zone", "is NODE_LOCAL; name the zone to show it in");
            }
        }
        problems.throwIfAny();
        if (window == null) {
            throw new IllegalStateException("a draft without problems is a definition");
        }
        var targets = new Targets(tenant, List.of(window));
        targets.check(window, "", problems);
        problems.throwIfAny();
        ZoneId shown = switch (window.zone()) {
            case FixedZone fixed -> fixed.id();
            case NodeLocal local -> ZoneId.of(zone != null ? zone : targets.zone(window));
        };
        return WindowPreview.of(window, shown, from);
    }

    /**
     * Makes these the windows of a calendar; those that are there already keep their ids. Audits nothing: the calendar does.
     *
     * @param byEvent checked ones, by what names their event in all versions of the calendar
     * @return whether anything changed
     */
    public boolean replaceOf(UUID calendar, Map<String, WindowDefinition> byEvent) {
        TenantId tenant = CallContext.current().tenant();
        var targets = new Targets(tenant, List.copyOf(byEvent.values()));
        Map<String, WindowDefinition> missing = new LinkedHashMap<>(byEvent);
        Map<WindowId, Long> before = new HashMap<>();
        List<WindowRow> rowsBefore = rows.findByCalendarId(calendar);
        boolean changed = false;
        for (WindowRow row : rowsBefore) {
            WindowDefinition wanted = missing.remove(row.event());
            if (wanted == null) {
                rows.delete(row);
                changed = true;
            } else {
                before.put(new WindowId(row.id()), row.revision());
                row.take(wanted, targets.site(wanted));
            }
        }
        // Names that those before gave up may be taken again.
        flush(List.copyOf(byEvent.values()));
        for (WindowRow row : rowsBefore) {
            Long revision = before.get(new WindowId(row.id()));
            changed |= revision != null && revision != row.revision();
        }
        missing.forEach((event, wanted) -> rows.save(new WindowRow(wanted, targets.site(wanted)).of(calendar, event)));
        flush(List.copyOf(byEvent.values()));
        changed |= !missing.isEmpty();
        if (changed) {
            changed(tenant);
        }
        return changed;
    }

    /**
     * The window that a draft says, without keeping it; null if there are problems.
     *
     * @param pointer of the draft, that of its fields follow
     */
    public @Nullable WindowDefinition checked(WindowDraft draft, String pointer, Problems problems) {
        WindowDefinition window = draft.define(new WindowId(Ids.next()), pointer, problems);
        if (window != null) {
            new Targets(CallContext.current().tenant(), List.of(window)).check(window, pointer, problems);
        }
        return window;
    }

    /** The window that a draft says, without keeping it. */
    WindowDefinition checked(WindowDraft draft) {
        return checked(new WindowId(Ids.next()), draft);
    }

    /** @param id of the window that it would change */
    WindowDefinition checked(WindowId id, WindowDraft draft) {
        var problems = new Problems();
        WindowDefinition window = draft.define(id, "", problems);
        problems.throwIfAny();
        if (window == null) {
            throw new IllegalStateException("a draft without problems is a definition");
        }
        new Targets(CallContext.current().tenant(), List.of(window)).check(window, "", problems);
        problems.throwIfAny();
        return window;
    }

    /** All windows and freezes of a tenant, disabled ones too, in one select; for what holds them in memory. */
    public WindowSet definitions(TenantId tenant) {
        return CallContext.system(tenant, "windows").get(() -> readDefinitions(tenant));
    }

    private WindowSet readDefinitions(TenantId tenant) {
        var found = new Object() {
            @Nullable
            Long version;

            final List<WindowDefinition> definitions = new ArrayList<>();
        };
        jdbc.sql("""
                        select t.window_version, %s
                        from tenant t
                        left join (%s) on w.tenant_id = t.id
                        where t.id = :tenant
                        order by w.id
                        """.formatted(StoredWindows.COLUMNS, StoredWindows.TABLES))
                .param("tenant", tenant.value())
                .query(row -> {
                    found.version = row.getLong("window_version");
                    if (row.getObject("id") != null) {
                        found.definitions.add(StoredWindows.definition(row));
                    }
                });
        if (found.version == null) {
            throw new NotFound("tenant", tenant.toString());
        }
        return new WindowSet(found.version, found.definitions);
    }

    /** Last in the transaction, since it locks the tenant's row, for which grants wait. */
    private void changed(TenantId tenant) {
        notes.tenantChanged(tenant);
        jdbc.sql("update tenant set window_version = window_version + 1 where id = :tenant")
                .param("tenant", tenant.value())
                .update();
    }

    private List<Window> load(TenantId tenant, List<WindowDefinition> definitions) {
        Map<WindowId, Window> byId = new HashMap<>();
        jdbc.sql("""
                        select %s from %s where w.tenant_id = :tenant and w.id = any(:ids)
                        """.formatted(StoredWindows.COLUMNS, StoredWindows.TABLES))
                .param("tenant", tenant.value())
                .param(
                        "ids",
                        definitions.stream()
                                .map(definition -> definition.id().value())
                                .toArray(UUID[]::new))
                .query((row, number) -> StoredWindows.window(row))
                .list()
                .forEach(window -> byId.put(window.id(), window));
        List<Window> windows = new ArrayList<>();
        for (WindowDefinition definition : definitions) {
            Window window = byId.get(definition.id());
            if (window == null) {
                throw new IllegalStateException("window %s was written a moment ago".formatted(definition.id()));
            }
            windows.add(window);
        }
        return List.copyOf(windows);
    }

    private WindowRow lock(WindowId id, long revision) {
        WindowRow row = rows.findById(id.value()).orElseThrow(() -> new NotFound(KIND, id.toString()));
        if (row.revision() != revision) {
            throw new StaleVersion(KIND, id.toString());
        }
        if (row.calendar() != null) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    "The window comes from calendar %s and changes with it; change or delete that one."
                            .formatted(row.calendar()));
        }
        return row;
    }

    private void flush(List<WindowDefinition> wanted) {
        try {
            rows.flush();
        } catch (DataIntegrityViolationException refusal) {
            ViolatedConstraint constraint = ViolatedConstraint.of(refusal);
            if (constraint.kind() != ViolatedConstraint.Kind.UNIQUE) {
                throw refusal;
            }
            throw new Conflict(
                    ProblemType.CONFLICT,
                    "There can be only one window or freeze named %s."
                            .formatted(ViolatedConstraint.oneOf(
                                    wanted.stream().map(WindowDefinition::name).toList())));
        }
    }

    /** Sites and nodes that definitions name, looked up together and locked against deletion. */
    private final class Targets {
        private record Site(SiteId id, String zone) {}

        private final TenantId tenant;
        private final Map<String, Site> sites = new HashMap<>();
        private final Set<UUID> nodes = new HashSet<>();

        Targets(TenantId tenant, List<WindowDefinition> definitions) {
            this.tenant = tenant;
            Set<String> paths = new HashSet<>();
            Set<UUID> ids = new HashSet<>();
            for (WindowDefinition definition : definitions) {
                switch (definition.target()) {
                    case SiteSubtree site -> paths.add(site.path());
                    case SingleNode single -> ids.add(single.node().value());
                    case Tenant all -> {}
                    case Default rest -> {}
                    case BySelector by -> {}
                }
            }
            if (!paths.isEmpty()) {
                jdbc.sql(
                                "select id, path, zone from site where tenant_id = :tenant and path = any(:paths) for key share")
                        .param("tenant", tenant.value())
                        .param("paths", paths.toArray(String[]::new))
                        .query(row -> {
                            var site = new Site(new SiteId(row.getObject("id", UUID.class)), row.getString("zone"));
                            sites.put(row.getString("path"), site);
                        });
            }
            if (!ids.isEmpty()) {
                nodes.addAll(jdbc.sql("""
                                select id from node
                                where tenant_id = :tenant and id = any(:ids) and state <> 'DECOMMISSIONED'
                                for key share
                                """)
                        .param("tenant", tenant.value())
                        .param("ids", ids.toArray(UUID[]::new))
                        .query(UUID.class)
                        .list());
            }
        }

        void check(WindowDefinition window, String pointer, Problems problems) {
            Target target = window.target();
            if (target instanceof SiteSubtree site && !sites.containsKey(site.path())) {
                problems.add(pointer + "/target/sitePath", "there is no site " + site.path());
            }
            if (target instanceof SingleNode single
                    && !nodes.contains(single.node().value())) {
                problems.add(pointer + "/target/nodeId", "there is no node " + single.node());
            }
        }

        @Nullable
        SiteId site(WindowDefinition window) {
            Site site = window.target() instanceof SiteSubtree subtree ? sites.get(subtree.path()) : null;
            return site == null ? null : site.id();
        }

        /** Of the place that the window names. */
        String zone(WindowDefinition window) {
            return switch (window.target()) {
                case SiteSubtree subtree -> {
                    Site site = sites.get(subtree.path());
                    yield site == null ? tenantZone() : site.zone();
                }
                case SingleNode single ->
                    jdbc.sql("""
                                    select coalesce(n.zone, s.zone)
                                    from node n join site s on s.tenant_id = n.tenant_id and s.id = n.site_id
                                    where n.tenant_id = :tenant and n.id = :node
                                    """)
                            .param("tenant", tenant.value())
                            .param("node", single.node().value())
                            .query(String.class)
                            .single();
                case Tenant all -> tenantZone();
                case Default rest -> tenantZone();
                case BySelector by -> tenantZone();
            };
        }

        private String tenantZone() {
            return jdbc.sql("select zone from tenant where id = :tenant")
                    .param("tenant", tenant.value())
                    .query(String.class)
                    .single();
        }
    }
}

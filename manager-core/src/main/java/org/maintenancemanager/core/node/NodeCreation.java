package org.maintenancemanager.core.node;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.CreatedNode;
import org.maintenancemanager.api.admin.NewNode;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.audit.AuditLog.Change;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.quota.Quotas;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Creates nodes by the thousand: a fixed number of statements, whatever the number of nodes. */
@Service
public class NodeCreation {
    private static final int CONFLICTS_NAMED = 10;

    private final AuditLog audit;
    private final ChangeNotes notes;
    private final Credentials credentials;
    private final Quotas quotas;
    private final JdbcClient jdbc;
    private final JsonMapper json;

    NodeCreation(
            AuditLog audit,
            ChangeNotes notes,
            Credentials credentials,
            Quotas quotas,
            JdbcClient jdbc,
            JsonMapper json) {
        this.audit = audit;
        this.notes = notes;
        this.credentials = credentials;
        this.quotas = quotas;
        this.jdbc = jdbc;
        this.json = json;
    }

    /** A site as far as new nodes need to know it. */
    private record Place(UUID id, String path) {}

    /** A node that passed all checks. */
    private record Made(
            UUID id, NewNode wanted, Place place, @Nullable Token token) {}

    /** Creates all of them, or none; active at once, since an operator vouches for them. */
    @Transactional
    public List<CreatedNode> create(List<NewNode> wanted) {
        TenantId tenant = CallContext.current().tenant();
        List<Made> made = checked(tenant, wanted);
        quotas.requireRoomForNodes(tenant, made.size());
        insert(tenant, made);
        credentials.insert(
                tenant,
                made.stream()
                        .filter(node -> node.token() != null)
                        .map(node -> new Credentials.Issue(new NodeId(node.id()), requireNonNull(node.token()), null))
                        .toList());
        var changes = new LinkedHashMap<UUID, Change>();
        made.forEach(node -> changes.put(node.id(), new Change(null, node.wanted())));
        audit.recordAll("node.created", "node", changes);
        notes.nodesChanged(tenant, changes.keySet());
        return made.stream()
                .map(node -> new CreatedNode(
                        node.id(),
                        requireNonNull(node.wanted().name()),
                        node.place().id(),
                        node.place().path(),
                        NodeState.ACTIVE.name(),
                        node.token() == null ? null : node.token().text(),
                        0))
                .toList();
    }

    /**
     * What runs on a node that was just made, as whoever knew it before says.
     *
     * @param sha256 64 small hex digits
     */
    public record Running(String version, String sha256) {}

    /** For nodes that were made in this transaction and have said nothing themselves. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void run(Map<UUID, Running> running) {
        List<Map.Entry<UUID, Running>> rows = List.copyOf(running.entrySet());
        jdbc.sql("""
                        insert into node_slot (tenant_id, node_id, slot, state, image_version, image_sha256)
                        select :tenant, cast(x.node as uuid), 'A', 'ACTIVE', x.version, x.sha256
                        from unnest(:nodes, :versions, :digests) as x (node, version, sha256)
                        """)
                .param("tenant", CallContext.current().tenant().value())
                .param(
                        "nodes",
                        rows.stream().map(row -> row.getKey().toString()).toArray(String[]::new))
                .param(
                        "versions",
                        rows.stream().map(row -> row.getValue().version()).toArray(String[]::new))
                .param(
                        "digests",
                        rows.stream().map(row -> row.getValue().sha256()).toArray(String[]::new))
                .update();
    }

    /** Those of these names that nodes have which are not decommissioned. */
    public List<String> taken(Collection<String> names) {
        return jdbc.sql("""
                        select name from node
                        where tenant_id = :tenant and name = any(:names) and state <> 'DECOMMISSIONED'
                        """)
                .param("tenant", CallContext.current().tenant().value())
                .param("names", names.toArray(String[]::new))
                .query(String.class)
                .list();
    }

    /** What is wrong with it, but for whether its site exists and its name is free; none: it can be a node. */
    public static List<FieldProblem> problems(NewNode node) {
        var problems = new Problems();
        checkForm("", node, problems);
        return problems.all();
    }

    /** What is wrong with one label, or one hardware id. */
    public static List<FieldProblem> labelProblems(String key, String value) {
        var problems = new Problems();
        NodeFields.checkLabels("", Map.of(key, value), problems);
        return problems.all();
    }

    private List<Made> checked(TenantId tenant, List<NewNode> wanted) {
        var problems = new Problems();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < wanted.size(); i++) {
            NewNode node = wanted.get(i);
            checkForm("/" + i, node, problems);
            if (node.name() != null && !names.add(node.name())) {
                problems.add("/" + i + "/name", "stands twice in this call");
            }
        }
        problems.throwIfAny();

        Map<Object, Place> places = places(tenant, wanted);
        List<Made> made = new ArrayList<>(wanted.size());
        for (int i = 0; i < wanted.size(); i++) {
            NewNode node = wanted.get(i);
            Place place = places.get(node.site() == null ? requireNonNull(node.siteId()) : node.site());
            if (place == null || !CallContext.reach().covers(place.path())) {
                problems.add("/" + i + (node.site() == null ? "/siteId" : "/site"), "there is no such site");
                continue;
            }
            boolean issue = Boolean.TRUE.equals(node.issueToken());
            made.add(new Made(Ids.next(), node, place, issue ? Token.generate(Token.Kind.NODE) : null));
        }
        problems.throwIfAny();
        return made;
    }

    private static void checkForm(String at, NewNode node, Problems problems) {
        NodeFields.checkName(at + "/name", node.name(), problems);
        NodeFields.checkArchitecture(at + "/architecture", node.architecture(), problems);
        if (node.hardware() != null) {
            problems.line(at + "/hardware", node.hardware(), 100);
        }
        Zones.check(at + "/zone", node.zone(), problems);
        NodeFields.checkLabels(at + "/labels", node.labels(), problems);
        NodeFields.checkLabels(at + "/hardwareIds", node.hardwareIds(), problems);
        if ((node.site() == null) == (node.siteId() == null)) {
            problems.add(at + "/site", "is required: the path of a site, or siteId instead, but not both");
        } else {
            problems.text(at + "/site", node.site(), 512);
        }
    }

    /** By path and by id; locked against deletion until the nodes are there. */
    private Map<Object, Place> places(TenantId tenant, List<NewNode> wanted) {
        Map<Object, Place> places = new HashMap<>();
        jdbc.sql("""
                        select id, path from site
                        where tenant_id = :tenant and (path = any(:paths) or id = any(cast(:ids as uuid[])))
                        for key share
                        """)
                .param("tenant", tenant.value())
                .param("paths", distinct(wanted.stream().map(NewNode::site).toList()))
                .param("ids", distinct(wanted.stream().map(NewNode::siteId).toList()))
                .query((row, number) -> new Place(row.getObject("id", UUID.class), row.getString("path")))
                .list()
                .forEach(place -> {
                    places.put(place.path(), place);
                    places.put(place.id(), place);
                });
        return places;
    }

    private static String[] distinct(List<? extends @Nullable Object> values) {
        return values.stream()
                .filter(Objects::nonNull)
                .map(String::valueOf)
                .distinct()
                .toArray(String[]::new);
    }

    private void insert(TenantId tenant, List<Made> made) {
        int n = made.size();
        String[] ids = new String[n];
        String[] names = new String[n];
        String[] sites = new String[n];
        String[] architectures = new String[n];
        @Nullable String[] hardware = new String[n];
        @Nullable String[] zones = new String[n];
        String[] labels = new String[n];
        String[] hardwareIds = new String[n];
        for (int i = 0; i < n; i++) {
            Made node = made.get(i);
            ids[i] = node.id().toString();
            names[i] = requireNonNull(node.wanted().name());
            sites[i] = node.place().id().toString();
            architectures[i] = requireNonNull(node.wanted().architecture());
            hardware[i] = node.wanted().hardware();
            zones[i] = node.wanted().zone();
            labels[i] = text(node.wanted().labels());
            hardwareIds[i] = text(node.wanted().hardwareIds());
        }
        Set<UUID> inserted = new HashSet<>(jdbc.sql("""
                        with made as (
                            insert into node
                                (tenant_id, id, name, site_id, architecture, hardware, zone, labels, hardware_ids)
                            select :tenant, cast(x.id as uuid), x.name, cast(x.site as uuid), x.architecture, x.hardware,
                                   x.zone, cast(x.labels as jsonb), cast(x.hardware_ids as jsonb)
                            from unnest(:ids, :names, :sites, :architectures, :hardware, :zones, :labels, :hardwareIds)
                                as x (id, name, site, architecture, hardware, zone, labels, hardware_ids)
                            on conflict (tenant_id, name) where state <> 'DECOMMISSIONED' do nothing
                            returning tenant_id, id
                        ), counting as (
                            -- Without a counter, the node's reports would find nothing to belong to.
                            insert into node_session (tenant_id, node_id) select tenant_id, id from made
                        )
                        select id from made
                        """)
                .param("tenant", tenant.value())
                .param("ids", ids)
                .param("names", names)
                .param("sites", sites)
                .param("architectures", architectures)
                .param("hardware", hardware)
                .param("zones", zones)
                .param("labels", labels)
                .param("hardwareIds", hardwareIds)
                .query(UUID.class)
                .list());
        if (inserted.size() < n) {
            List<String> taken = made.stream()
                    .filter(node -> !inserted.contains(node.id()))
                    .map(node -> requireNonNull(node.wanted().name()))
                    .toList();
            throw new Conflict(
                    ProblemType.CONFLICT,
                    "There are already nodes with %d of these names: %s%s."
                            .formatted(
                                    taken.size(),
                                    String.join(", ", taken.subList(0, Math.min(taken.size(), CONFLICTS_NAMED))),
                                    taken.size() > CONFLICTS_NAMED ? ", ..." : ""));
        }
    }

    private String text(@Nullable Map<String, String> texts) {
        return texts == null || texts.isEmpty() ? "{}" : json.writeValueAsString(texts);
    }
}

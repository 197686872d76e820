package org.maintenancemanager.core.window;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.Selector;
import org.maintenancemanager.core.query.SqlCondition;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Counts the nodes of a tenant by what its windows ask of them, in the database: a million nodes are some thousand groups.
 * Decommissioned nodes are left out. For use within a transaction, so that groups arrive in parts.
 */
@Component
class Census {
    static final String HARDWARE = "hardware";

    private static final int ROWS_AT_ONCE = 2000;

    private final JdbcClient jdbc;

    Census(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What windows ask of nodes.
     *
     * @param attributes besides id, site and zone
     * @param single nodes that they name one by one
     * @param sitePath of the subtree that alone is counted; null: all
     */
    record Questions(
            Set<String> attributes,
            Set<UUID> single,
            @Nullable String sitePath) {
        static Questions of(Schedules schedules) {
            return new Questions(schedules.attributes(), schedules.singleNodes(), null);
        }

        Questions and(Questions others) {
            Set<String> all = new TreeSet<>(attributes);
            all.addAll(others.attributes);
            Set<UUID> nodes = new TreeSet<>(single);
            nodes.addAll(others.single);
            return new Questions(all, nodes, sitePath);
        }

        Questions at(String path) {
            return new Questions(attributes, single, path);
        }

        Questions and(String attribute) {
            return and(new Questions(Set.of(attribute), Set.of(), null));
        }
    }

    /** Each node of the tenant is in exactly one of the groups that the visitor gets. */
    void forEachGroup(TenantId tenant, Questions questions, Consumer<NodeGroup> visitor) {
        // All rows will be fetched: without this the plan of a cursor would be the one that finds the first ones
        // soonest, which
        // reads a million nodes in the order of an index, one by one.
        jdbc.sql("select set_config('cursor_tuple_fraction', '1', true)")
                .query(String.class)
                .single();
        var columns = new Columns(questions.attributes);
        String single = questions.single.isEmpty() ? "" : " and n.id <> all(:single)";
        String keys = columns.names().isEmpty() ? "" : ", " + String.join(", ", columns.names());
        // Sites are joined to the groups, which are few, not to the nodes.
        query(
                """
                select null::uuid id, '' name, s.path, s.zone site_zone, g.*
                from (select n.site_id, n.zone%s, count(*) nodes
                      from node n
                      where n.tenant_id = :tenant and n.state <> 'DECOMMISSIONED'%s%s
                      group by n.site_id, n.zone%s) g
                join site s on s.tenant_id = :tenant and s.id = g.site_id
                """.formatted(columns.selected(), single, within(questions), keys),
                tenant,
                columns,
                params(questions),
                visitor);
        if (!questions.single.isEmpty()) {
            query(
                    eachNode(columns) + " and n.id = any(:single)" + within(questions),
                    tenant,
                    columns,
                    params(questions),
                    visitor);
        }
    }

    /** Null if the tenant has no such node, or it is decommissioned. */
    @Nullable
    NodeGroup node(TenantId tenant, Questions questions, NodeId node) {
        var columns = new Columns(questions.attributes);
        List<NodeGroup> found = new ArrayList<>();
        query(eachNode(columns) + " and n.id = :node", tenant, columns, Map.of("node", node.value()), found::add);
        return found.isEmpty() ? null : found.getFirst();
    }

    /** The next nodes by their id, each a group of its own. */
    List<NodeGroup> nodesAfter(TenantId tenant, Questions questions, UUID after, int limit) {
        var columns = new Columns(questions.attributes);
        List<NodeGroup> found = new ArrayList<>(limit);
        query(
                eachNode(columns) + " and n.id > :after order by n.id limit :limit",
                tenant,
                columns,
                Map.of("after", after, "limit", limit),
                found::add);
        return found;
    }

    /** Those of these nodes that there are, each a group of its own. */
    List<NodeGroup> nodes(TenantId tenant, Questions questions, Set<UUID> nodes) {
        var columns = new Columns(questions.attributes);
        List<NodeGroup> found = new ArrayList<>(nodes.size());
        query(
                eachNode(columns) + " and n.id = any(:nodes) order by n.id",
                tenant,
                columns,
                Map.of("nodes", nodes.toArray(UUID[]::new)),
                found::add);
        return found;
    }

    private static String within(Questions questions) {
        return questions.sitePath == null ? "" : """
                   and n.site_id in (select id from site
                                     where tenant_id = :tenant and (path = :path or starts_with(path, :path || '/')))""";
    }

    private static Map<String, Object> params(Questions questions) {
        Map<String, Object> params = new HashMap<>();
        if (!questions.single.isEmpty()) {
            params.put("single", questions.single.toArray(UUID[]::new));
        }
        if (questions.sitePath != null) {
            params.put("path", questions.sitePath);
        }
        return params;
    }

    private static String eachNode(Columns columns) {
        return """
                select n.id, n.name, s.path, s.zone site_zone, n.zone%s, 1 nodes
                from node n join site s on s.tenant_id = n.tenant_id and s.id = n.site_id
                where n.tenant_id = :tenant and n.state <> 'DECOMMISSIONED'
                """.formatted(columns.selected());
    }

    private void query(
            String sql, TenantId tenant, Columns columns, Map<String, Object> params, Consumer<NodeGroup> visitor) {
        RowCallbackHandler visit = row -> visitor.accept(columns.group(row));
        jdbc.sql(sql)
                .withFetchSize(ROWS_AT_ONCE)
                .param("tenant", tenant.value())
                .params(columns.params)
                .params(params)
                .query(visit);
    }

    /** The attributes as columns of the table {@code node n}. */
    private static final class Columns {
        private final List<String> attributes = new ArrayList<>();
        private final List<String> expressions = new ArrayList<>();
        private final Map<String, Object> params = new HashMap<>();

        Columns(Set<String> asked) {
            for (String attribute : asked) {
                // Those two are known from the site and the node's zone.
                if (!attribute.equals("site") && !attribute.equals("zone")) {
                    SqlCondition value = Selector.valueSql(attribute, "attribute_" + attributes.size() + "_");
                    attributes.add(attribute);
                    expressions.add(value.sql());
                    params.putAll(value.params());
                }
            }
        }

        List<String> names() {
            List<String> names = new ArrayList<>();
            for (int i = 0; i < attributes.size(); i++) {
                names.add("a" + i);
            }
            return names;
        }

        String selected() {
            var sql = new StringBuilder();
            for (int i = 0; i < attributes.size(); i++) {
                sql.append(", ").append(expressions.get(i)).append(" a").append(i);
            }
            return sql.toString();
        }

        NodeGroup group(ResultSet row) throws SQLException {
            Map<String, String> values = new HashMap<>();
            for (int i = 0; i < attributes.size(); i++) {
                String value = row.getString("a" + i);
                if (value != null) {
                    values.put(attributes.get(i), value);
                }
            }
            // A group whose windows ask for names or ids is of one name or id.
            UUID id = values.containsKey("id") ? UUID.fromString(values.get("id")) : row.getObject("id", UUID.class);
            String zone = row.getString("zone");
            return new NodeGroup(
                    id == null ? NodeGroup.NOBODY : id,
                    values.getOrDefault("name", row.getString("name")),
                    row.getString("path"),
                    zone == null ? row.getString("site_zone") : zone,
                    zone != null,
                    values,
                    row.getLong("nodes"));
        }
    }
}

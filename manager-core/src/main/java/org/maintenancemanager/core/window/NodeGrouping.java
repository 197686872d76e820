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
import org.maintenancemanager.core.node.Selectable;
import org.maintenancemanager.core.node.Selector;
import org.maintenancemanager.core.query.SqlCondition;

/**
 * The columns by which windows tell nodes apart, for a statement that counts nodes of the table {@code node n}: nodes that
 * are alike in all of them have the same schedule and the same site. Made for one version of the windows.
 */
public final class NodeGrouping {
    private final List<String> attributes = new ArrayList<>();
    private final List<String> expressions = new ArrayList<>();
    private final Map<String, Object> params = new HashMap<>();

    /** @param further attributes that nodes shall be told apart by, as {@link Selector#attributes()} names them */
    public NodeGrouping(Schedules schedules, String... further) {
        Set<String> asked = new TreeSet<>(schedules.attributes());
        asked.addAll(List.of(further));
        for (String attribute : asked) {
            // Those two follow from the site and the node's own zone.
            if (!attribute.equals("site") && !attribute.equals("zone")) {
                SqlCondition value = Selector.valueSql(attribute, "grouping_" + attributes.size() + "_");
                attributes.add(attribute);
                expressions.add(value.sql());
                params.putAll(value.params());
            }
        }
        params.put("grouping_single", schedules.singleNodes().toArray(UUID[]::new));
    }

    /** {@code n.site_id as g_site, ...}, for the select list. */
    public String columns() {
        var sql = new StringBuilder("n.site_id as g_site, n.zone as g_zone, "
                + "case when n.id = any (:grouping_single) then n.id end as g_node");
        for (int i = 0; i < expressions.size(); i++) {
            sql.append(", ").append(expressions.get(i)).append(" as g_a").append(i);
        }
        return sql.toString();
    }

    /** {@code g_site, g_zone, ...}, to select and group by what {@link #columns} made. */
    public String names() {
        var sql = new StringBuilder("g_site, g_zone, g_node");
        for (int i = 0; i < expressions.size(); i++) {
            sql.append(", g_a").append(i);
        }
        return sql.toString();
    }

    public Map<String, Object> params() {
        return params;
    }

    /**
     * The nodes of a row.
     *
     * @param sitePath of the site that {@code g_site} names
     * @param siteZone of that site
     */
    public Selectable group(ResultSet row, String sitePath, String siteZone, long nodes) throws SQLException {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < attributes.size(); i++) {
            String value = row.getString("g_a" + i);
            if (value != null) {
                values.put(attributes.get(i), value);
            }
        }
        // A group whose windows ask for names or ids is of one name or id.
        UUID id = values.containsKey("id") ? UUID.fromString(values.get("id")) : row.getObject("g_node", UUID.class);
        String zone = row.getString("g_zone");
        return new NodeGroup(
                id == null ? NodeGroup.NOBODY : id,
                values.getOrDefault("name", ""),
                sitePath,
                zone == null ? siteZone : zone,
                zone != null,
                values,
                nodes);
    }
}

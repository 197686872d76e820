package org.maintenancemanager.core.node;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.Node;
import org.maintenancemanager.api.admin.NodeCount;
import org.maintenancemanager.api.admin.NodeIdentity;
import org.maintenancemanager.api.admin.NodeSlot;
import org.maintenancemanager.api.admin.NodeTarget;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.query.FieldType;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.PlannedEachTime;
import org.maintenancemanager.core.query.SqlCondition;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Nodes as people see them: with slots, presence and active update. */
@Component
class NodeList {
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};
    private static final TypeReference<List<NodeSlot>> SLOTS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final ListQuery<Node> nodes;

    NodeList(DataSource database, JsonMapper json) {
        this.jdbc = PlannedEachTime.over(database);
        this.json = json;
        this.nodes = ListQuery.of("node", "node n", (row, number) -> node(row))
                .join("s", "join site s on s.tenant_id = n.tenant_id and s.id = n.site_id")
                .join("p", "left join node_presence p on p.tenant_id = n.tenant_id and p.node_id = n.id")
                .join("a", """
                        left join node_slot a on a.tenant_id = n.tenant_id and a.node_id = n.id and a.state = 'ACTIVE'
                            -- Nothing keeps a node from saying that it has two: the first one counts.
                            and not exists (
                                select from node_slot b
                                where b.tenant_id = a.tenant_id and b.node_id = a.node_id and b.state = 'ACTIVE'
                                    and b.slot < a.slot
                            )
                        """)
                .join("u", "left join node_update u on u.tenant_id = n.tenant_id and u.node_id = n.id and u.active")
                .join("c", "left join campaign c on c.tenant_id = u.tenant_id and c.id = u.campaign_id")
                .join("t", "left join image t on t.tenant_id = c.tenant_id and t.id = c.image_id")
                .columns("""
                        n.*, s.path as site_path, p.last_seen_at, a.image_version as active_version,
                        u.id as update_id, u.state as update_state, c.id as campaign_id, c.name as campaign_name,
                        t.id as target_id, t.image_version as target_version,
                        (select jsonb_agg(jsonb_build_object('name', slot, 'state', state,
                                    'imageVersion', image_version, 'imageSha256', image_sha256) order by slot)
                         from node_slot where tenant_id = n.tenant_id and node_id = n.id) as slots
                        """)
                .tenant("n.tenant_id")
                .site("s.path")
                .id("n.id")
                .field("id", "n.id", FieldType.UUID)
                .field("name", "n.name", FieldType.TEXT)
                .field("siteId", "n.site_id", FieldType.UUID)
                .field("site", "s.path collate \"C\"", FieldType.TEXT)
                .field("state", "n.state", FieldType.oneOf(NodeState.class))
                .field("architecture", "n.architecture", FieldType.TEXT)
                .nullable("hardware", "n.hardware", FieldType.TEXT)
                .nullable("zone", "n.zone", FieldType.TEXT)
                .nullable("client", "n.client", FieldType.TEXT)
                .nullable("imageVersion", "a.image_version", FieldType.TEXT)
                .nullable("lastSeenAt", "p.last_seen_at", FieldType.INSTANT)
                .nullable("updateId", "u.id", FieldType.UUID)
                .nullable("updateState", "u.state", FieldType.oneOf(UpdateState.class))
                .nullable("campaignId", "c.id", FieldType.UUID)
                .nullable("campaign", "c.name", FieldType.TEXT)
                .nullable("targetVersion", "t.image_version", FieldType.TEXT)
                .nullable("keyFingerprint", "n.key_fingerprint", FieldType.TEXT)
                .nullable("serial", "n.serial", FieldType.TEXT)
                .nullable("reEnrollmentOf", "n.re_enrollment_of", FieldType.UUID)
                .nullable("enrolledAt", "n.enrolled_at", FieldType.INSTANT)
                .field("createdAt", "n.created_at", FieldType.INSTANT)
                .field("updatedAt", "n.updated_at", FieldType.INSTANT)
                // An operator's label wins over the node's own, as in selectors.
                .keyed("label", "coalesce(n.labels ->> %s, n.node_labels ->> %s)", """
                        (n.tenant_id, n.id) in (select l.tenant_id, l.node_id from node_label l where l.key = %s and l.value%s)""")
                .sort("id")
                .build();
    }

    Page<Node> fetch(TenantId tenant, ListRequest request) {
        return nodes.fetch(jdbc, tenant, request);
    }

    NodeCount count(TenantId tenant, @Nullable String filter) {
        ListQuery.Count count = nodes.count(jdbc, tenant, filter, SqlCondition.ALWAYS);
        return new NodeCount(count.count(), count.capped());
    }

    Node load(TenantId tenant, NodeId id) {
        return nodes.load(jdbc, tenant, id.value());
    }

    private Node node(ResultSet row) throws SQLException {
        String slots = row.getString("slots");
        String updateState = row.getString("update_state");
        return new Node(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getObject("site_id", UUID.class),
                row.getString("site_path"),
                row.getString("state"),
                row.getString("state_reason"),
                row.getString("architecture"),
                row.getString("hardware"),
                row.getString("zone"),
                json.readValue(row.getString("labels"), TEXTS),
                json.readValue(row.getString("node_labels"), TEXTS),
                json.readValue(row.getString("hardware_ids"), TEXTS),
                row.getString("client"),
                row.getString("active_version"),
                slots == null ? List.of() : json.readValue(slots, SLOTS),
                instantOrNull(row, "last_seen_at"),
                row.getObject("update_id", UUID.class),
                updateState == null ? null : UpdateState.valueOf(updateState),
                row.getObject("campaign_id", UUID.class),
                row.getString("campaign_name"),
                instant(row, "created_at"),
                instant(row, "updated_at"),
                instantOrNull(row, "enrolled_at"),
                new NodeIdentity(
                        row.getString("key_fingerprint"),
                        row.getObject("enrollment_token_id", UUID.class),
                        row.getObject("re_enrollment_of", UUID.class)),
                target(row),
                row.getLong("version"));
    }

    private static @Nullable NodeTarget target(ResultSet row) throws SQLException {
        UUID image = row.getObject("target_id", UUID.class);
        return image == null ? null : new NodeTarget(image, row.getString("target_version"));
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return requireNonNull(instantOrNull(row, column));
    }

    static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}

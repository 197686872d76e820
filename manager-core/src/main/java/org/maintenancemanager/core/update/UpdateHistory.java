package org.maintenancemanager.core.update;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.NodeReport;
import org.maintenancemanager.api.admin.NodeUpdate;
import org.maintenancemanager.api.admin.Permit;
import org.maintenancemanager.api.admin.UpdateTransition;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.query.FieldType;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.PlannedEachTime;
import org.maintenancemanager.core.tenant.CallContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What was done to nodes and what they said, for people to read. */
@Component
public class UpdateHistory {
    private static final ListQuery<NodeUpdate> UPDATES = ListQuery.of("node update", """
                    node_update u
                    join node n on n.tenant_id = u.tenant_id and n.id = u.node_id
                    join campaign c on c.tenant_id = u.tenant_id and c.id = u.campaign_id
                    join image i on i.tenant_id = u.tenant_id and i.id = u.image_id
                    """, (row, number) -> update(row))
            .columns("u.*, n.name as node_name, c.name as campaign_name, i.image_version")
            .tenant("u.tenant_id")
            .site(siteOf("u"))
            .id("u.id")
            .field("id", "u.id", FieldType.UUID)
            .field("nodeId", "u.node_id", FieldType.UUID)
            .field("node", "n.name", FieldType.TEXT)
            .field("campaignId", "u.campaign_id", FieldType.UUID)
            .field("campaign", "c.name", FieldType.TEXT)
            .field("wave", "u.wave", FieldType.LONG)
            .field("attempt", "u.attempt", FieldType.LONG)
            .field("imageId", "u.image_id", FieldType.UUID)
            .field("imageVersion", "i.image_version", FieldType.TEXT)
            .field("state", "u.state", FieldType.oneOf(UpdateState.class))
            .field("active", "u.active", FieldType.BOOLEAN)
            .field("queued", "u.queued", FieldType.BOOLEAN)
            .nullable("notBefore", "u.not_before", FieldType.INSTANT)
            .field("stateSince", "u.state_since", FieldType.INSTANT)
            .nullable("failurePhase", "u.failure_phase", FieldType.oneOf(FailurePhase.class))
            .nullable("code", "u.code", FieldType.TEXT)
            .field("assignmentVersion", "u.assignment_version", FieldType.LONG)
            .nullable("permitId", "u.permit_id", FieldType.UUID)
            .field("createdAt", "u.created_at", FieldType.INSTANT)
            .sort("-id")
            .build();

    private static final ListQuery<UpdateTransition> TRANSITIONS = ListQuery.of(
                    "transition", "update_transition t", (row, number) -> transition(row))
            .columns("t.*")
            .tenant("t.tenant_id")
            .site(siteOf("t"))
            .id("t.id")
            .field("id", "t.id", FieldType.UUID)
            .field("updateId", "t.update_id", FieldType.UUID)
            .field("nodeId", "t.node_id", FieldType.UUID)
            .field("from", "t.from_state", FieldType.oneOf(UpdateState.class))
            .field("to", "t.to_state", FieldType.oneOf(UpdateState.class))
            .field("cause", "t.cause", FieldType.oneOf("REPORT", "TICK", "OPERATOR", "FACTS"))
            .field("at", "t.at", FieldType.INSTANT)
            .sort("-id")
            .build();

    private static final ListQuery<NodeReport> REPORTS = ListQuery.of(
                    "report", "report r", (row, number) -> report(row))
            .columns("r.*")
            .tenant("r.tenant_id")
            .site(siteOf("r"))
            .id("r.node_id || '/' || r.seq || '/' || r.boot_id", FieldType.TEXT)
            .field("nodeId", "r.node_id", FieldType.UUID)
            .field("seq", "r.seq", FieldType.LONG)
            .field("bootId", "r.boot_id", FieldType.TEXT)
            .nullable("updateId", "r.update_id", FieldType.UUID)
            .field("state", "r.state", FieldType.TEXT)
            .nullable("failurePhase", "r.failure_phase", FieldType.TEXT)
            .nullable("errorCode", "r.error_code", FieldType.TEXT)
            .field("receivedAt", "r.received_at", FieldType.INSTANT)
            .nullable("applied", "r.applied", FieldType.BOOLEAN)
            // The key serves this order; an order by time would sort the whole table.
            .sort("nodeId,seq")
            .build();

    private static final ListQuery<Permit> PERMITS = ListQuery.of("permit", "permit p", (row, number) -> permit(row))
            .columns("p.*")
            .tenant("p.tenant_id")
            .site(siteOf("p"))
            .id("p.id")
            .field("id", "p.id", FieldType.UUID)
            .field("campaignId", "p.campaign_id", FieldType.UUID)
            .field("nodeId", "p.node_id", FieldType.UUID)
            .field("updateId", "p.update_id", FieldType.UUID)
            .field("wave", "p.wave", FieldType.LONG)
            .field("grantedAt", "p.granted_at", FieldType.INSTANT)
            .field("validUntil", "p.valid_until", FieldType.INSTANT)
            .field("lostAt", "p.lost_at", FieldType.INSTANT)
            .field("windowEnd", "p.window_end", FieldType.INSTANT)
            .nullable("endedAt", "p.ended_at", FieldType.INSTANT)
            .nullable("outcome", "p.outcome", FieldType.oneOf("FINISHED", "EXPIRED", "LOST", "CANCELED"))
            .sort("-id")
            .build();

    private final JdbcClient jdbc;

    UpdateHistory(DataSource database) {
        this.jdbc = PlannedEachTime.over(database);
    }

    public Page<NodeUpdate> updates(ListRequest request) {
        return UPDATES.fetch(jdbc, CallContext.current().tenant(), request);
    }

    /** @throws NotFound if the tenant has no such update */
    public NodeUpdate update(UUID id) {
        return UPDATES.load(jdbc, CallContext.current().tenant(), id);
    }

    public Page<UpdateTransition> transitions(ListRequest request) {
        return TRANSITIONS.fetch(jdbc, CallContext.current().tenant(), request);
    }

    public Page<NodeReport> reports(ListRequest request) {
        return REPORTS.fetch(jdbc, CallContext.current().tenant(), request);
    }

    public Page<Permit> permits(ListRequest request) {
        return PERMITS.fetch(jdbc, CallContext.current().tenant(), request);
    }

    /** @throws NotFound if the tenant has no such permit */
    public Permit permit(UUID id) {
        return PERMITS.load(jdbc, CallContext.current().tenant(), id);
    }

    private static NodeUpdate update(ResultSet row) throws SQLException {
        String phase = row.getString("failure_phase");
        return new NodeUpdate(
                row.getObject("id", UUID.class),
                row.getObject("node_id", UUID.class),
                row.getString("node_name"),
                row.getObject("campaign_id", UUID.class),
                row.getString("campaign_name"),
                row.getInt("wave"),
                row.getInt("attempt"),
                row.getObject("image_id", UUID.class),
                row.getString("image_version"),
                UpdateState.valueOf(row.getString("state")),
                row.getBoolean("active"),
                row.getBoolean("queued"),
                row.getObject("not_before") == null ? null : instant(row, "not_before"),
                instant(row, "state_since"),
                row.getObject("progress_percent", Integer.class),
                phase == null ? null : FailurePhase.valueOf(phase),
                row.getString("code"),
                row.getString("detail"),
                row.getLong("assignment_version"),
                row.getObject("permit_id", UUID.class),
                instant(row, "created_at"));
    }

    private static UpdateTransition transition(ResultSet row) throws SQLException {
        return new UpdateTransition(
                row.getObject("id", UUID.class),
                row.getObject("update_id", UUID.class),
                row.getObject("node_id", UUID.class),
                UpdateState.valueOf(row.getString("from_state")),
                UpdateState.valueOf(row.getString("to_state")),
                row.getString("cause"),
                row.getString("detail"),
                instant(row, "at"));
    }

    private static NodeReport report(ResultSet row) throws SQLException {
        return new NodeReport(
                row.getObject("node_id", UUID.class),
                row.getLong("seq"),
                row.getString("boot_id"),
                row.getObject("update_id", UUID.class),
                row.getString("state"),
                row.getString("failure_phase"),
                row.getObject("progress_percent", Integer.class),
                row.getString("error_code"),
                row.getString("text"),
                instant(row, "received_at"),
                row.getObject("applied", Boolean.class),
                row.getString("reason"));
    }

    private static Permit permit(ResultSet row) throws SQLException {
        return new Permit(
                row.getObject("id", UUID.class),
                row.getObject("campaign_id", UUID.class),
                row.getObject("node_id", UUID.class),
                row.getObject("update_id", UUID.class),
                row.getInt("wave"),
                instant(row, "granted_at"),
                instant(row, "valid_until"),
                instant(row, "lost_at"),
                instant(row, "window_end"),
                List.of((UUID[]) row.getArray("budget_ids").getArray()),
                instantOrNull(row, "ended_at"),
                row.getString("outcome"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return requireNonNull(instantOrNull(row, column));
    }

    private static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    /** The path of the site of the node that a row is about. */
    private static String siteOf(String row) {
        return """
                (select site.path from node join site on site.tenant_id = node.tenant_id and site.id = node.site_id
                 where node.tenant_id = %1$s.tenant_id and node.id = %1$s.node_id)""".formatted(row);
    }
}

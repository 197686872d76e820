package org.maintenancemanager.core.event;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.UUID;
import org.maintenancemanager.api.admin.OutboxEvent;
import org.maintenancemanager.core.query.FieldType;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.tenant.CallContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads the facts for followers. */
@Component
public class OutboxEvents {
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final ListQuery<OutboxEvent> events;

    OutboxEvents(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
        this.events = ListQuery.of("outbox event", "outbox o", (row, number) -> event(row))
                .columns("o.*")
                .tenant("o.tenant_id")
                .id("o.id")
                .field("id", "o.id", FieldType.UUID)
                .field("kind", "o.kind", FieldType.TEXT)
                .field("objectId", "o.object_id", FieldType.TEXT)
                .field("createdAt", "o.created_at", FieldType.INSTANT)
                .nullable("deliveredAt", "o.delivered_at", FieldType.INSTANT)
                .sort("-id")
                .build();
    }

    public Page<OutboxEvent> list(ListRequest request) {
        return events.fetch(jdbc, CallContext.current().tenant(), request);
    }

    /** @throws NotFound if the tenant has no such event */
    public OutboxEvent load(UUID id) {
        return events.load(jdbc, CallContext.current().tenant(), id);
    }

    private OutboxEvent event(ResultSet row) throws SQLException {
        OffsetDateTime delivered = row.getObject("delivered_at", OffsetDateTime.class);
        return new OutboxEvent(
                row.getObject("id", UUID.class),
                row.getString("kind"),
                row.getString("object_id"),
                json.readValue(row.getString("payload"), OBJECT),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                delivered == null ? null : delivered.toInstant());
    }
}

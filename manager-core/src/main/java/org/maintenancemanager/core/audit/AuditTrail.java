package org.maintenancemanager.core.audit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.AuditEvent;
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

/** Reads who changed what. */
@Component
public class AuditTrail {
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final ListQuery<AuditEvent> events;

    AuditTrail(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
        this.events = ListQuery.of("audit event", "audit_event e", (row, number) -> event(row))
                .columns("e.*")
                .tenant("e.tenant_id")
                .id("e.id")
                .field("id", "e.id", FieldType.UUID)
                .field("at", "e.at", FieldType.INSTANT)
                .field("actorKind", "e.actor_kind", FieldType.oneOf(CallContext.ActorKind.class))
                .field("actor", "e.actor", FieldType.TEXT)
                .field("action", "e.action", FieldType.TEXT)
                .field("objectKind", "e.object_kind", FieldType.TEXT)
                .field("objectId", "e.object_id", FieldType.TEXT)
                .nullable("requestId", "e.request_id", FieldType.TEXT)
                // Ids sort by time, and the key serves them.
                .sort("-id")
                .build();
    }

    public Page<AuditEvent> list(ListRequest request) {
        return events.fetch(jdbc, CallContext.current().tenant(), request);
    }

    /** @throws NotFound if the tenant has no such event */
    public AuditEvent load(UUID id) {
        return events.load(jdbc, CallContext.current().tenant(), id);
    }

    private AuditEvent event(ResultSet row) throws SQLException {
        return new AuditEvent(
                row.getObject("id", UUID.class),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("actor_kind"),
                row.getString("actor"),
                row.getString("action"),
                row.getString("object_kind"),
                row.getString("object_id"),
                object(row.getString("before")),
                object(row.getString("after")),
                row.getString("request_id"));
    }

    private @Nullable Map<String, ?> object(@Nullable String text) {
        return text == null ? null : json.readValue(text, OBJECT);
    }
}

package org.maintenancemanager.core.audit;

import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.tenant.CallContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Writes who changed what, in the transaction of the change: no change without its event, no event without its change. */
@Component
public class AuditLog {
    private final JdbcClient jdbc;
    private final JsonMapper json;

    AuditLog(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * One event on behalf of the present call.
     *
     * @param action the object and a past participle, {@code campaign.started}
     * @param before the object as it was, null if it is new; written as JSON, so it must hold no secret
     * @param after the object as it is now, null if it is gone
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void record(
            String action, String objectKind, Object objectId, @Nullable Object before, @Nullable Object after) {
        CallContext context = CallContext.current();
        jdbc.sql("""
                        insert into audit_event
                            (tenant_id, actor_kind, actor, action, object_kind, object_id, before, after, request_id)
                        values (:tenant, :actorKind, :actor, :action, :objectKind, :objectId,
                                cast(:before as jsonb), cast(:after as jsonb), :requestId)
                        """)
                .param("tenant", context.tenant().value())
                .param("actorKind", context.actorKind().name())
                .param("actor", context.actor())
                .param("action", action)
                .param("objectKind", objectKind)
                .param("objectId", objectId.toString())
                .param("before", before == null ? null : json.writeValueAsString(before))
                .param("after", after == null ? null : json.writeValueAsString(after))
                .param("requestId", context.requestId())
                .update();
    }
}

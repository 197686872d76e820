package org.maintenancemanager.core.audit;

import java.util.SequencedMap;
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

    /**
     * The same event for many objects at once, in one statement.
     *
     * @param changes by the object's id, in their order
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void recordAll(String action, String objectKind, SequencedMap<?, Change> changes) {
        CallContext context = CallContext.current();
        String[] ids = new String[changes.size()];
        @Nullable String[] before = new String[changes.size()];
        @Nullable String[] after = new String[changes.size()];
        int i = 0;
        for (var change : changes.entrySet()) {
            ids[i] = change.getKey().toString();
            before[i] = change.getValue().before() == null
                    ? null
                    : json.writeValueAsString(change.getValue().before());
            after[i] = change.getValue().after() == null
                    ? null
                    : json.writeValueAsString(change.getValue().after());
            i++;
        }
        jdbc.sql("""
                        insert into audit_event
                            (tenant_id, actor_kind, actor, action, object_kind, object_id, before, after, request_id)
                        select :tenant, :actorKind, :actor, :action, :objectKind, c.id,
                               cast(c.before as jsonb), cast(c.after as jsonb), :requestId
                        from unnest(:ids, :before, :after) as c (id, before, after)
                        """)
                .param("tenant", context.tenant().value())
                .param("actorKind", context.actorKind().name())
                .param("actor", context.actor())
                .param("action", action)
                .param("objectKind", objectKind)
                .param("ids", ids)
                .param("before", before)
                .param("after", after)
                .param("requestId", context.requestId())
                .update();
    }

    /** An object as it was and as it is; null: not there. No secret in either. */
    public record Change(@Nullable Object before, @Nullable Object after) {}
}

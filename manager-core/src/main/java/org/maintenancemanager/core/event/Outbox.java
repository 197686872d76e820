package org.maintenancemanager.core.event;

import org.maintenancemanager.core.tenant.CallContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Facts for followers, written in the transaction that makes them true and delivered after it. */
@Component
public class Outbox {
    private final JdbcClient jdbc;
    private final JsonMapper json;

    Outbox(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** @param kind the object and a past participle, {@code campaign.paused} */
    @Transactional(propagation = Propagation.MANDATORY)
    public void add(String kind, Object objectId, Object payload) {
        jdbc.sql("""
                        insert into outbox (tenant_id, kind, object_id, payload)
                        values (:tenant, :kind, :objectId, cast(:payload as jsonb))
                        """)
                .param("tenant", CallContext.current().tenant().value())
                .param("kind", kind)
                .param("objectId", objectId.toString())
                .param("payload", json.writeValueAsString(payload))
                .update();
    }
}

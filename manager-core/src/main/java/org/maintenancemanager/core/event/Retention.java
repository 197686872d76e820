package org.maintenancemanager.core.event;

import java.time.Duration;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Deletes what is kept for a time only: answers to idempotent requests, and outbox events that everybody had time to read. */
@Component
public class Retention {
    private static final int BATCH = 10_000;

    private final JdbcClient jdbc;
    private final Duration outbox;
    private final Duration idempotency;

    Retention(
            JdbcClient jdbc,
            @Value("${manager.retention.outbox:P7D}") Duration outbox,
            @Value("${manager.retention.idempotency:P1D}") Duration idempotency) {
        this.jdbc = jdbc;
        this.outbox = outbox;
        this.idempotency = idempotency;
    }

    /** One sweep, of at most 10,000 rows a table; what is left is the next one's. */
    public void sweep() {
        EveryTenant.run(() -> {
            delete("outbox", outbox);
            delete("idempotency_key", idempotency);
        });
    }

    private void delete(String table, Duration keep) {
        jdbc.sql("""
                        delete from %1$s
                        where ctid in (
                            select ctid from %1$s
                            where created_at < now() - make_interval(secs => :seconds)
                            limit :batch
                            for update skip locked
                        )
                        """.formatted(table))
                .param("seconds", keep.toSeconds())
                .param("batch", BATCH)
                .update();
    }
}

package org.maintenancemanager.core.audit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** How well chaining and signing keep up, asked of the database when somebody looks: any replica may be the one at work. */
@Component
class AuditGauges {
    /** Several meters and scrapers are served by one look. */
    private static final Duration REMEMBERED = Duration.ofSeconds(5);

    private final JdbcClient jdbc;
    private Reading last = new Reading(Double.NaN, Double.NaN);
    private long readAt = System.nanoTime() - REMEMBERED.toNanos();

    AuditGauges(JdbcClient jdbc, MeterRegistry meters) {
        this.jdbc = jdbc;
        Gauge.builder("manager.audit.waiting", this, it -> it.reading().waiting())
                .description("audit events that are not chained yet, 100,000 at most")
                .register(meters);
        Gauge.builder("manager.audit.checkpoint.age", this, it -> it.reading().checkpointAge())
                .description("age of the oldest last checkpoint among the tenants with events behind it")
                .baseUnit("seconds")
                .register(meters);
    }

    private record Reading(double waiting, double checkpointAge) {}

    private synchronized Reading reading() {
        if (System.nanoTime() - readAt >= REMEMBERED.toNanos()) {
            readAt = System.nanoTime();
            try {
                last = EveryTenant.get(this::read);
            } catch (DataAccessException unknown) {
                last = new Reading(Double.NaN, Double.NaN);
            }
        }
        return last;
    }

    private Reading read() {
        return jdbc.sql("""
                        select (select count(*)
                                from (select from audit_event e, audit_progress p
                                      where (e.written_by, e.at, e.id) > (p.written_by, p.at, p.event_id)
                                      limit 100000) waiting) as waiting,
                               (select coalesce(max(extract(epoch from now() - coalesce(last.at, t.created_at))), 0)
                                from tenant t
                                cross join lateral (select l.seq from audit_link l
                                                    where l.tenant_id = t.id order by l.seq desc limit 1) head
                                left join lateral (select c.seq, c.at from audit_checkpoint c
                                                   where c.tenant_id = t.id order by c.seq desc limit 1) last on true
                                where head.seq > coalesce(last.seq, 0)) as age
                        """)
                .query((row, number) -> new Reading(row.getDouble("waiting"), row.getDouble("age")))
                .single();
    }
}

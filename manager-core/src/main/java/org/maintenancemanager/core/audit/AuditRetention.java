package org.maintenancemanager.core.audit;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Deletes what the audit has kept long enough: always from the begin of a chain up to a signed checkpoint, which is where
 * the chain begins from then on. That it did so is an audit event itself.
 */
@Component
public class AuditRetention {
    private static final Logger LOG = LoggerFactory.getLogger(AuditRetention.class);

    /** Events of one transaction, if a checkpoint allows it. */
    private static final int BATCH = 20_000;

    /** So that one sweep ends within a minute; the next one goes on. */
    private static final int BATCHES_A_SWEEP = 50;

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final AuditLog audit;
    private final AuditSettings settings;

    AuditRetention(JdbcClient jdbc, TransactionTemplate transactions, AuditLog audit, AuditSettings settings) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.audit = audit;
        this.settings = settings;
    }

    public void sweep() {
        int batches = 0;
        List<Due> due = EveryTenant.get(this::due);
        while (!due.isEmpty() && batches < BATCHES_A_SWEEP) {
            due.forEach(this::prune);
            batches += due.size();
            due = EveryTenant.get(this::due);
        }
    }

    private record Due(UUID tenant, long through) {}

    /** Once a day per tenant, not with each checkpoint: pruning makes an event itself, and with it a checkpoint. */
    private List<Due> due() {
        return jdbc.sql("""
                        select t.id, coalesce(max(c.seq) filter (where c.seq < first.seq + :batch), min(c.seq)) as through
                        from tenant t
                        cross join lateral (select l.seq from audit_link l
                                            where l.tenant_id = t.id order by l.seq limit 1) first
                        join audit_checkpoint c on c.tenant_id = t.id and c.seq >= first.seq
                        where c.at < now() - make_interval(secs => :seconds)
                        group by t.id
                        having min(c.at) < now() - make_interval(days => 1, secs => :seconds)
                        order by t.id
                        """)
                .param("batch", BATCH)
                .param("seconds", settings.retention().toSeconds())
                .query((row, number) -> new Due(row.getObject("id", UUID.class), row.getLong("through")))
                .list();
    }

    private void prune(Due due) {
        var tenant = new TenantId(due.tenant);
        CallContext.system(tenant, "audit retention")
                .run(() -> transactions.executeWithoutResult(status -> {
                    long events = jdbc.sql("select prune_audit(:tenant, :through)")
                            .param("tenant", due.tenant)
                            .param("through", due.through)
                            .query(Long.class)
                            .single();
                    audit.record(
                            "audit.pruned", "audit", tenant, null, Map.of("through", due.through, "events", events));
                    LOG.info("deleted {} audit events of tenant {}, up to {}", events, tenant, due.through);
                }));
    }
}

package org.maintenancemanager.core.update;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.event.Outbox;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Shuts out nodes that cannot be what they say, until an operator releases them: no permits, no offers. */
@Component
class Quarantine {
    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final AuditLog audit;
    private final Outbox outbox;
    private final ChangeNotes notes;

    Quarantine(JdbcClient jdbc, TransactionTemplate transactions, AuditLog audit, Outbox outbox, ChangeNotes notes) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.audit = audit;
        this.outbox = outbox;
        this.notes = notes;
    }

    void put(TenantId tenant, List<UUID> nodes, String reason) {
        CallContext.system(tenant, "clone detection")
                .run(() -> transactions.executeWithoutResult(status -> {
                    List<UUID> shutOut = jdbc.sql("""
                            update node
                            set state = 'QUARANTINED', state_reason = :reason, updated_at = now(), version = version + 1
                            where tenant_id = :tenant and id in (:nodes) and state in ('ACTIVE', 'PENDING')
                            returning id
                            """)
                            .param("reason", reason)
                            .param("tenant", tenant.value())
                            .param("nodes", nodes)
                            .query(UUID.class)
                            .list();
                    for (UUID node : shutOut) {
                        Map<String, String> after = Map.of("state", "QUARANTINED", "reason", reason);
                        audit.record("node.quarantined", "node", node, null, after);
                        outbox.add("node.quarantined", node, after);
                    }
                    notes.nodesChanged(tenant, shutOut);
                }));
    }
}

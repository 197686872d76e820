package org.maintenancemanager.core.audit;

import java.util.List;
import org.maintenancemanager.api.admin.AuditCheckpoint;
import org.maintenancemanager.api.admin.AuditKey;
import org.maintenancemanager.core.query.FieldType;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.tenant.CallContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Shows the signed checkpoints, and the keys to check them with. */
@Component
public class AuditCheckpoints {
    private static final ListQuery<AuditCheckpoint> LIST = ListQuery.of(
                    "audit checkpoint", "audit_checkpoint c", (row, number) -> StoredEvents.checkpoint(row))
            .columns("c.*")
            .tenant("c.tenant_id")
            .id("c.seq", FieldType.LONG)
            .field("seq", "c.seq", FieldType.LONG)
            .field("at", "c.at", FieldType.INSTANT)
            .field("keyId", "c.key_id", FieldType.TEXT)
            .sort("-seq")
            .build();

    private final JdbcClient jdbc;
    private final TrustedKeys keys;

    AuditCheckpoints(JdbcClient jdbc, TrustedKeys keys) {
        this.jdbc = jdbc;
        this.keys = keys;
    }

    public Page<AuditCheckpoint> list(ListRequest request) {
        return LIST.fetch(jdbc, CallContext.current().tenant(), request);
    }

    /** The one that signs first. */
    public List<AuditKey> keys() {
        return keys.published();
    }
}

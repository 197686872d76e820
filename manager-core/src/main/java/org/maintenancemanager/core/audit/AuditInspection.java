package org.maintenancemanager.core.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.AuditVerification;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** Checks audit chains without a running manager: in a database, which it only reads, or in exported files. */
public final class AuditInspection {
    private final TrustedKeys keys;

    public AuditInspection(TrustedKeys keys) {
        this.keys = keys;
    }

    /** The keys in a manager's directory: the one that signs, if it is there, and the former ones. */
    public static List<Path> keysIn(Path directory) {
        var audit = new AuditDirectory(directory);
        List<Path> keys = new ArrayList<>(audit.formerKeys());
        if (audit.signingKey().toFile().exists()) {
            keys.addFirst(audit.signingKey());
        }
        return keys;
    }

    /** The tenants of a database, oldest first. */
    public static List<UUID> tenants(DataSource database) {
        return JdbcClient.create(database)
                .sql("select id from tenant order by id")
                .query(UUID.class)
                .list();
    }

    /** @param directory where the manager's checkpoints lie; those of the database alone are checked if there are none */
    public AuditVerification ofDatabase(DataSource database, UUID tenant, Path directory) {
        return new StoredChain(
                        JdbcClient.create(database),
                        new JdbcTransactionManager(database),
                        keys,
                        new AuditDirectory(directory)::checkpoints)
                .verify(new TenantId(tenant));
    }

    /** @param checkpoints a file of checkpoints that somebody kept; null: those in the export alone are checked */
    public AuditVerification ofExport(Path export, @Nullable Path checkpoints) throws IOException {
        return new ExportedChain(keys).verify(export, checkpoints);
    }
}

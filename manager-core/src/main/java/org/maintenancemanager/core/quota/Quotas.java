package org.maintenancemanager.core.quota;

import java.util.Optional;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The limits that are counted in the database, asked in the transaction that adds something. Of two that ask at once the
 * second waits for the first, so a limit holds exactly; where a tenant has none, asking costs one read of its row.
 */
@Component
public class Quotas {
    private final JdbcClient jdbc;

    Quotas(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * @param more nodes that are about to be added; decommissioned ones do not count
     * @throws Conflict with {@link ProblemType#QUOTA_EXCEEDED}
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void requireRoomForNodes(TenantId tenant, int more) {
        require(
                tenant,
                "max_nodes",
                "nodes",
                more,
                "select count(*) from node where tenant_id = :tenant and state <> 'DECOMMISSIONED'",
                "decommission nodes");
    }

    /** @param more campaigns that are about to be created; completed and aborted ones do not count */
    @Transactional(propagation = Propagation.MANDATORY)
    public void requireRoomForCampaigns(TenantId tenant, int more) {
        require(
                tenant,
                "max_campaigns",
                "campaigns",
                more,
                "select count(*) from campaign where tenant_id = :tenant and state not in ('COMPLETED', 'ABORTED')",
                "abort or delete campaigns");
    }

    /** @param more bytes that were uploaded for an image and are about to be kept */
    @Transactional(propagation = Propagation.MANDATORY)
    public void requireRoomForArtifact(TenantId tenant, long more) {
        require(
                tenant,
                "max_artifact_bytes",
                "artifact bytes",
                more,
                "select coalesce(sum(size_bytes), 0) from image where tenant_id = :tenant and stored",
                "delete images");
    }

    private void require(TenantId tenant, String column, String what, long more, String counting, String whatToDo) {
        Optional<Long> limit = jdbc.sql("select cast(" + column + " as bigint) as most from tenant where id = :tenant")
                .param("tenant", tenant.value())
                .query((row, number) -> Optional.ofNullable(row.getObject("most", Long.class)))
                .optional()
                .flatMap(most -> most);
        if (limit.isEmpty()) {
            return;
        }
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended(:lock, 0))")
                .param("lock", "quota " + what + " " + tenant)
                .query((row, number) -> "")
                .list();
        long present = jdbc.sql(counting)
                .param("tenant", tenant.value())
                .query(Long.class)
                .single();
        if (present + more > limit.get()) {
            throw new Conflict(
                    ProblemType.QUOTA_EXCEEDED,
                    "The tenant may have %d %s and has %d; %d more would be too many. Ask for a higher quota, or %s."
                            .formatted(limit.get(), what, present, more, whatToDo));
        }
    }
}

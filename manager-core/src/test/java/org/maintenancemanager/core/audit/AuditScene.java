package org.maintenancemanager.core.audit;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.maintenancemanager.api.admin.AuditCheckpoint;
import org.maintenancemanager.api.admin.AuditVerification;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.TestTenant;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A tenant with an audit of its own, and those who work on it. */
record AuditScene(TestTenant tenant, ApplicationContext context) {
    static AuditScene create(ApplicationContext context) {
        return new AuditScene(
                TestTenant.create(context.getBean(CoreTest.OwnerJdbc.class).client()), context);
    }

    JdbcClient jdbc() {
        return tenant.jdbc();
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    UUID id() {
        return tenant.id().value();
    }

    /** Each in a transaction of its own. */
    void write(int events) {
        for (int i = 0; i < events; i++) {
            int number = i;
            tenant.run(() -> bean(TransactionTemplate.class)
                    .executeWithoutResult(status -> bean(AuditLog.class)
                            .record("site.changed", "site", "s-" + number, null, Map.of("zone", "Zürich " + number))));
        }
    }

    /** Chains everything that is final. */
    void chain() {
        bean(AuditSequencer.class).run();
    }

    /** The same without checkpoints. */
    void chainUnsigned() {
        int events;
        do {
            events = bean(AuditSequencer.class).chainBatch();
        } while (events > 0);
    }

    /** Signs the end of the chain as of this time. */
    AuditCheckpoint sign(Instant at) {
        long seq = links();
        return tenant.as(() -> bean(CheckpointWriter.class).sign(id(), seq, hash(seq), at));
    }

    /** The highest number in the chain. */
    long links() {
        return jdbc().sql("select coalesce(max(seq), 0) from audit_link where tenant_id = :tenant")
                .param("tenant", id())
                .query(Long.class)
                .single();
    }

    String hash(long seq) {
        return jdbc().sql("select encode(hash, 'hex') from audit_link where tenant_id = :tenant and seq = :seq")
                .param("tenant", id())
                .param("seq", seq)
                .query(String.class)
                .single();
    }

    UUID event(long seq) {
        return jdbc().sql("select event_id from audit_link where tenant_id = :tenant and seq = :seq")
                .param("tenant", id())
                .param("seq", seq)
                .query(UUID.class)
                .single();
    }

    List<Long> numbers() {
        return jdbc().sql("select seq from audit_link where tenant_id = :tenant order by seq")
                .param("tenant", id())
                .query(Long.class)
                .list();
    }

    AuditVerification verify() {
        return tenant.as(() -> new StoredChain(
                        bean(JdbcClient.class),
                        bean(PlatformTransactionManager.class),
                        bean(TrustedKeys.class),
                        bean(AuditDirectory.class)::checkpoints)
                .verify(tenant.id()));
    }

    /** What somebody does who may do everything in the database: triggers are off. {@code :tenant} is this tenant. */
    void tamper(String... statements) {
        bean(CoreTest.OwnerJdbc.class).transactions().executeWithoutResult(status -> {
            jdbc().sql("set local session_replication_role = 'replica'").update();
            for (String sql : statements) {
                jdbc().sql(sql).param("tenant", id()).update();
            }
        });
    }
}

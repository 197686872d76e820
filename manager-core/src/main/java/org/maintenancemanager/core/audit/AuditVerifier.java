package org.maintenancemanager.core.audit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import org.maintenancemanager.api.admin.AuditVerification;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;

/** Checks the audit chain of a tenant from its begin to its end. */
@Component
public class AuditVerifier {
    private static final Logger LOG = LoggerFactory.getLogger(AuditVerifier.class);

    private final StoredChain chain;
    private final ReadingSlots slots;
    private final Counter failures;

    AuditVerifier(
            JdbcClient jdbc,
            PlatformTransactionManager transactions,
            TrustedKeys keys,
            AuditDirectory directory,
            ReadingSlots slots,
            MeterRegistry meters) {
        this.chain = new StoredChain(jdbc, transactions, keys, directory::checkpoints);
        this.slots = slots;
        this.failures = Counter.builder("manager.audit.verify.failures")
                .description("verifications of an audit chain that found a flaw")
                .register(meters);
    }

    /** Empty if too many verifications or exports are under way; then try again in some seconds. */
    public Optional<AuditVerification> verify() {
        TenantId tenant = CallContext.current().tenant();
        return slots.take(tenant).map(slot -> {
            try (slot) {
                AuditVerification outcome = chain.verify(tenant);
                if (outcome.flaw() != null) {
                    failures.increment();
                    LOG.error("the audit chain of tenant {} is not intact: {}", tenant, outcome.flaw());
                }
                return outcome;
            }
        });
    }
}

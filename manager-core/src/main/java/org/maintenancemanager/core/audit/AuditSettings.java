package org.maintenancemanager.core.audit;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings under {@code manager.audit}.
 *
 * @param directory where signing key, former keys and checkpoints lie; all replicas must see the same one, and whoever
 *     administers the database better not
 * @param signingKey the private key that signs checkpoints, Ed25519, PKCS#8 as PEM; {@code signing-key.pem} in the
 *     directory unless said otherwise, and made there when it is missing
 * @param checkpointInterval how long events wait for a checkpoint, at least a second
 * @param checkpointEvents how many events a checkpoint covers at most, 5,000 to 1,000,000
 * @param retention how long events are kept, at least 30 days; they go at most a day later
 */
@ConfigurationProperties("manager.audit")
record AuditSettings(
        @DefaultValue("${user.home}/.local/share/maintenance-manager/audit")
        Path directory,

        @Nullable Path signingKey,
        @DefaultValue("PT1H") Duration checkpointInterval,
        @DefaultValue("10000") int checkpointEvents,
        @DefaultValue("P400D") Duration retention) {
    static final Duration SHORTEST_RETENTION = Duration.ofDays(30);

    AuditSettings {
        if (checkpointInterval.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(
                    "manager.audit.checkpoint-interval is %s; allowed are PT1S or more, for example PT1H"
                            .formatted(checkpointInterval));
        }
        if (checkpointEvents < AuditSequencer.BATCH || checkpointEvents > 1_000_000) {
            throw new IllegalArgumentException(
                    "manager.audit.checkpoint-events is %d; allowed are %d to 1000000, for example 10000"
                            .formatted(checkpointEvents, AuditSequencer.BATCH));
        }
        if (retention.compareTo(SHORTEST_RETENTION) < 0) {
            throw new IllegalArgumentException(
                    "manager.audit.retention is %s; allowed are P30D or more, for example P400D".formatted(retention));
        }
    }
}

package org.maintenancemanager.core.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.UUID;
import org.maintenancemanager.api.admin.AuditCheckpoint;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Signs where the chains stand: every hour, and before more than 10,000 events wait for it. Each checkpoint goes to the file
 * and to the log first, and to the database then; a crash between leaves one more outside, which does no harm.
 */
@Component
class CheckpointWriter {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointWriter.class);

    /** While nothing is chained, whether an hour is over needs no look each second. */
    private static final Duration IDLE_LOOK = Duration.ofSeconds(30);

    private final JdbcClient jdbc;
    private final SigningKey key;
    private final AuditDirectory directory;
    private final AuditSettings settings;
    private final DatabaseClock clock;
    private volatile long lookedAt = System.nanoTime() - IDLE_LOOK.toNanos();

    CheckpointWriter(
            JdbcClient jdbc, SigningKey key, AuditDirectory directory, AuditSettings settings, DatabaseClock clock) {
        this.jdbc = jdbc;
        this.key = key;
        this.directory = directory;
        this.settings = settings;
        this.clock = clock;
    }

    /** @param chained whether there are new links */
    void signDue(boolean chained) {
        if (!chained && System.nanoTime() - lookedAt < IDLE_LOOK.toNanos()) {
            return;
        }
        lookedAt = System.nanoTime();
        EveryTenant.run(this::signAllDue);
    }

    private void signAllDue() {
        jdbc.sql("""
                        select t.id, head.seq, encode(head.hash, 'hex') as hash
                        from tenant t
                        cross join lateral (select l.seq, l.hash from audit_link l
                                            where l.tenant_id = t.id order by l.seq desc limit 1) head
                        left join lateral (select c.seq, c.at from audit_checkpoint c
                                           where c.tenant_id = t.id order by c.seq desc limit 1) last on true
                        where head.seq > coalesce(last.seq, 0)
                          and (last.seq is null or head.seq - last.seq > :events
                               or last.at < now() - make_interval(secs => :seconds))
                        """)
                .param("events", settings.checkpointEvents() - AuditSequencer.BATCH)
                .param("seconds", settings.checkpointInterval().toSeconds())
                .query((row, number) ->
                        new Due(row.getObject("id", UUID.class), row.getLong("seq"), row.getString("hash")))
                .list()
                .forEach(due -> sign(due.tenant, due.seq, due.hash, clock.now()));
    }

    private record Due(UUID tenant, long seq, String hash) {}

    AuditCheckpoint sign(UUID tenant, long seq, String hash, Instant at) {
        AuditCheckpoint checkpoint = key.checkpoint(tenant, seq, hash, at);
        try {
            directory.append(checkpoint);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "a checkpoint of the audit could not be written outside of the database; look at manager.audit.directory",
                    e);
        }
        LOG.info("audit checkpoint {}", ExportFormat.write(checkpoint));
        jdbc.sql("""
                        insert into audit_checkpoint (tenant_id, seq, hash, at, key_id, signature)
                        values (:tenant, :seq, decode(:hash, 'hex'), :at, :key, :signature)
                        on conflict do nothing
                        """)
                .param("tenant", tenant)
                .param("seq", seq)
                .param("hash", hash)
                .param("at", checkpoint.at().atOffset(ZoneOffset.UTC))
                .param("key", checkpoint.keyId())
                .param("signature", Base64.getDecoder().decode(checkpoint.signature()))
                .update();
        return checkpoint;
    }
}

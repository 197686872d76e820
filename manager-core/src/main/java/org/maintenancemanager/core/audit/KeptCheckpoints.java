package org.maintenancemanager.core.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.AuditCheckpoint;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The checkpoints in the file, compared with a database that may be an older one. */
@Component
public class KeptCheckpoints {
    private static final Logger LOG = LoggerFactory.getLogger(KeptCheckpoints.class);

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final JdbcClient jdbc;
    private final AuditDirectory directory;
    private final DatabaseClock clock;

    KeptCheckpoints(JdbcClient jdbc, AuditDirectory directory, DatabaseClock clock) {
        this.jdbc = jdbc;
        this.directory = directory;
        this.clock = clock;
    }

    /** Whether the last one covers what the database does not hold. */
    public boolean areAhead(TenantId tenant) {
        AuditCheckpoint last = last(directory.checkpoints(tenant));
        return last != null && !isHeld(tenant, last);
    }

    /** Links that retention deleted still have the checkpoint that they went up to. */
    private boolean isHeld(TenantId tenant, AuditCheckpoint checkpoint) {
        return EveryTenant.get(() -> jdbc.sql("""
                        select exists (select from audit_link
                                       where tenant_id = :tenant and seq = :seq and hash = decode(:hash, 'hex'))
                            or exists (select from audit_checkpoint
                                       where tenant_id = :tenant and seq = :seq and hash = decode(:hash, 'hex'))
                        """)
                .param("tenant", tenant.value())
                .param("seq", checkpoint.seq())
                .param("hash", checkpoint.hash())
                .query(Boolean.class)
                .single());
    }

    private static @Nullable AuditCheckpoint last(Path file) {
        AuditCheckpoint last = null;
        try (AuditDirectory.Checkpoints all = AuditDirectory.read(file, AuditDirectory.size(file))) {
            for (AuditCheckpoint checkpoint : all) {
                last = checkpoint;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        return last;
    }

    /** Keeps the file under another name, as the evidence of what was lost; a new one begins with the next checkpoint. */
    public void putAside(TenantId tenant) {
        Path file = directory.checkpoints(tenant);
        Path aside = file.resolveSibling("%s.before-restore-%s.ndjson".formatted(tenant, STAMP.format(clock.now())));
        try {
            Files.move(file, aside);
            LOG.warn("checkpoints of what the database no longer holds are kept in {}", aside);
        } catch (NoSuchFileException e) {
            LOG.debug("another replica was faster", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot move " + file, e);
        }
    }
}

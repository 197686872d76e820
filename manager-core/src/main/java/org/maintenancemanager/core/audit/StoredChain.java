package org.maintenancemanager.core.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.AuditCheckpoint;
import org.maintenancemanager.api.admin.AuditFlawKind;
import org.maintenancemanager.api.admin.AuditVerification;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Checks the chain that lies in the database against itself and against the checkpoints, of the database and of the file.
 * Reads one snapshot, row by row, and changes nothing.
 */
final class StoredChain {
    private static final int FETCH = 1_000;

    /** Retention keeps at least 30 days; a little less, since clocks of two machines are compared. */
    private static final Duration NEVER_PRUNED_BEFORE = AuditSettings.SHORTEST_RETENTION.minus(Duration.ofHours(1));

    private final JdbcClient jdbc;
    private final TransactionTemplate snapshot;
    private final TrustedKeys keys;
    private final Function<TenantId, Path> checkpointFile;

    StoredChain(
            JdbcClient jdbc,
            PlatformTransactionManager transactions,
            TrustedKeys keys,
            Function<TenantId, Path> checkpointFile) {
        this.jdbc = jdbc;
        this.snapshot = new TransactionTemplate(transactions);
        this.snapshot.setReadOnly(true);
        this.snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        this.keys = keys;
        this.checkpointFile = checkpointFile;
    }

    AuditVerification verify(TenantId tenant) {
        Path file = checkpointFile.apply(tenant);
        try {
            // Before the snapshot: what the file says up to here is in the database by then.
            long size = AuditDirectory.size(file);
            return Objects.requireNonNull(snapshot.execute(status -> {
                try (AuditDirectory.Checkpoints outside = AuditDirectory.read(file, size);
                        Stream<AuditCheckpoint> inside = checkpoints(tenant);
                        Stream<ChainWalk.Link> links = links(tenant)) {
                    return verify(
                            tenant, links.iterator(), new Pending(inside.iterator()), new Pending(outside.iterator()));
                } catch (IOException e) {
                    throw new UncheckedIOException("the checkpoints in %s cannot be read".formatted(file), e);
                }
            }));
        } catch (IOException e) {
            throw new UncheckedIOException("the checkpoints in %s cannot be read".formatted(file), e);
        }
    }

    private AuditVerification verify(TenantId tenant, Iterator<ChainWalk.Link> links, Pending inside, Pending outside) {
        Start start = start(tenant);
        var walk = new ChainWalk(tenant.value(), keys, start.seq, start.hash);
        if (start.objection != null) {
            walk.found(AuditFlawKind.MISSING, 1, null, start.objection);
        }
        boolean goesOn = walk.flaw() == null && inside.giveUpTo(walk) && outside.giveUpTo(walk);
        while (goesOn && links.hasNext()) {
            goesOn = walk.accept(links.next()) && inside.giveUpTo(walk) && outside.giveUpTo(walk);
        }
        walk.end();
        if (walk.flaw() == null) {
            boolean isWhole = inside.giveRest(walk) && outside.giveRest(walk);
            if (isWhole) {
                findInserted(tenant, walk);
            }
        }
        return new AuditVerification(
                tenant.value(),
                walk.flaw() == null,
                walk.events(),
                start.seq,
                walk.seq(),
                walk.hash(),
                walk.checkpoints(),
                walk.signedThrough(),
                waiting(tenant),
                walk.flaw());
    }

    private Stream<ChainWalk.Link> links(TenantId tenant) {
        return jdbc
                .sql("""
                        select l.seq, l.event_id, encode(l.previous_hash, 'hex') as previous_hash,
                               encode(l.hash, 'hex') as hash, e.*
                        from audit_link l
                        left join audit_event e on e.tenant_id = l.tenant_id and e.id = l.event_id
                        where l.tenant_id = :tenant
                        order by l.seq
                        """)
                .param("tenant", tenant.value())
                .withFetchSize(FETCH)
                .query((row, number) -> link(row))
                .stream();
    }

    private static ChainWalk.Link link(ResultSet row) throws SQLException {
        long seq = row.getLong("seq");
        String previousHash = row.getString("previous_hash");
        String hash = row.getString("hash");
        return new ChainWalk.Link(
                seq,
                row.getObject("event_id", UUID.class),
                previousHash,
                hash,
                row.getObject("id") == null ? null : StoredEvents.read(row, seq, previousHash, hash));
    }

    private Stream<AuditCheckpoint> checkpoints(TenantId tenant) {
        return jdbc
                .sql("select * from audit_checkpoint where tenant_id = :tenant order by seq")
                .param("tenant", tenant.value())
                .withFetchSize(FETCH)
                .query((row, number) -> StoredEvents.checkpoint(row))
                .stream();
    }

    private record Start(long seq, String hash, @Nullable String objection) {}

    /** The chain begins at 1, or behind the checkpoint up to which retention deleted it. */
    private Start start(TenantId tenant) {
        Long first = jdbc.sql("select min(seq) as first from audit_link where tenant_id = :tenant")
                .param("tenant", tenant.value())
                .query((row, number) -> Optional.ofNullable(row.getObject("first", Long.class)))
                .single()
                .orElse(null);
        if (first != null && first == 1) {
            return new Start(0, ChainHash.ZERO, null);
        }
        Optional<AuditCheckpoint> found = jdbc.sql("""
                        select * from audit_checkpoint
                        where tenant_id = :tenant and seq = coalesce(cast(:before as bigint),
                            (select max(seq) from audit_checkpoint where tenant_id = :tenant))
                        """)
                .param("tenant", tenant.value())
                .param("before", first == null ? null : first - 1)
                .query((row, number) -> StoredEvents.checkpoint(row))
                .optional();
        if (found.isEmpty()) {
            return new Start(
                    0,
                    ChainHash.ZERO,
                    first == null
                            ? null
                            : "The chain begins at %d, and no checkpoint says that retention deleted what was before."
                                    .formatted(first));
        }
        AuditCheckpoint start = found.get();
        return new Start(
                start.seq(),
                start.hash(),
                start.at().isBefore(Instant.now().minus(NEVER_PRUNED_BEFORE))
                        ? null
                        : "The events up to %d are missing; retention keeps 30 days and more, and the checkpoint there is of %s."
                                .formatted(start.seq(), start.at()));
    }

    /** Events that are older than what was chained last, but have no link: nobody wrote them in their time. */
    private void findInserted(TenantId tenant, ChainWalk walk) {
        jdbc.sql("""
                        select e.id, e.at
                        from audit_event e, audit_progress p
                        where e.tenant_id = :tenant
                          and (e.written_by, e.at, e.id) <= (p.written_by, p.at, p.event_id)
                          and p.written_by <= pg_snapshot_xmax(pg_current_snapshot())
                          and not exists (select from audit_link l
                                          where l.tenant_id = e.tenant_id and l.event_id = e.id)
                        order by e.id
                        limit 1
                        """)
                .param("tenant", tenant.value())
                .query((row, number) -> row.getObject("id", UUID.class))
                .optional()
                .ifPresent(id -> walk.found(
                        AuditFlawKind.INSERTED,
                        0,
                        id,
                        "The event %s is in no link, although later ones are: it was put in past the manager."
                                .formatted(id)));
    }

    private long waiting(TenantId tenant) {
        return jdbc.sql("""
                        select count(*)
                        from audit_event e, audit_progress p
                        where e.tenant_id = :tenant
                          and (e.written_by, e.at, e.id) > (p.written_by, p.at, p.event_id)
                          and (select count(*) from audit_link l
                               where l.tenant_id = e.tenant_id and l.event_id = e.id) = 0
                        """).param("tenant", tenant.value()).query(Long.class).single();
    }

    /** Checkpoints in the order of their numbers, each given to the walk when it is there. */
    private static final class Pending {
        private final Iterator<AuditCheckpoint> rest;
        private @Nullable AuditCheckpoint next;

        Pending(Iterator<AuditCheckpoint> rest) {
            this.rest = rest;
            advance();
        }

        boolean giveUpTo(ChainWalk walk) {
            while (!walk.suspects() && next != null && next.seq() <= walk.seq()) {
                if (!give(walk, next)) {
                    return false;
                }
            }
            return true;
        }

        boolean giveRest(ChainWalk walk) {
            while (next != null) {
                if (!give(walk, next)) {
                    return false;
                }
            }
            return true;
        }

        private boolean give(ChainWalk walk, AuditCheckpoint checkpoint) {
            advance();
            return walk.accept(checkpoint);
        }

        private void advance() {
            next = rest.hasNext() ? rest.next() : null;
        }
    }
}

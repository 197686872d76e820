package org.maintenancemanager.core.audit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.maintenancemanager.api.admin.ChainedAuditEvent;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Numbers the audit events of each tenant and chains them by their hashes. It takes only what is final: events whose
 * transaction is older than every one that is still open, so that nothing can appear before them later. Where it stands is
 * therefore a place in the order of the transactions, never an id or a time, which commit in any order.
 */
@Component
public class AuditSequencer {
    /** Events of one transaction. */
    static final int BATCH = 5_000;

    /** So that one run after a large import ends within seconds; the next one goes on. */
    private static final int BATCHES_A_RUN = 20;

    /** Bounds the memory for events with large objects in them. */
    private static final int FETCH = 500;

    /** Held by whoever chains, in this database; "audit" in ASCII. */
    private static final long LOCK = 0x61_75_64_69_74L;

    private static final String LISTED = """
            select e.*, e.written_by::text as place_written_by, e.at::text as place_at,
                   (select count(*) from audit_link l where l.tenant_id = e.tenant_id and l.event_id = e.id) > 0 as is_linked
            from (
                %s
                order by e.written_by, e.at, e.id
                limit :batch
            ) e
            order by e.written_by, e.at, e.id
            """;

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final CheckpointWriter checkpoints;
    private final Counter chained;

    AuditSequencer(
            JdbcClient jdbc, TransactionTemplate transactions, CheckpointWriter checkpoints, MeterRegistry meters) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.checkpoints = checkpoints;
        this.chained = Counter.builder("manager.audit.chained")
                .description("audit events that were put into their chain")
                .register(meters);
    }

    /** Chains what is final, and signs what is due. Does nothing while another replica does. */
    public void run() {
        for (int batch = 0; batch < BATCHES_A_RUN; batch++) {
            int events = chainBatch();
            checkpoints.signDue(events > 0);
            if (events < BATCH) {
                return;
            }
        }
    }

    /** Returns how many events it took. */
    int chainBatch() {
        Integer events = EveryTenant.get(() -> transactions.execute(status -> isAlone() ? chain() : 0));
        chained.increment(events);
        return events;
    }

    private boolean isAlone() {
        return jdbc.sql("select pg_try_advisory_xact_lock(:lock)")
                .param("lock", LOCK)
                .query(Boolean.class)
                .single();
    }

    private int chain() {
        Progress progress = progress();
        var links = new Links();
        try (Stream<Place> places = events(progress)
                .withFetchSize(FETCH)
                .query((row, number) -> {
                    if (!row.getBoolean("is_linked")) {
                        links.add(row.getObject("tenant_id", UUID.class), StoredEvents.read(row, 0, "", ""));
                    }
                    return new Place(row.getString("place_written_by"), row.getString("place_at"), row.getString("id"));
                })
                .stream()) {
            List<Place> seen = places.toList();
            links.insert();
            if (seen.size() < BATCH && (!seen.isEmpty() || progress.isOfAnotherServer())) {
                moveTo(progress.finalPlace());
            } else if (seen.size() == BATCH && !progress.isOfAnotherServer()) {
                moveTo(seen.getLast());
            }
            return seen.size();
        }
    }

    /**
     * The bounds are taken before the events are read: whatever is older than {@code finalBelow} has ended by then, so the
     * later statement sees all of it.
     */
    private Progress progress() {
        return jdbc.sql("""
                        select written_by::text, at::text, event_id::text,
                               pg_snapshot_xmin(pg_current_snapshot())::text as final_below,
                               pg_snapshot_xmax(pg_current_snapshot())::text as next,
                               written_by > pg_snapshot_xmax(pg_current_snapshot()) as of_another_server
                        from audit_progress
                        """)
                .query((row, number) -> new Progress(
                        new Place(row.getString("written_by"), row.getString("at"), row.getString("event_id")),
                        row.getString("final_below"),
                        row.getString("next"),
                        row.getBoolean("of_another_server")))
                .single();
    }

    /**
     * At most a batch. The range is one of the index and is cut off before any link is looked up, each by its key: so a
     * batch costs the same, however many events wait or are chained.
     */
    private JdbcClient.StatementSpec events(Progress progress) {
        return progress.isOfAnotherServer()
                ? ofAnotherServer(progress)
                : jdbc.sql(LISTED.formatted("""
                                select e.* from audit_event e
                                where (e.written_by, e.at, e.id)
                                      > (cast(:writtenBy as xid8), cast(:at as timestamptz), cast(:id as uuid))
                                  and e.written_by < cast(:finalBelow as xid8)
                                """))
                        .param("batch", BATCH)
                        .param("finalBelow", progress.finalBelow())
                        .param("writtenBy", progress.place().writtenBy())
                        .param("at", progress.place().at())
                        .param("id", progress.place().id());
    }

    /**
     * A dump that was restored on another server brings transaction numbers of the old one, which are ahead of the new
     * one's. They are final; what has no link yet is found by that, once.
     */
    private JdbcClient.StatementSpec ofAnotherServer(Progress progress) {
        return jdbc.sql(LISTED.formatted("""
                        select e.* from audit_event e
                        where (e.written_by < cast(:finalBelow as xid8) or e.written_by >= cast(:next as xid8))
                          and not exists (select from audit_link l
                                          where l.tenant_id = e.tenant_id and l.event_id = e.id)
                        """))
                .param("batch", BATCH)
                .param("finalBelow", progress.finalBelow())
                .param("next", progress.next());
    }

    private void moveTo(Place place) {
        jdbc.sql("""
                        update audit_progress
                        set written_by = cast(:writtenBy as xid8), at = cast(:at as timestamptz),
                            event_id = cast(:id as uuid)
                        """)
                .param("writtenBy", place.writtenBy())
                .param("at", place.at())
                .param("id", place.id())
                .update();
    }

    /** A place in the order of chaining, each part as PostgreSQL writes it. */
    private record Place(String writtenBy, String at, String id) {}

    /**
     * @param place what is not behind it has its link
     * @param finalBelow transactions below have ended
     * @param next no transaction of this server has this number or a higher one
     * @param isOfAnotherServer the place was reached on a server with higher numbers
     */
    private record Progress(Place place, String finalBelow, String next, boolean isOfAnotherServer) {
        /** Before everything that is not final yet. */
        Place finalPlace() {
            return new Place(finalBelow, "-infinity", "00000000-0000-0000-0000-000000000000");
        }
    }

    /** The links of one batch. */
    private final class Links {
        private final Map<UUID, Head> heads = new HashMap<>();
        private final List<UUID> tenants = new ArrayList<>();
        private final List<UUID> events = new ArrayList<>();
        private final List<Long> seqs = new ArrayList<>();
        private final List<String> before = new ArrayList<>();
        private final List<String> hashes = new ArrayList<>();

        void add(UUID tenant, ChainedAuditEvent event) {
            Head head = heads.computeIfAbsent(tenant, this::load);
            long seq = head.seq() + 1;
            String hash = ChainHash.of(tenant, event, seq, head.hash());
            tenants.add(tenant);
            events.add(event.id());
            seqs.add(seq);
            before.add(head.hash());
            hashes.add(hash);
            heads.put(tenant, new Head(seq, hash));
        }

        /** Where the tenant's chain ends: at its last link, or at the checkpoint that is left when all links are gone. */
        private Head load(UUID tenant) {
            return jdbc.sql("""
                            (select seq, encode(hash, 'hex') as hash from audit_link
                             where tenant_id = :tenant order by seq desc limit 1)
                            union all
                            (select seq, encode(hash, 'hex') from audit_checkpoint
                             where tenant_id = :tenant order by seq desc limit 1)
                            order by seq desc limit 1
                            """)
                    .param("tenant", tenant)
                    .query((row, number) -> new Head(row.getLong("seq"), row.getString("hash")))
                    .optional()
                    .orElse(new Head(0, ChainHash.ZERO));
        }

        void insert() {
            if (events.isEmpty()) {
                return;
            }
            jdbc.sql("""
                            insert into audit_link (tenant_id, seq, event_id, previous_hash, hash)
                            select tenant_id, seq, event_id, decode(previous_hash, 'hex'), decode(hash, 'hex')
                            from unnest(:tenants, :seqs, :events, :before, :hashes)
                                as link (tenant_id, seq, event_id, previous_hash, hash)
                            """)
                    .param("tenants", tenants.toArray(UUID[]::new))
                    .param("seqs", seqs.toArray(Long[]::new))
                    .param("events", events.toArray(UUID[]::new))
                    .param("before", before.toArray(String[]::new))
                    .param("hashes", hashes.toArray(String[]::new))
                    .update();
        }
    }

    private record Head(long seq, String hash) {}
}

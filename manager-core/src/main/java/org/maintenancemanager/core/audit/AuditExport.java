package org.maintenancemanager.core.audit;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.AuditCheckpoint;
import org.maintenancemanager.api.admin.AuditExportHeader;
import org.maintenancemanager.api.admin.AuditExportLine;
import org.maintenancemanager.api.admin.AuditExportTrailer;
import org.maintenancemanager.api.admin.ChainedAuditEvent;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Writes a stretch of the audit chain so that others can check it without this database. Page by page, so a slow reader
 * holds neither memory nor a connection.
 */
@Component
public class AuditExport {
    private static final int PAGE = 1_000;
    private static final byte[] LINE_END = {'\n'};

    private final JdbcClient jdbc;
    private final ReadingSlots slots;
    private final DatabaseClock clock;

    AuditExport(JdbcClient jdbc, ReadingSlots slots, DatabaseClock clock) {
        this.jdbc = jdbc;
        this.slots = slots;
        this.clock = clock;
    }

    /** Where an export goes; opened once it is sure that there is one. */
    @FunctionalInterface
    public interface Destination {
        OutputStream open() throws IOException;
    }

    /**
     * Writes the events of a period as lines of JSON. The chain is in the order of transactions, not of time: the export is
     * the stretch from the first to the last event of the period, with those in between.
     *
     * @param from null: from the first event on
     * @param until exclusive; null: up to now
     * @return whether it was written; not if too many exports or verifications are under way
     * @throws InvalidInput if the period ends before it begins
     */
    public boolean write(@Nullable Instant from, @Nullable Instant until, Destination destination) throws IOException {
        Instant end = until == null ? clock.now() : until;
        if (from != null && !from.isBefore(end)) {
            throw InvalidInput.at("/from", "is %s; it must be before the end, %s".formatted(from, end));
        }
        TenantId tenant = CallContext.current().tenant();
        Optional<ReadingSlots.Slot> slot = slots.take(tenant);
        if (slot.isEmpty()) {
            return false;
        }
        try (ReadingSlots.Slot taken = slot.get();
                OutputStream out = destination.open()) {
            write(tenant, from, end, out);
        }
        return true;
    }

    private void write(TenantId tenant, @Nullable Instant from, Instant until, OutputStream out) throws IOException {
        Stretch stretch = stretch(tenant, from, until);
        writeLine(
                out,
                new AuditExportLine(
                        new AuditExportHeader(
                                AuditExportHeader.FORMAT,
                                tenant.value(),
                                from,
                                until,
                                stretch.startSeq,
                                stretch.startHash),
                        null,
                        null,
                        null));
        long events = 0;
        long seq = stretch.startSeq;
        String hash = stretch.startHash;
        long signedThrough = 0;
        List<Row> page;
        do {
            page = page(tenant, seq, stretch.lastSeq);
            for (Row row : page) {
                writeLine(out, new AuditExportLine(null, row.event, null, null));
                events++;
                seq = row.event.seq();
                hash = row.event.hash();
                if (row.checkpoint != null) {
                    writeLine(out, new AuditExportLine(null, null, row.checkpoint, null));
                    signedThrough = seq;
                }
            }
        } while (page.size() == PAGE);
        writeLine(out, new AuditExportLine(null, null, null, new AuditExportTrailer(events, seq, hash, signedThrough)));
    }

    private static void writeLine(OutputStream out, AuditExportLine line) throws IOException {
        out.write(ExportFormat.write(line));
        out.write(LINE_END);
    }

    private record Stretch(long startSeq, String startHash, long lastSeq) {}

    private Stretch stretch(TenantId tenant, @Nullable Instant from, Instant until) {
        return jdbc.sql("""
                        with stretch as (
                            select min(l.seq) as first, max(l.seq) as last
                            from audit_event e
                            join audit_link l on l.tenant_id = e.tenant_id and l.event_id = e.id
                            where e.tenant_id = :tenant
                              and e.at >= coalesce(cast(:from as timestamptz), '-infinity') and e.at < :until
                        )
                        select l.seq - 1 as start_seq, encode(l.previous_hash, 'hex') as start_hash, stretch.last
                        from stretch
                        join audit_link l on l.tenant_id = :tenant and l.seq = stretch.first
                        """)
                .param("tenant", tenant.value())
                .param("from", from == null ? null : from.toString())
                .param("until", until.atOffset(ZoneOffset.UTC))
                .query((row, number) ->
                        new Stretch(row.getLong("start_seq"), row.getString("start_hash"), row.getLong("last")))
                .optional()
                .orElse(new Stretch(0, ChainHash.ZERO, 0));
    }

    private record Row(ChainedAuditEvent event, @Nullable AuditCheckpoint checkpoint) {}

    private List<Row> page(TenantId tenant, long after, long last) {
        return jdbc.sql("""
                        select e.*, l.seq as link_seq, encode(l.previous_hash, 'hex') as link_previous_hash,
                               encode(l.hash, 'hex') as link_hash,
                               c.seq, c.hash, c.at as signed_at, c.key_id, c.signature
                        from audit_link l
                        join audit_event e on e.tenant_id = l.tenant_id and e.id = l.event_id
                        left join audit_checkpoint c on c.tenant_id = l.tenant_id and c.seq = l.seq
                        where l.tenant_id = :tenant and l.seq > :after and l.seq <= :last
                        order by l.seq
                        limit :page
                        """)
                .param("tenant", tenant.value())
                .param("after", after)
                .param("last", last)
                .param("page", PAGE)
                .query((row, number) -> new Row(
                        StoredEvents.read(
                                row,
                                row.getLong("link_seq"),
                                row.getString("link_previous_hash"),
                                row.getString("link_hash")),
                        row.getObject("seq") == null ? null : StoredEvents.checkpoint(row, "signed_at")))
                .list();
    }
}

package org.maintenancemanager.core.update;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.TenantId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * When nodes were last seen. Gathered in memory and written in batches, for each node at most once an interval unless its
 * boot id changes; a crash loses at most that much, which the next poll brings back.
 */
@Component
class Presence implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);
    private static final long FLUSH_MILLIS = 1000;
    private static final int BATCH = 2000;
    /** So often must a node come back with its former boot id before it counts as two machines with one identity. */
    private static final int CLONE_RETURNS = 3;

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final Quarantine quarantine;
    private final DatabaseClock clock;
    private final Duration interval;

    private record Seen(@Nullable String bootId, Instant at, boolean written) {}

    private record Key(TenantId tenant, UUID node) {}

    /** Grows to at most one entry a node of this replica; entries that are older than two intervals are dropped. */
    private final Map<Key, Seen> seen = new ConcurrentHashMap<>();

    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable Thread thread;

    Presence(
            JdbcClient jdbc,
            TransactionTemplate transactions,
            Quarantine quarantine,
            DatabaseClock clock,
            MeterRegistry meters,
            @Value("${manager.presence.interval:PT30S}") Duration interval) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.quarantine = quarantine;
        this.clock = clock;
        this.interval = interval;
        Gauge.builder("manager.presence.nodes", seen, Map::size)
                .description("nodes seen lately by this replica")
                .register(meters);
    }

    /** @param bootId null: not told this time */
    void seen(TenantId tenant, UUID node, @Nullable String bootId) {
        Instant now = clock.now();
        seen.compute(new Key(tenant, node), (key, before) -> {
            if (before == null) {
                return new Seen(bootId, now, false);
            }
            String boot = bootId == null ? before.bootId : bootId;
            boolean worthWriting = !before.written
                    || !Objects.equals(boot, before.bootId)
                    || Duration.between(before.at, now).compareTo(interval) >= 0;
            return worthWriting ? new Seen(boot, now, false) : before;
        });
    }

    /** Writes what was gathered. */
    void flush() {
        Map<TenantId, List<Map.Entry<Key, Seen>>> due = new HashMap<>();
        Instant forgetBefore = clock.now().minus(interval.multipliedBy(2));
        for (Map.Entry<Key, Seen> entry : seen.entrySet()) {
            if (!entry.getValue().written()) {
                due.computeIfAbsent(entry.getKey().tenant(), tenant -> new ArrayList<>())
                        .add(Map.entry(entry.getKey(), entry.getValue()));
            } else if (entry.getValue().at().isBefore(forgetBefore)) {
                seen.remove(entry.getKey(), entry.getValue());
            }
        }
        due.forEach((tenant, entries) -> {
            // In the order of ids, so that replicas that write at the same time do not wait in a circle.
            entries.sort(Map.Entry.comparingByKey(java.util.Comparator.comparing(Key::node)));
            for (int from = 0; from < entries.size(); from += BATCH) {
                List<Map.Entry<Key, Seen>> batch = entries.subList(from, Math.min(from + BATCH, entries.size()));
                CallContext.system(tenant, "presence").run(() -> write(tenant, batch));
            }
        });
    }

    private void write(TenantId tenant, List<Map.Entry<Key, Seen>> batch) {
        List<UUID> clones = Objects.requireNonNull(transactions.execute(status -> jdbc
                .sql("""
                        insert into node_presence as known (tenant_id, node_id, last_seen_at, boot_id)
                        select n.tenant_id, n.id, gathered.at, gathered.boot_id
                        from unnest(:nodes::uuid[], :instants::timestamptz[], :boots::text[])
                            as gathered (node_id, at, boot_id)
                        join node n on n.tenant_id = :tenant and n.id = gathered.node_id
                        order by n.id
                        on conflict (tenant_id, node_id) do update
                        set last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at),
                            boot_id = coalesce(excluded.boot_id, known.boot_id),
                            previous_boot_id = case when excluded.boot_id <> known.boot_id then known.boot_id
                                                    else known.previous_boot_id end,
                            boot_returns = case when excluded.boot_id <> known.boot_id
                                                then case when excluded.boot_id = known.previous_boot_id
                                                          then known.boot_returns + 1 else 0 end
                                                else known.boot_returns end
                        returning case when boot_returns >= :returns then node_id end as clone
                        """)
                .param("tenant", tenant.value())
                .param("nodes", Ledger.texts(batch, entry -> entry.getKey().node()))
                .param("instants", Ledger.texts(batch, entry -> entry.getValue().at()))
                .param("boots", Ledger.texts(batch, entry -> entry.getValue().bootId()))
                .param("returns", CLONE_RETURNS)
                .query((row, number) -> java.util.Optional.ofNullable(row.getObject("clone", UUID.class)))
                .list()
                .stream()
                .flatMap(java.util.Optional::stream)
                .toList()));
        batch.forEach(entry -> seen.replace(
                entry.getKey(),
                entry.getValue(),
                new Seen(entry.getValue().bootId(), entry.getValue().at(), true)));
        if (!clones.isEmpty()) {
            quarantine.put(tenant, clones, "two boot ids alternate: two machines use one identity");
        }
    }

    @Override
    public void start() {
        thread = Thread.ofPlatform().name("presence").daemon().start(() -> {
            try {
                while (!stopping.await(FLUSH_MILLIS, TimeUnit.MILLISECONDS)) {
                    flushOrTryLater();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void flushOrTryLater() {
        try {
            flush();
        } catch (DataAccessException | org.springframework.transaction.TransactionException e) {
            LOG.warn("presence could not be written, trying again: {}", e.getMessage());
        }
    }

    @Override
    public void stop() {
        stopping.countDown();
        flushOrTryLater();
    }

    @Override
    public boolean isRunning() {
        return thread != null && stopping.getCount() > 0;
    }

    @Override
    public int getPhase() {
        return 0;
    }
}

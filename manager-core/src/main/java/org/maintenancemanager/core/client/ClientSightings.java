package org.maintenancemanager.core.client;

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
import org.maintenancemanager.core.decision.ClientFamily;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.update.Device;
import org.maintenancemanager.core.update.KnownNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Remembers which program a node runs, when it turns out to be another than was known. Gathered in memory and written in
 * batches, so that no poll writes; a crash loses what the next poll brings back.
 */
@Component
public class ClientSightings implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(ClientSightings.class);
    private static final long FLUSH_MILLIS = 500;
    private static final int BATCH = 1000;
    private static final int LONGEST_AGENT = 200;

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final ChangeNotes notes;

    private record Key(TenantId tenant, NodeId node) {}

    private record Sighting(ClientFamily family, @Nullable String userAgent) {}

    /** One a node that changed its program within half a second. */
    private final Map<Key, Sighting> seen = new ConcurrentHashMap<>();

    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable Thread thread;

    ClientSightings(JdbcClient jdbc, TransactionTemplate transactions, ChangeNotes notes) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.notes = notes;
    }

    /** Costs two comparisons when it is what is known already. */
    public void seen(KnownNode node, @Nullable Device known, ClientFamily family, @Nullable String userAgent) {
        String agent = userAgent == null || userAgent.length() <= LONGEST_AGENT
                ? userAgent
                : userAgent.substring(0, LONGEST_AGENT);
        if (known != null && known.recognized() == family && Objects.equals(known.userAgent(), agent)) {
            return;
        }
        seen.put(new Key(node.tenant(), node.id()), new Sighting(family, agent));
    }

    /** Writes what was gathered. */
    void flush() {
        Map<TenantId, List<Map.Entry<Key, Sighting>>> due = new HashMap<>();
        seen.entrySet()
                .forEach(entry -> due.computeIfAbsent(entry.getKey().tenant(), tenant -> new ArrayList<>())
                        .add(Map.entry(entry.getKey(), entry.getValue())));
        due.forEach((tenant, entries) -> {
            // In the order of ids, so that replicas that write at the same time do not wait in a circle.
            entries.sort(Map.Entry.comparingByKey(
                    java.util.Comparator.comparing(key -> key.node().value())));
            for (int from = 0; from < entries.size(); from += BATCH) {
                write(tenant, entries.subList(from, Math.min(from + BATCH, entries.size())));
            }
        });
    }

    private void write(TenantId tenant, List<Map.Entry<Key, Sighting>> batch) {
        CallContext.system(tenant, "client sightings")
                .run(() -> transactions.executeWithoutResult(status -> {
                    // The node's row before its client's, as everybody else who changes both.
                    jdbc.sql("""
                                    select id from node where tenant_id = :tenant and id = any(:nodes::uuid[])
                                    order by id for no key update
                                    """)
                            .param("tenant", tenant.value())
                            .param("nodes", texts(batch, entry -> entry.getKey().node()))
                            .query(UUID.class)
                            .list();
                    List<UUID> changed = jdbc.sql("""
                            with seen as (
                                select * from unnest(:nodes::uuid[], :families::text[], :agents::text[])
                                    as seen (node_id, family, user_agent)
                            ), named as (
                                update node n set client = seen.user_agent
                                from seen
                                where n.tenant_id = :tenant and n.id = seen.node_id
                                  and n.client is distinct from seen.user_agent
                            )
                            insert into node_client as known (tenant_id, node_id, family, user_agent)
                            select n.tenant_id, n.id, seen.family, seen.user_agent
                            from seen join node n on n.tenant_id = :tenant and n.id = seen.node_id
                            order by n.id
                            on conflict (tenant_id, node_id) do update
                            set family = excluded.family, user_agent = excluded.user_agent, updated_at = now()
                            returning node_id
                            """)
                            .param("tenant", tenant.value())
                            .param("nodes", texts(batch, entry -> entry.getKey().node()))
                            .param(
                                    "families",
                                    texts(batch, entry -> entry.getValue().family()))
                            .param(
                                    "agents",
                                    texts(batch, entry -> entry.getValue().userAgent()))
                            .query(UUID.class)
                            .list();
                    notes.nodesChanged(tenant, changed);
                }));
        batch.forEach(entry -> seen.remove(entry.getKey(), entry.getValue()));
    }

    static <T> @Nullable String[] texts(List<T> rows, java.util.function.Function<T, @Nullable Object> column) {
        return rows.stream()
                .map(column)
                .map(value -> value == null ? null : value.toString())
                .toArray(String[]::new);
    }

    @Override
    public void start() {
        thread = Thread.ofPlatform().name("client-sightings").daemon().start(() -> {
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
        } catch (DataAccessException | TransactionException e) {
            log.warn("clients that were recognized could not be written, trying again: {}", e.getMessage());
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

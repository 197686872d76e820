package org.maintenancemanager.core.update;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.BudgetFacts;
import org.maintenancemanager.core.decision.NodeFacts;
import org.maintenancemanager.core.decision.PermitTerms;
import org.maintenancemanager.core.decision.UpdateFacts;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.window.Schedule.Opening;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Gives nodes leave to begin their downloads where a budget paces these. Nodes that poll are remembered as long as they wait;
 * once a second those whose windows open first get what is free, in one transaction that locks the budgets, so that several
 * replicas together keep to the limit. Who goes first is decided among the nodes that this replica heard. A poll writes
 * nothing, and nobody looks at nodes that do not ask.
 */
@Component
class DownloadTurns implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(DownloadTurns.class);
    private static final long EVERY_MILLIS = 1000;
    /** So many may wait in memory; whoever comes later asks again with the next poll. */
    private static final int REMEMBERED = 200_000;

    /** The most that get a turn in one transaction. */
    private static final int AT_ONCE = 5000;

    /** So many turns are looked through in a second, which takes some milliseconds; where there are more, less often. */
    private static final long LOOKED_THROUGH = 2000;

    /** A year: whoever gives a large image to a thin line waits, and the database's instants do not overflow. */
    private static final double LONGEST_BUSY_SECONDS = 365 * 86_400.0;

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final ChangeNotes notes;
    private final DatabaseClock clock;
    private final Duration unreachableAfter;
    private final Counter granted;

    private final Map<UUID, Ask> asks = new ConcurrentHashMap<>();
    private volatile long turns;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable Thread thread;

    DownloadTurns(
            JdbcClient jdbc,
            TransactionTemplate transactions,
            ChangeNotes notes,
            DatabaseClock clock,
            MeterRegistry meters,
            @Value("${manager.campaign.unreachable-after:PT15M}") Duration unreachableAfter) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.notes = notes;
        this.clock = clock;
        this.unreachableAfter = unreachableAfter;
        this.granted = Counter.builder("manager.downloads.granted")
                .description("downloads that were given leave to begin")
                .register(meters);
        Gauge.builder("manager.downloads.waiting", asks, Map::size)
                .description("nodes that wait for leave to download")
                .register(meters);
        Gauge.builder("manager.downloads.running", this, DownloadTurns::given)
                .description("downloads that have leave, of all tenants")
                .register(meters);
    }

    /** @param begun it downloads already: it is counted whatever is free */
    private record Ask(
            TenantId tenant,
            UUID node,
            UUID update,
            boolean begun,
            long bytes,
            Instant window,
            List<BudgetFacts> budgets,
            Instant asked) {}

    /**
     * Remembers that a node would download if it might, or does so without having asked, since the budget is younger than its
     * download or it was away for long.
     */
    void ask(NodeEntry entry, UpdateFacts update, CampaignFacts campaign, NodeFacts facts, Instant now) {
        UUID node = entry.id().value();
        Ask known = asks.get(node);
        if (known == null && asks.size() >= REMEMBERED) {
            return;
        }
        // When its window opens does not change from poll to poll, and is the costly part.
        Instant window = known != null && known.update.equals(update.id().value())
                ? known.window
                : nextWindow(facts, campaign, now);
        asks.put(
                node,
                new Ask(
                        entry.tenant(),
                        node,
                        update.id().value(),
                        update.state() != UpdateState.OFFERED,
                        campaign.image().sizeBytes(),
                        window,
                        facts.pacing(),
                        now));
    }

    private static Instant nextWindow(NodeFacts facts, CampaignFacts campaign, Instant now) {
        var schedule = PermitTerms.schedule(facts, campaign, now);
        return schedule.openAt(now)
                .or(() -> schedule.nextAfter(now))
                .map(Opening::start)
                .orElse(Instant.MAX);
    }

    long waiting() {
        return asks.size();
    }

    /** Turns that were given and not taken back, as of some seconds ago. */
    long given() {
        return turns;
    }

    /** Takes back the turns of downloads that have ended or are held, then gives what is free. */
    void give() {
        takeBack();
        Instant silent = clock.now().minus(unreachableAfter);
        asks.values().removeIf(ask -> ask.asked.isBefore(silent));
        Set<TenantId> tenants = new HashSet<>();
        asks.values().forEach(ask -> tenants.add(ask.tenant));
        for (TenantId tenant : tenants) {
            CallContext.system(tenant, "download turns").run(() -> give(tenant));
        }
    }

    private void takeBack() {
        record Taken(TenantId tenant, UUID node, boolean active) {}
        EveryTenant.run(() -> transactions.executeWithoutResult(status -> {
            List<Taken> taken = jdbc.sql("""
                            delete from download_turn turn
                            where not coalesce((
                                select case u.state
                                           when 'OFFERED' then turn.given_at > now() - make_interval(secs => :silent)
                                                               and not u.queued and c.state = 'RUNNING'
                                           -- What has begun goes on, whatever happens to the campaign.
                                           when 'DOWNLOADING' then coalesce(presence.last_seen_at, turn.given_at)
                                                                   > now() - make_interval(secs => :silent)
                                           else false end
                                from node_update u
                                join campaign c on (c.tenant_id, c.id) = (u.tenant_id, u.campaign_id)
                                left join node_presence presence
                                    on (presence.tenant_id, presence.node_id) = (u.tenant_id, u.node_id)
                                where (u.tenant_id, u.id) = (turn.tenant_id, turn.update_id)), false)
                            returning turn.tenant_id, turn.node_id,
                                      exists (select from node_update u
                                              where (u.tenant_id, u.id) = (turn.tenant_id, turn.update_id)
                                                and u.state in ('OFFERED', 'DOWNLOADING')) as active
                            """)
                    .param("silent", unreachableAfter.toSeconds())
                    .query((row, number) -> new Taken(
                            new TenantId(row.getObject("tenant_id", UUID.class)),
                            row.getObject("node_id", UUID.class),
                            row.getBoolean("active")))
                    .list();
            taken.stream()
                    .filter(Taken::active)
                    .collect(groupingBy(Taken::tenant, mapping(Taken::node, toList())))
                    .forEach(notes::nodesChanged);
            turns = jdbc.sql("select count(*) from download_turn")
                    .query(Long.class)
                    .single();
        }));
    }

    /** What a budget has left. */
    private static final class Room {
        final @Nullable Integer max;
        final @Nullable Long bytesPerSecond;
        long downloading;
        /** Seconds from now until what was begun leaves bytes to others; 0 or less: now. */
        double busySeconds;

        Room(@Nullable Integer max, @Nullable Long bytesPerSecond, long downloading, double busySeconds) {
            this.max = max;
            this.bytesPerSecond = bytesPerSecond;
            this.downloading = downloading;
            this.busySeconds = busySeconds;
        }

        boolean isFree() {
            return (max == null || downloading < max) && (bytesPerSecond == null || busySeconds <= 0);
        }

        /** How many more nodes may begin at most. */
        int most() {
            if (!isFree()) {
                return 0;
            }
            return bytesPerSecond != null ? 1 : max == null ? AT_ONCE : (int) Math.min(AT_ONCE, max - downloading);
        }

        void take(long bytes) {
            downloading++;
            if (bytesPerSecond != null) {
                busySeconds = Math.max(0, busySeconds) + (double) bytes / bytesPerSecond;
            }
        }
    }

    private void give(TenantId tenant) {
        Set<UUID> paced = new TreeSet<>();
        for (Ask ask : asks.values()) {
            if (ask.tenant.equals(tenant)) {
                ask.budgets.forEach(budget -> paced.add(budget.id().value()));
            }
        }
        // Without a lock first: most of the time nothing is free, and nobody has to be looked at.
        List<Ask> candidates = candidates(tenant, rooms(tenant, paced));
        if (!candidates.isEmpty()) {
            transactions.executeWithoutResult(status -> give(tenant, candidates));
        }
    }

    /**
     * Those that may get a turn, in the order in which they get it. Of the nodes below the same budgets no more are looked at
     * than have room, so that a full budget with many waiting nodes keeps nobody else back.
     */
    private List<Ask> candidates(TenantId tenant, Map<UUID, Room> rooms) {
        Map<List<BudgetFacts>, PriorityQueue<Ask>> groups = new HashMap<>();
        List<Ask> candidates = new ArrayList<>();
        for (Ask ask : asks.values()) {
            if (!ask.tenant.equals(tenant)) {
                continue;
            }
            if (ask.begun) {
                candidates.add(ask);
                continue;
            }
            int most = AT_ONCE;
            for (BudgetFacts budget : ask.budgets) {
                Room room = rooms.get(budget.id().value());
                most = room == null ? most : Math.min(most, room.most());
            }
            if (most > 0) {
                PriorityQueue<Ask> first =
                        groups.computeIfAbsent(ask.budgets, group -> new PriorityQueue<>(FIRST.reversed()));
                first.add(ask);
                if (first.size() > most) {
                    first.remove();
                }
            }
        }
        groups.values().forEach(candidates::addAll);
        candidates.sort(Comparator.comparing((Ask ask) -> !ask.begun).thenComparing(FIRST));
        return candidates.size() > AT_ONCE ? candidates.subList(0, AT_ONCE) : candidates;
    }

    private static final Comparator<Ask> FIRST =
            Comparator.comparing(Ask::window).thenComparing(Ask::asked);

    private void give(TenantId tenant, List<Ask> candidates) {
        Set<UUID> ids = new TreeSet<>();
        candidates.forEach(
                ask -> ask.budgets.forEach(budget -> ids.add(budget.id().value())));
        jdbc.sql("select id from budget where tenant_id = :tenant and id = any (:ids) order by id for update")
                .param("tenant", tenant.value())
                .param("ids", ids.toArray(UUID[]::new))
                .query(UUID.class)
                .list();
        Map<UUID, Room> rooms = rooms(tenant, ids);
        Set<UUID> waiting = eligible(tenant, candidates);
        List<Ask> chosen = new ArrayList<>();
        for (Ask ask : candidates) {
            if (!waiting.contains(ask.update)) {
                asks.remove(ask.node, ask);
                continue;
            }
            List<Room> needed = new ArrayList<>();
            for (BudgetFacts budget : ask.budgets) {
                Room room = rooms.get(budget.id().value());
                if (room != null) {
                    needed.add(room);
                }
            }
            if (ask.begun || needed.stream().allMatch(Room::isFree)) {
                needed.forEach(room -> room.take(ask.bytes));
                chosen.add(ask);
            }
        }
        if (chosen.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        insert into download_turn (tenant_id, update_id, node_id, budget_ids)
                        select :tenant, chosen.id, chosen.node_id, chosen.budget_ids::uuid[]
                        from unnest(:updates::uuid[], :nodes::uuid[], :budgets::text[])
                            as chosen (id, node_id, budget_ids)
                        """)
                .param("tenant", tenant.value())
                .param("updates", Ledger.texts(chosen, Ask::update))
                .param("nodes", Ledger.texts(chosen, Ask::node))
                .param(
                        "budgets",
                        Ledger.texts(
                                chosen,
                                ask -> ask.budgets.stream()
                                        .map(budget -> budget.id().toString())
                                        .collect(joining(",", "{", "}"))))
                .update();
        writeBusy(tenant, rooms);
        notes.nodesChanged(tenant, chosen.stream().map(Ask::node).toList());
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                granted.increment(chosen.size());
                chosen.forEach(ask -> asks.remove(ask.node, ask));
            }
        });
    }

    /** Of these, the updates that still wait: nobody else may give them a turn, since that needs the budgets' locks. */
    private Set<UUID> eligible(TenantId tenant, List<Ask> candidates) {
        return new HashSet<>(jdbc.sql("""
                        select u.id from node_update u
                        where u.tenant_id = :tenant and u.id = any (:updates::uuid[])
                          and u.state in ('OFFERED', 'DOWNLOADING') and not u.queued
                          and not exists (select from download_turn turn
                                          where (turn.tenant_id, turn.update_id) = (u.tenant_id, u.id))
                        """)
                .param("tenant", tenant.value())
                .param("updates", Ledger.texts(candidates, Ask::update))
                .query(UUID.class)
                .list());
    }

    private Map<UUID, Room> rooms(TenantId tenant, Set<UUID> ids) {
        Map<UUID, Room> rooms = new TreeMap<>();
        jdbc.sql("""
                        select b.id, b.max_downloads, b.bytes_per_second,
                               extract(epoch from b.downloads_free_at - clock_timestamp()) as busy_seconds,
                               coalesce(turns.many, 0) as downloading
                        from budget b
                        left join (select budget, count(*) as many
                                   from download_turn turn cross join unnest(turn.budget_ids) as budget
                                   where turn.tenant_id = :tenant
                                   group by budget) turns on turns.budget = b.id
                        where b.tenant_id = :tenant and b.id = any (:ids)
                          and (b.max_downloads is not null or b.bytes_per_second is not null)
                        """)
                .param("tenant", tenant.value())
                .param("ids", ids.toArray(UUID[]::new))
                .query((row, number) -> rooms.put(
                        row.getObject("id", UUID.class),
                        new Room(
                                row.getObject("max_downloads", Integer.class),
                                row.getObject("bytes_per_second", Long.class),
                                row.getLong("downloading"),
                                row.getDouble("busy_seconds"))))
                .list();
        return rooms;
    }

    private void writeBusy(TenantId tenant, Map<UUID, Room> rooms) {
        List<Map.Entry<UUID, Room>> paced = rooms.entrySet().stream()
                .filter(room -> room.getValue().bytesPerSecond != null)
                .toList();
        if (paced.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        update budget b
                        set downloads_free_at = clock_timestamp() + make_interval(secs => busy.seconds)
                        from unnest(:ids::uuid[], :seconds::float8[]) as busy (id, seconds)
                        where b.tenant_id = :tenant and b.id = busy.id
                        """)
                .param("tenant", tenant.value())
                .param("ids", Ledger.texts(paced, Map.Entry::getKey))
                .param(
                        "seconds",
                        paced.stream()
                                .map(room -> Math.min(room.getValue().busySeconds, LONGEST_BUSY_SECONDS))
                                .toArray(Double[]::new))
                .update();
    }

    @Override
    public void start() {
        thread = Thread.ofPlatform().name("download-turns").daemon().start(() -> {
            try {
                while (!stopping.await(EVERY_MILLIS * Math.max(1, turns / LOOKED_THROUGH), TimeUnit.MILLISECONDS)) {
                    try {
                        give();
                    } catch (DataAccessException | TransactionException e) {
                        LOG.warn("no turns to download could be given, trying again: {}", e.toString());
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    public void stop() {
        stopping.countDown();
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

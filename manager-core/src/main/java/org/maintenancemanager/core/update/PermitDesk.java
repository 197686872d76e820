package org.maintenancemanager.core.update;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.batch.Batcher;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.GuardFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.HeldCohort;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.PermitId;
import org.maintenancemanager.core.campaign.UpdateId;
import org.maintenancemanager.core.decision.NodeFacts;
import org.maintenancemanager.core.decision.PermitTerms;
import org.maintenancemanager.core.decision.UpdateFacts.PermitFacts;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.guard.Cohort;
import org.maintenancemanager.core.guard.SequentialTest;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Grants permits: the only place where a node is allowed to disturb itself. Requests that come within a few milliseconds
 * are granted together, one transaction a campaign, which reads the truth again whatever memory said.
 *
 * <p>Row locks in the order of docs/architecture.md: the updates, the campaign's counter, the budgets, the tenant. The
 * counter's lock is what makes a pause final: whoever takes it after the pause sees that granting is over.
 */
@Component
class PermitDesk implements DisposableBean {
    private static final int DESKS = 1;
    private static final int QUEUE = 20_000;
    private static final int BATCH = 1000;

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final FleetRules rules;
    private final Ledger ledger;
    private final ChangeNotes notes;
    private final Batcher<Request, Answer> desk;
    private final Counter granted;
    private final Counter refused;
    private final MeterRegistry meters;
    private final Timer batches;

    PermitDesk(
            JdbcClient jdbc,
            TransactionTemplate transactions,
            FleetRules rules,
            Ledger ledger,
            ChangeNotes notes,
            MeterRegistry meters) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.rules = rules;
        this.ledger = ledger;
        this.notes = notes;
        this.meters = meters;
        this.granted = Counter.builder("manager.permits")
                .tag("answer", "granted")
                .description("requests for a permit by answer")
                .register(meters);
        this.refused =
                Counter.builder("manager.permits").tag("answer", "refused").register(meters);
        this.batches = Timer.builder("manager.permit.batches")
                .description("transactions that grant permits")
                .register(meters);
        this.desk = new Batcher<>("permit-desk", DESKS, QUEUE, BATCH, this::work);
        Gauge.builder("manager.permits.waiting", desk, Batcher::depth).register(meters);
    }

    record Request(NodeEntry node, UpdateId update, CampaignFacts campaign) {}

    sealed interface Answer {}

    record Granted(PermitFacts permit, long assignmentVersion) implements Answer {}

    /** @param code as in the gates of a decision: BUDGET_FULL, CAMPAIGN_FULL, WINDOW_CLOSED ... */
    record Refused(String code, String sentence) implements Answer {}

    /**
     * Asks for a permit and waits for the transaction's end.
     *
     * @throws Overloaded when too many wait, or it takes too long; then the next poll may find a permit
     */
    Answer request(Request request) {
        return Patience.ask(desk, request);
    }

    private void work(List<Batcher.Item<Request, Answer>> batch) {
        Map<CampaignId, List<Batcher.Item<Request, Answer>>> byCampaign = new LinkedHashMap<>();
        batch.forEach(item -> byCampaign
                .computeIfAbsent(item.input().campaign().id(), id -> new ArrayList<>())
                .add(item));
        for (List<Batcher.Item<Request, Answer>> requests : byCampaign.values()) {
            batches.record(() -> answer(requests));
        }
    }

    private void answer(List<Batcher.Item<Request, Answer>> items) {
        TenantId tenant = items.getFirst().input().node().tenant();
        // The order within a window is a lottery: who asks first has no better right than who asks second.
        List<Batcher.Item<Request, Answer>> shuffled = new ArrayList<>(items);
        Collections.shuffle(shuffled);
        try {
            Map<UpdateId, Answer> answers = CallContext.system(tenant, "permit desk")
                    .call(() -> transactions.execute(status -> grant(
                            tenant, shuffled.stream().map(Batcher.Item::input).toList())));
            for (Batcher.Item<Request, Answer> item : items) {
                Answer answer =
                        answers == null ? null : answers.get(item.input().update());
                if (answer == null) {
                    answer =
                            new Refused("FACTS_CHANGED", "The facts changed a moment ago; the next poll decides anew.");
                }
                count(answer);
                item.answer().complete(answer);
            }
        } catch (Exception e) {
            items.forEach(item -> item.answer().completeExceptionally(e));
        }
    }

    private void count(Answer answer) {
        switch (answer) {
            case Granted permit -> granted.increment();
            case Refused no -> {
                refused.increment();
                Counter.builder("manager.permit.refusals")
                        .tag("reason", no.code())
                        .description("requests for a permit that were refused, by what stood against them")
                        .register(meters)
                        .increment();
            }
        }
    }

    /** @param source digest of the image that ran before */
    private record Locked(
            UUID update,
            UUID node,
            int wave,
            long nodeVersion,
            @Nullable String hardware,
            String site,
            @Nullable String source,
            List<UUID> budgets) {
        Locked with(List<UUID> all) {
            return new Locked(update, node, wave, nodeVersion, hardware, site, source, all);
        }
    }

    private Map<UpdateId, Answer> grant(TenantId tenant, List<Request> requests) {
        CampaignFacts campaign = requests.getFirst().campaign();
        Map<UUID, Locked> eligible = lockUpdates(tenant, campaign.id(), requests);
        Map<UpdateId, Answer> answers = new HashMap<>();
        if (eligible.isEmpty()) {
            return answers;
        }
        FleetRules.Rules current = rules.of(tenant);
        addSelected(requests, current, eligible);
        Room room = lockRoom(tenant, campaign.id(), eligible);
        if (current.windowVersion() != room.windowVersion) {
            rules.refresh(tenant);
            return answers;
        }
        if (campaign.ways().version() != room.pathVersion) {
            // Whoever changed the ways between releases has had the campaigns read again.
            return answers;
        }
        UUID override = campaign.override() == null ? null : campaign.override().id();
        if (!Objects.equals(override, room.override)) {
            // Given or taken back a moment ago; the campaign is being read again.
            return answers;
        }
        List<Grant> grants = new ArrayList<>();
        Set<UUID> done = new HashSet<>();
        for (Request request : requests) {
            Locked locked = eligible.get(request.update().value());
            // A node that polls twice at once asks twice; one permit answers both.
            if (locked == null || locked.nodeVersion != request.node().nodeVersion() || !done.add(locked.update)) {
                continue;
            }
            if (room.skippedWaves.contains(locked.wave)) {
                answers.put(request.update(), new Refused("WAVE_SKIPPED", "The wave has just been skipped."));
                continue;
            }
            Instant now = room.now;
            NodeFacts node = request.node().facts(current);
            var opening = PermitTerms.schedule(node, campaign, now).openAt(now);
            if (opening.isEmpty()) {
                answers.put(request.update(), new Refused("WINDOW_CLOSED", "The window has just closed."));
                continue;
            }
            PermitTerms terms =
                    PermitTerms.of(node, campaign, opening.get(), now).orElse(null);
            if (terms == null) {
                answers.put(
                        request.update(),
                        new Refused("WINDOW_TOO_SHORT", "Too little is left of the window for this update."));
                continue;
            }
            Refused full = room.take(locked);
            if (full != null) {
                answers.put(request.update(), full);
                continue;
            }
            grants.add(new Grant(new PermitId(Ids.next()), locked, now, terms));
        }
        if (grants.isEmpty()) {
            return answers;
        }
        write(tenant, campaign.id(), grants, answers);
        ledger.takeSlots(tenant, Map.of(campaign.id().value(), grants.size()), room.takenOfBudgets);
        notes.nodesChanged(
                tenant, grants.stream().map(grant -> grant.locked.node).toList());
        return answers;
    }

    private record Grant(PermitId id, Locked locked, Instant now, PermitTerms terms) {}

    /** Those whose facts, read now and locked, still allow a permit. Whoever is just reporting is left for the next poll. */
    private Map<UUID, Locked> lockUpdates(TenantId tenant, CampaignId campaign, List<Request> requests) {
        Map<UUID, Locked> locked = new HashMap<>();
        jdbc.sql("""
                        select u.id, u.node_id, u.wave, u.from_sha256, n.version as node_version, n.hardware, s.path,
                               array(select budget.id
                                     from budget
                                     join site above on (above.tenant_id, above.id) = (budget.tenant_id, budget.site_id)
                                     where budget.tenant_id = u.tenant_id
                                       and (above.path = s.path or starts_with(s.path, above.path || '/'))
                                     order by budget.id) as budgets
                        from node_update u
                        join node n on (n.tenant_id, n.id) = (u.tenant_id, u.node_id)
                        join site s on (s.tenant_id, s.id) = (n.tenant_id, n.site_id)
                        join campaign c on (c.tenant_id, c.id) = (u.tenant_id, u.campaign_id)
                        join image i on (i.tenant_id, i.id) = (u.tenant_id, u.image_id)
                        join wave w on (w.tenant_id, w.campaign_id, w.ordinal) = (u.tenant_id, u.campaign_id, u.wave)
                        where u.tenant_id = :tenant and u.campaign_id = :campaign and u.id = any (:updates::uuid[])
                          and (u.state = 'DOWNLOADED' or c.prestage and u.state in ('INSTALLING', 'STAGED')
                               or u.state in ('OFFERED', 'DOWNLOADING') and u.id = any (:beforeDownload::uuid[]))
                          and u.permit_id is null and not u.queued
                          and n.state = 'ACTIVE' and c.state = 'RUNNING' and i.state = 'PUBLISHED'
                          and w.opened_at is not null and w.skipped_at is null
                          and not exists (select from node_block block
                                          where (block.tenant_id, block.node_id, block.image_id)
                                                = (u.tenant_id, u.node_id, u.image_id))
                        order by u.id
                        for update of u skip locked
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .param(
                        "updates",
                        Ledger.texts(requests, request -> request.update().value()))
                .param(
                        "beforeDownload",
                        Ledger.texts(
                                requests.stream()
                                        .filter(request -> request.node().needsPermitToDownload())
                                        .toList(),
                                request -> request.update().value()))
                .query((row, number) -> locked.put(
                        row.getObject("id", UUID.class),
                        new Locked(
                                row.getObject("id", UUID.class),
                                row.getObject("node_id", UUID.class),
                                row.getInt("wave"),
                                row.getLong("node_version"),
                                row.getString("hardware"),
                                row.getString("path"),
                                row.getString("from_sha256"),
                                List.of((UUID[]) row.getArray("budgets").getArray()))))
                .list();
        return locked;
    }

    /** The budgets by selector, by what is known of the node, whose row has the same version; the sites' own come from SQL. */
    private static void addSelected(List<Request> requests, FleetRules.Rules current, Map<UUID, Locked> eligible) {
        if (!current.hasBudgetsOfSelectors()) {
            return;
        }
        for (Request request : requests) {
            Locked locked = eligible.get(request.update().value());
            List<UUID> selected = request.node().facts(current).budgets().stream()
                    .filter(budget -> budget.selector() != null)
                    .map(budget -> budget.id().value())
                    .toList();
            if (locked != null && !selected.isEmpty()) {
                Set<UUID> all = new TreeSet<>(locked.budgets);
                all.addAll(selected);
                eligible.put(locked.update, locked.with(List.copyOf(all)));
            }
        }
    }

    /** What is free in the campaign, the budgets and the tenant, while their rows are locked. */
    private static final class Room {
        private int campaign;
        private int tenant;
        private long windowVersion;
        private long pathVersion;
        private @Nullable UUID override;
        /** Whether the guard is what leaves the campaign no room. */
        private boolean suspicious;

        private GuardFacts guard = GuardFacts.CALM;
        private Set<Integer> skippedWaves = Set.of();
        /** Read when the counters were locked: whatever freed a slot before did so before this. */
        private Instant now = Instant.EPOCH;

        private final Map<UUID, Integer> budgets = new HashMap<>();
        private final Map<UUID, Integer> takenOfBudgets = new TreeMap<>();

        /** Takes a slot of each, or none and says which is full. */
        @Nullable
        Refused take(Locked locked) {
            if (campaign <= 0 && suspicious) {
                return new Refused("UNDER_SUSPICION", "The campaign goes slowly while its guard is suspicious.");
            }
            if (guard.holding(locked.hardware, locked.site, locked.source) != null) {
                return new Refused("COHORT_HELD", "Nodes like this one are held by the campaign's guard.");
            }
            if (campaign <= 0) {
                return new Refused("CAMPAIGN_FULL", "The campaign has as many nodes in flight as it may.");
            }
            if (tenant <= 0) {
                return new Refused("TENANT_FULL", "The tenant has as many nodes in flight as it may.");
            }
            for (UUID budget : locked.budgets) {
                if (budgets.getOrDefault(budget, 0) <= 0) {
                    return new Refused("BUDGET_FULL", "A site's budget has as many nodes in flight as it may.");
                }
            }
            campaign--;
            tenant--;
            for (UUID budget : locked.budgets) {
                budgets.merge(budget, -1, Integer::sum);
                takenOfBudgets.merge(budget, 1, Integer::sum);
            }
            return null;
        }
    }

    private Room lockRoom(TenantId tenant, CampaignId campaign, Map<UUID, Locked> eligible) {
        Room room = new Room();
        // A row lock and a join in one statement may pair a new counter with an old limit, so the limit is read after
        // it.
        boolean granting = jdbc.sql("""
                        select in_flight, granting from campaign_counter
                        where tenant_id = :tenant and campaign_id = :campaign
                        for update
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .query((row, number) -> {
                    room.campaign = -row.getInt("in_flight");
                    return row.getBoolean("granting");
                })
                .single();
        jdbc.sql("""
                            select c.max_in_flight, c.override_id, c.guard_enabled, guard.suspicion,
                                   array(select held.kind from guard_cohort held
                                         where (held.tenant_id, held.campaign_id) = (c.tenant_id, c.id)
                                           and held.held_at is not null order by held.kind, held.cohort) as held_kinds,
                                   array(select held.cohort from guard_cohort held
                                         where (held.tenant_id, held.campaign_id) = (c.tenant_id, c.id)
                                           and held.held_at is not null order by held.kind, held.cohort) as held_names,
                                   array(select ordinal from wave
                                         where tenant_id = :tenant and campaign_id = :campaign
                                           and skipped_at is not null) as skipped_waves
                            from campaign c
                            join campaign_guard guard on (guard.tenant_id, guard.campaign_id) = (c.tenant_id, c.id)
                            where c.tenant_id = :tenant and c.id = :campaign
                            """)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .query((row, number) -> {
                    int limit = row.getInt("max_in_flight");
                    int cautious = row.getBoolean("guard_enabled")
                            ? SequentialTest.cautiousInFlight(limit, row.getDouble("suspicion"))
                            : limit;
                    room.suspicious = granting && cautious < limit;
                    room.campaign = granting ? room.campaign + cautious : 0;
                    room.guard = new GuardFacts(1, 1, cautious, held(row));
                    room.override = row.getObject("override_id", UUID.class);
                    room.skippedWaves =
                            Set.of((Integer[]) row.getArray("skipped_waves").getArray());
                    return room;
                })
                .single();
        Set<UUID> budgets = new TreeSet<>();
        eligible.values().forEach(locked -> budgets.addAll(locked.budgets));
        if (!budgets.isEmpty()) {
            jdbc.sql("""
                            select id, coalesce(max_in_flight, 2147483647) - in_flight as free from budget
                            where tenant_id = :tenant and id = any (:ids::uuid[])
                            order by id
                            for update
                            """)
                    .param("tenant", tenant.value())
                    .param("ids", Ledger.texts(List.copyOf(budgets), id -> id))
                    .query((row, number) -> room.budgets.put(row.getObject("id", UUID.class), row.getInt("free")))
                    .list();
        }
        jdbc.sql("""
                        select state, max_in_flight, in_flight, window_version, path_version, clock_timestamp() as now
                        from tenant
                        where id = :tenant
                        for update
                        """)
                .param("tenant", tenant.value())
                .query((row, number) -> {
                    Integer cap = row.getObject("max_in_flight", Integer.class);
                    room.tenant = !row.getString("state").equals("ACTIVE")
                            ? 0
                            : cap == null ? Integer.MAX_VALUE : cap - row.getInt("in_flight");
                    room.windowVersion = row.getLong("window_version");
                    room.pathVersion = row.getLong("path_version");
                    room.now = row.getObject("now", OffsetDateTime.class).toInstant();
                    return room;
                })
                .single();
        return room;
    }

    private static List<HeldCohort> held(ResultSet row) throws SQLException {
        String[] kinds = (String[]) row.getArray("held_kinds").getArray();
        String[] names = (String[]) row.getArray("held_names").getArray();
        List<HeldCohort> held = new ArrayList<>();
        for (int i = 0; i < kinds.length; i++) {
            held.add(new HeldCohort(Cohort.Kind.valueOf(kinds[i]), names[i], Instant.EPOCH, "", ""));
        }
        return held;
    }

    private void write(TenantId tenant, CampaignId campaign, List<Grant> grants, Map<UpdateId, Answer> answers) {
        Map<UUID, Grant> byUpdate = new HashMap<>();
        grants.forEach(grant -> byUpdate.put(grant.locked.update, grant));
        jdbc.sql("""
                        insert into permit (tenant_id, id, campaign_id, node_id, update_id, wave, granted_at, valid_until,
                                            lost_at, window_end, budget_ids)
                        select :tenant, id, :campaign, node_id, update_id, wave, granted_at, valid_until, lost_at,
                               window_end, budget_ids::uuid[]
                        from unnest(:ids::uuid[], :nodes::uuid[], :updates::uuid[], :waves::int[],
                                    :granted::timestamptz[], :valid::timestamptz[], :lost::timestamptz[],
                                    :ends::timestamptz[], :budgets::text[])
                            as permitted (id, node_id, update_id, wave, granted_at, valid_until, lost_at, window_end,
                                          budget_ids)
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .param("ids", Ledger.texts(grants, Grant::id))
                .param("nodes", Ledger.texts(grants, grant -> grant.locked.node))
                .param("updates", Ledger.texts(grants, grant -> grant.locked.update))
                .param("waves", grants.stream().map(grant -> grant.locked.wave).toArray(Integer[]::new))
                .param("granted", Ledger.texts(grants, Grant::now))
                .param("valid", Ledger.texts(grants, grant -> grant.terms.validUntil()))
                .param("lost", Ledger.texts(grants, grant -> grant.terms.lostAt()))
                .param("ends", Ledger.texts(grants, grant -> grant.terms.windowEnd()))
                .param(
                        "budgets",
                        Ledger.texts(
                                grants,
                                grant -> grant.locked
                                        .budgets
                                        .toString()
                                        .replace('[', '{')
                                        .replace(']', '}')))
                .update();
        jdbc.sql("""
                        insert into audit_event (tenant_id, actor_kind, actor, action, object_kind, object_id, after)
                        select :tenant, 'SYSTEM', 'permit desk', 'permit.granted', 'node', node_id,
                               jsonb_build_object('permit', id, 'update', update_id, 'validUntil', valid_until)
                        from unnest(:ids::text[], :nodes::text[], :updates::text[], :valid::text[])
                            as permitted (id, node_id, update_id, valid_until)
                        """)
                .param("tenant", tenant.value())
                .param("ids", Ledger.texts(grants, Grant::id))
                .param("nodes", Ledger.texts(grants, grant -> grant.locked.node))
                .param("updates", Ledger.texts(grants, grant -> grant.locked.update))
                .param("valid", Ledger.texts(grants, grant -> grant.terms.validUntil()))
                .update();
        jdbc.sql("""
                        update node_update u
                        set permit_id = permitted.id, assignment_version = nextval('assignment_version')
                        from unnest(:ids::uuid[], :updates::uuid[]) as permitted (id, update_id)
                        where u.tenant_id = :tenant and u.id = permitted.update_id
                        returning u.id, u.assignment_version
                        """)
                .param("tenant", tenant.value())
                .param("ids", Ledger.texts(grants, Grant::id))
                .param("updates", Ledger.texts(grants, grant -> grant.locked.update))
                .query((row, number) -> {
                    UUID update = row.getObject("id", UUID.class);
                    Grant grant = Objects.requireNonNull(byUpdate.get(update));
                    return answers.put(
                            new UpdateId(update),
                            new Granted(
                                    new PermitFacts(
                                            grant.id, grant.now, grant.terms.validUntil(), grant.terms.lostAt()),
                                    row.getLong("assignment_version")));
                })
                .list();
    }

    @Override
    public void destroy() {
        desk.close();
    }
}

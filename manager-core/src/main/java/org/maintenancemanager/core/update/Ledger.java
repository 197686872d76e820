package org.maintenancemanager.core.update;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignGuard;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Writes changes of node updates with all that must be true together with them: the state, its history, the permit that
 * comes back, the counters, the block list. The caller has locked the updates; here the counters follow, in the order that
 * docs/architecture.md gives.
 */
@Component
class Ledger {
    private final JdbcClient jdbc;
    private final CampaignGuard guard;
    private final Attempts attempts;
    private final NextSteps steps;
    private final Rivals rivals;
    private final PhaseClocks clocks;

    Ledger(
            JdbcClient jdbc,
            CampaignGuard guard,
            Attempts attempts,
            NextSteps steps,
            Rivals rivals,
            PhaseClocks clocks) {
        this.jdbc = jdbc;
        this.guard = guard;
        this.attempts = attempts;
        this.steps = steps;
        this.rivals = rivals;
        this.clocks = clocks;
    }

    /** @param changes in the order in which they happened; an update may change several times */
    @Transactional(propagation = Propagation.MANDATORY)
    public void write(TenantId tenant, List<Change> given) {
        if (given.isEmpty()) {
            return;
        }
        List<Change> changes = new ArrayList<>(given);
        writeUpdates(tenant, given);
        List<Change> ended = new ArrayList<>(given.stream().filter(Change::ends).toList());
        // Before anything follows: what waits for the node with the same image has become pointless.
        block(
                tenant,
                ended.stream()
                        .filter(change -> change.to() == UpdateState.ROLLED_BACK)
                        .toList());
        Map<UUID, UpdateState> followed = new HashMap<>(steps.plan(tenant, ended));
        attempts.plan(tenant, ended).forEach(update -> followed.put(update, UpdateState.OFFERED));
        List<Change> pointless = rivals.letNext(tenant, freed(ended, followed));
        while (!pointless.isEmpty()) {
            writeUpdates(tenant, pointless);
            changes.addAll(pointless);
            ended.addAll(pointless);
            followed.putAll(steps.plan(tenant, pointless));
            pointless = rivals.letNext(tenant, freed(pointless, followed));
        }
        clocks.set(tenant, changes);
        Freed freed = end(tenant, permitEnds(ended));
        ended.stream()
                .filter(Change::condemnsImage)
                .forEach(change -> freed.failures.merge(change.campaignId(), 1, Integer::sum));
        // A node on its way has not shown yet whether the image does it good.
        weigh(
                tenant,
                ended.stream()
                        .filter(change -> change.to() != UpdateState.CONFIRMED
                                || followed.get(change.updateId()) != UpdateState.OFFERED)
                        .toList(),
                freed);
        countCampaigns(tenant, freed.campaigns, freed.failures);
        countWaves(tenant, changes, followed);
        countBudgets(tenant, freed.budgets);
        countTenant(tenant, freed.campaigns);
    }

    /** What ended may condemn its image: then the campaign stops here and now, before anybody gets another permit. */
    private void weigh(TenantId tenant, List<Change> ended, Freed freed) {
        CampaignGuard.Findings findings = guard.weigh(
                tenant,
                ended.stream()
                        .filter(Change::saysSomething)
                        .map(change -> new CampaignGuard.Finished(
                                change.updateId(),
                                change.campaignId(),
                                change.to().isFailure(),
                                change.to().isFailure() && !change.condemnsImage()))
                        .toList());
        if (findings.campaigns().isEmpty()) {
            return;
        }
        Set<UUID> counters = new TreeSet<>(findings.campaigns());
        counters.addAll(freed.campaigns.keySet());
        counters.addAll(freed.failures.keySet());
        jdbc.sql("""
                        select campaign_id from campaign_counter
                        where tenant_id = :tenant and campaign_id = any (:ids)
                        order by campaign_id
                        for update
                        """)
                .param("tenant", tenant.value())
                .param("ids", counters.toArray(UUID[]::new))
                .query(UUID.class)
                .list();
        guard.carryOut(tenant, findings);
    }

    private void writeStates(TenantId tenant, List<Change> changes) {
        // The last change of an update is the one that stays; the boot of its reboot may stand in an earlier one.
        Map<UUID, Change> last = new LinkedHashMap<>();
        Map<UUID, String> rebootBootIds = new LinkedHashMap<>();
        for (Change change : changes) {
            last.put(change.updateId(), change);
            if (change.rebootBootId() != null) {
                rebootBootIds.put(change.updateId(), change.rebootBootId());
            }
        }
        List<Change> rows = List.copyOf(last.values());
        Set<UUID> moved = new LinkedHashSet<>();
        changes.stream().filter(Change::isTransition).map(Change::updateId).forEach(moved::add);
        jdbc.sql("""
                        update node_update u
                        set state = change.state,
                            state_since = case when change.moved then now() else u.state_since end,
                            progress_percent = change.progress,
                            failure_phase = change.phase,
                            code = change.code,
                            detail = change.detail,
                            reboot_boot_id = coalesce(change.reboot_boot_id, u.reboot_boot_id),
                            permit_id = case when change.ended then null else u.permit_id end,
                            queued = u.queued and not change.ended,
                            -- A node has to be told of an end that it did not report, but not of one that waited behind
                            -- another update: the highest version is the node's assignment, and would hide that other.
                            assignment_version = case when change.told or u.queued then u.assignment_version
                                                      else nextval('assignment_version') end
                        from unnest(:ids::uuid[], :states::text[], :moved::boolean[], :progress::smallint[],
                                    :phases::text[], :codes::text[], :details::text[], :reboots::text[],
                                    :ended::boolean[], :told::boolean[])
                            as change (id, state, moved, progress, phase, code, detail, reboot_boot_id, ended, told)
                        where u.tenant_id = :tenant and u.id = change.id
                        """)
                .param("tenant", tenant.value())
                .param("ids", texts(rows, Change::updateId))
                .param("states", texts(rows, Change::to))
                .param(
                        "moved",
                        rows.stream().map(row -> moved.contains(row.updateId())).toArray(Boolean[]::new))
                .param("progress", rows.stream().map(Change::progressPercent).toArray(Integer[]::new))
                .param("phases", texts(rows, Change::phase))
                .param("codes", texts(rows, Change::code))
                .param("details", texts(rows, Change::detail))
                .param("reboots", texts(rows, row -> rebootBootIds.get(row.updateId())))
                .param("ended", rows.stream().map(row -> row.to().isTerminal()).toArray(Boolean[]::new))
                .param(
                        "told",
                        rows.stream()
                                .map(row -> row.cause() == Change.Cause.REPORT || !row.ends())
                                .toArray(Boolean[]::new))
                .update();
    }

    private void writeHistory(TenantId tenant, List<Change> transitions) {
        if (transitions.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        insert into update_transition
                            (tenant_id, update_id, node_id, from_state, to_state, cause, detail, at)
                        select :tenant, update_id, node_id, from_state, to_state, cause, detail, clock_timestamp()
                        from unnest(:updates::uuid[], :nodes::uuid[], :from::text[], :to::text[], :causes::text[],
                                    :details::text[])
                            as moved (update_id, node_id, from_state, to_state, cause, detail)
                        """)
                .param("tenant", tenant.value())
                .param("updates", texts(transitions, Change::updateId))
                .param("nodes", texts(transitions, Change::nodeId))
                .param("from", texts(transitions, Change::from))
                .param("to", texts(transitions, Change::to))
                .param("causes", texts(transitions, Change::cause))
                .param("details", texts(transitions, Change::causeDetail))
                .update();
    }

    /** @param outcome as in {@code permit.outcome} */
    record PermitEnd(UUID permitId, String outcome) {}

    /** What permits that ended give back: changes per campaign and budget. */
    private record Freed(Map<UUID, Integer> campaigns, Map<UUID, Integer> failures, Map<UUID, Integer> budgets) {
        Freed() {
            this(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        }
    }

    private static List<PermitEnd> permitEnds(List<Change> ended) {
        List<PermitEnd> ends = new ArrayList<>();
        for (Change change : ended) {
            if (change.permitId() != null) {
                String outcome = switch (change.to()) {
                    case LOST -> "LOST";
                    case CANCELED, SUPERSEDED, SKIPPED -> "CANCELED";
                    case OFFERED,
                            DOWNLOADING,
                            DOWNLOADED,
                            INSTALLING,
                            STAGED,
                            REBOOTING,
                            TRIAL,
                            CONFIRMED,
                            FAILED,
                            ROLLED_BACK -> "FINISHED";
                };
                ends.add(new PermitEnd(change.permitId(), outcome));
            }
        }
        return ends;
    }

    /** Ends permits in flight whose updates go on, and gives back their slots of campaign, budgets and tenant. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void endPermits(TenantId tenant, List<PermitEnd> ends) {
        Freed freed = end(tenant, ends);
        countCampaigns(tenant, freed.campaigns, Map.of());
        countBudgets(tenant, freed.budgets);
        countTenant(tenant, freed.campaigns);
    }

    private Freed end(TenantId tenant, List<PermitEnd> ends) {
        Freed freed = new Freed();
        if (ends.isEmpty()) {
            return freed;
        }
        jdbc.sql("""
                        update permit p
                        set ended_at = now(), outcome = ends.outcome
                        from unnest(:ids::uuid[], :outcomes::text[]) as ends (id, outcome)
                        where p.tenant_id = :tenant and p.id = ends.id and p.ended_at is null
                        returning p.campaign_id, p.budget_ids
                        """)
                .param("tenant", tenant.value())
                .param("ids", texts(ends, PermitEnd::permitId))
                .param("outcomes", texts(ends, PermitEnd::outcome))
                .query((row, number) -> {
                    freed.campaigns.merge(row.getObject("campaign_id", UUID.class), -1, Integer::sum);
                    for (UUID budget : (UUID[]) row.getArray("budget_ids").getArray()) {
                        freed.budgets.merge(budget, -1, Integer::sum);
                    }
                    return freed;
                })
                .list();
        return freed;
    }

    /** Takes slots: called with positive changes by whoever grants, who has locked and checked the same rows before. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void takeSlots(TenantId tenant, Map<UUID, Integer> campaigns, Map<UUID, Integer> budgets) {
        countCampaigns(tenant, campaigns, Map.of());
        countBudgets(tenant, budgets);
        countTenant(tenant, campaigns);
    }

    private void countCampaigns(TenantId tenant, Map<UUID, Integer> inFlight, Map<UUID, Integer> failures) {
        Set<UUID> campaigns = new TreeSet<>(inFlight.keySet());
        campaigns.addAll(failures.keySet());
        if (campaigns.isEmpty()) {
            return;
        }
        List<UUID> ids = List.copyOf(campaigns);
        jdbc.sql("""
                        with locked as (
                            select campaign_id from campaign_counter
                            where tenant_id = :tenant and campaign_id = any (:ids::uuid[])
                            order by campaign_id for update
                        )
                        update campaign_counter counter
                        set in_flight = in_flight + delta.in_flight_change, failures = failures + delta.failures_change
                        from locked
                        join unnest(:ids::uuid[], :inFlight::int[], :failures::int[])
                            as delta (id, in_flight_change, failures_change) on delta.id = locked.campaign_id
                        where counter.tenant_id = :tenant and counter.campaign_id = delta.id
                        """)
                .param("tenant", tenant.value())
                .param("ids", texts(ids, id -> id))
                .param(
                        "inFlight",
                        ids.stream().map(id -> inFlight.getOrDefault(id, 0)).toArray(Integer[]::new))
                .param(
                        "failures",
                        ids.stream().map(id -> failures.getOrDefault(id, 0)).toArray(Integer[]::new))
                .update();
    }

    private void countBudgets(TenantId tenant, Map<UUID, Integer> changes) {
        if (changes.isEmpty()) {
            return;
        }
        List<UUID> ids = List.copyOf(new TreeSet<>(changes.keySet()));
        jdbc.sql("""
                        with locked as (
                            select id from budget
                            where tenant_id = :tenant and id = any (:ids::uuid[])
                            order by id for update
                        )
                        update budget
                        set in_flight = in_flight + delta.change
                        from locked join unnest(:ids::uuid[], :changes::int[]) as delta (id, change) using (id)
                        where budget.tenant_id = :tenant and budget.id = delta.id
                        """)
                .param("tenant", tenant.value())
                .param("ids", texts(ids, id -> id))
                .param("changes", ids.stream().map(changes::get).toArray(Integer[]::new))
                .update();
    }

    private void countTenant(TenantId tenant, Map<UUID, Integer> campaigns) {
        int change = campaigns.values().stream().mapToInt(Integer::intValue).sum();
        if (change == 0) {
            return;
        }
        jdbc.sql("update tenant set in_flight = in_flight + :change where id = :tenant")
                .param("change", change)
                .param("tenant", tenant.value())
                .update();
    }

    private void writeUpdates(TenantId tenant, List<Change> changes) {
        writeStates(tenant, changes);
        writeHistory(tenant, changes.stream().filter(Change::isTransition).toList());
    }

    private static List<UUID> freed(List<Change> ended, Map<UUID, UpdateState> followed) {
        return ended.stream()
                .filter(change -> followed.get(change.updateId()) != UpdateState.OFFERED)
                .map(Change::nodeId)
                .toList();
    }

    /**
     * Lets updates begin that were left waiting for nodes which are free.
     *
     * @return nodes that somebody has to be told of
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<UUID> letForgottenBegin(TenantId tenant, int most) {
        List<UUID> nodes = rivals.forgotten(tenant, most);
        write(tenant, rivals.letNext(tenant, nodes));
        return nodes;
    }

    /** @param followed updates that another one follows: their nodes count in its state */
    private void countWaves(TenantId tenant, List<Change> changes, Map<UUID, UpdateState> followed) {
        record Key(UUID campaign, int wave, UpdateState state) {}
        Map<Key, Integer> deltas = new TreeMap<>(
                Comparator.comparing(Key::campaign).thenComparing(Key::wave).thenComparing(Key::state));
        for (Change change : changes) {
            if (change.isTransition()) {
                deltas.merge(new Key(change.campaignId(), change.wave(), change.from()), -1, Integer::sum);
                UpdateState to = change.ends() ? followed.getOrDefault(change.updateId(), change.to()) : change.to();
                deltas.merge(new Key(change.campaignId(), change.wave(), to), 1, Integer::sum);
            }
        }
        deltas.values().removeIf(delta -> delta == 0);
        if (deltas.isEmpty()) {
            return;
        }
        List<Key> keys = List.copyOf(deltas.keySet());
        jdbc.sql("""
                        with delta as (
                            select * from unnest(:campaigns::uuid[], :waves::int[], :states::text[], :changes::int[])
                                as delta (campaign_id, wave, state, change)
                        ), locked as (
                            select tally.campaign_id, tally.wave, tally.state, delta.change
                            from wave_counter tally
                            join delta using (campaign_id, wave, state)
                            where tally.tenant_id = :tenant
                            order by tally.campaign_id, tally.wave, tally.state
                            for update of tally
                        )
                        update wave_counter tally
                        set updates = tally.updates + locked.change
                        from locked
                        where tally.tenant_id = :tenant
                          and (tally.campaign_id, tally.wave, tally.state)
                              = (locked.campaign_id, locked.wave, locked.state)
                        """)
                .param("tenant", tenant.value())
                .param("campaigns", texts(keys, Key::campaign))
                .param("waves", keys.stream().map(Key::wave).toArray(Integer[]::new))
                .param("states", texts(keys, Key::state))
                .param("changes", deltas.values().toArray(Integer[]::new))
                .update();
    }

    /** An image that rolled back on a node is not tried there again until an operator clears it. */
    private void block(TenantId tenant, List<Change> rolledBack) {
        if (rolledBack.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        insert into node_block (tenant_id, node_id, image_id, reason)
                        select :tenant, node_id, image_id, 'rolled back'
                        from unnest(:nodes::uuid[], :images::uuid[]) as block (node_id, image_id)
                        on conflict do nothing
                        """)
                .param("tenant", tenant.value())
                .param("nodes", texts(rolledBack, Change::nodeId))
                .param("images", texts(rolledBack, Change::imageId))
                .update();
    }

    /** A column for {@code unnest}. */
    static <T> String[] texts(List<T> rows, Function<T, @Nullable Object> column) {
        List<@Nullable String> texts = new ArrayList<>(rows.size());
        for (T row : rows) {
            Object value = column.apply(row);
            texts.add(value == null ? null : value.toString());
        }
        return texts.toArray(String[]::new);
    }
}

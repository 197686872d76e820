package org.maintenancemanager.core.update;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.node.Selector;
import org.maintenancemanager.core.query.SqlCondition;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What happens to updates by itself as time passes: permits expire, silent nodes are lost, updates of an aborted campaign
 * or of a node that left the fleet are canceled. In batches that skip what somebody else is just changing; done twice, it changes nothing the second time.
 */
@Component
public class UpdateClockwork {
    private static final Logger LOG = LoggerFactory.getLogger(UpdateClockwork.class);
    private static final int BATCH = 1000;
    private static final Duration SWEEP = Duration.ofMinutes(1);
    /** A bound for one tick; what is left is the next one's. */
    private static final int MOST_BATCHES = 100;

    private static final String[] ACTIVE = Stream.of(UpdateState.values())
            .filter(state -> !state.isTerminal())
            .map(Enum::name)
            .toArray(String[]::new);

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final Ledger ledger;
    private final PhaseClocks clocks;
    private final NextSteps steps;
    private final ChangeNotes notes;
    private final DatabaseClock clock;
    private volatile Instant sweptAt = Instant.EPOCH;

    UpdateClockwork(
            JdbcClient jdbc,
            TransactionTemplate transactions,
            Ledger ledger,
            PhaseClocks clocks,
            NextSteps steps,
            ChangeNotes notes,
            DatabaseClock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.ledger = ledger;
        this.clocks = clocks;
        this.steps = steps;
        this.notes = notes;
        this.clock = clock;
    }

    public void tick() {
        List<TenantId> tenants = EveryTenant.get(() -> jdbc.sql("""
                        select distinct tenant_id from permit where ended_at is null and valid_until < now()
                        union
                        select distinct tenant_id from phase_clock where due_at < now()
                        union
                        select n.tenant_id from node n
                        join node_update u on (u.tenant_id, u.node_id) = (n.tenant_id, n.id) and (u.active or u.queued)
                        where n.state = 'DECOMMISSIONED' and n.updated_at > now() - interval '1 day'
                        """)
                .query((row, number) -> new TenantId(row.getObject("tenant_id", UUID.class)))
                .list());
        for (TenantId tenant : tenants) {
            try {
                CallContext.system(tenant, "update clockwork").run(() -> {
                    repeat(() -> expireUnused(tenant));
                    repeat(() -> declareLost(tenant));
                    repeat(() -> timeOut(tenant));
                    repeat(() -> cancelOfNodes(tenant));
                });
            } catch (RuntimeException e) {
                LOG.warn("the updates of tenant {} could not be taken further; the others go on", tenant, e);
            }
        }
        toCancel().forEach(this::cancel);
        onOldWays().forEach(this::takeNewWays);
        mayHaveLeft().forEach(this::cancelOfLeavers);
    }

    private record MayHaveLeft(TenantId tenant, UUID campaign, String selector, boolean fully) {}

    /** Nodes that changed are looked at every 10 s; all nodes every hour, for what shows in no node. */
    private List<MayHaveLeft> mayHaveLeft() {
        return EveryTenant.get(() -> jdbc.sql("""
                        select c.tenant_id, c.id, c.selector,
                               c.left_fully_at is null or c.left_fully_at <= now() - interval '1 hour' as fully
                        from campaign c
                        where c.policy_id is not null and c.state in ('RUNNING', 'PAUSED') and c.selector <> ''
                          and (c.left_upto is null or c.left_upto <= now() - interval '10 seconds')
                        """)
                .query((row, number) -> new MayHaveLeft(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getObject("id", UUID.class),
                        row.getString("selector"),
                        row.getBoolean("fully")))
                .list());
    }

    /** Nodes that a policy chooses no more have nothing to do in its campaign, unless they have begun with a permit. */
    private void cancelOfLeavers(MayHaveLeft due) {
        TenantId tenant = due.tenant();
        try {
            CallContext.system(tenant, "update clockwork").run(() -> {
                // Before the nodes are looked at: what changes meanwhile is looked at the next time.
                Instant upto = clock.now();
                repeat(() -> cancelOfLeavers(tenant, due));
                transactions.executeWithoutResult(status -> jdbc.sql("""
                                update campaign
                                set left_upto = :upto,
                                    left_fully_at = case when :fully then :upto else left_fully_at end
                                where tenant_id = :tenant and id = :campaign
                                """)
                        .param("upto", upto.atOffset(ZoneOffset.UTC))
                        .param("fully", due.fully())
                        .param("tenant", tenant.value())
                        .param("campaign", due.campaign())
                        .update());
            });
        } catch (RuntimeException e) {
            LOG.warn("who left campaign {} could not be looked for; the others go on", due.campaign(), e);
        }
    }

    private int cancelOfLeavers(TenantId tenant, MayHaveLeft due) {
        SqlCondition matches = Selector.parse(due.selector()).toSql("left_");
        Map<String, Object> params = new HashMap<>(matches.params());
        params.put("campaign", due.campaign());
        params.put("fully", due.fully());
        return end(
                tenant,
                """
                select u.id, u.node_id, u.campaign_id, u.wave, u.image_id, u.state, u.permit_id, false as heard
                from node_update u
                join node n on (n.tenant_id, n.id) = (u.tenant_id, u.node_id)
                join site s on (s.tenant_id, s.id) = (n.tenant_id, n.site_id)
                where u.tenant_id = :tenant and u.campaign_id = :campaign and (u.active or u.queued)
                  and u.permit_id is null and not coalesce((%s), false)
                  and (:fully or n.updated_at > (select c.left_upto - interval '1 minute' from campaign c
                                                 where c.tenant_id = :tenant and c.id = :campaign))
                order by u.id
                limit :batch
                for update of u skip locked
                """.formatted(matches.sql()),
                params,
                UpdateState.CANCELED,
                "LEFT_SELECTOR",
                "the policy chooses the node no more");
    }

    /** @param version of the tenant's ways that its steps have to fit */
    private record OnOldWays(TenantId tenant, UUID campaign, long version) {}

    private List<OnOldWays> onOldWays() {
        return EveryTenant.get(() -> jdbc.sql("""
                        select c.tenant_id, c.id, t.path_version
                        from campaign c
                        join tenant t on t.id = c.tenant_id
                        where c.state in ('RUNNING', 'PAUSED') and c.path_version < t.path_version
                        """)
                .query((row, number) -> new OnOldWays(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getObject("id", UUID.class),
                        row.getLong("path_version")))
                .list());
    }

    /** Images, or the rules of their update paths, have changed: whoever waits with another step than the next gets that. */
    private void takeNewWays(OnOldWays due) {
        TenantId tenant = due.tenant();
        try {
            CallContext.system(tenant, "update clockwork").run(() -> {
                UUID after = new UUID(0, 0);
                while (after != null) {
                    UUID from = after;
                    after = transactions.execute(status -> takeNewWays(due, from));
                }
                transactions.executeWithoutResult(status -> jdbc.sql("""
                                update campaign set path_version = :version
                                where tenant_id = :tenant and id = :campaign and path_version < :version
                                """)
                        .param("version", due.version())
                        .param("tenant", tenant.value())
                        .param("campaign", due.campaign())
                        .update());
            });
        } catch (RuntimeException e) {
            LOG.warn("the steps of campaign {} could not be looked at; the others go on", due.campaign(), e);
        }
    }

    /** @return the last node that was looked at; null: there are no more */
    private @Nullable UUID takeNewWays(OnOldWays due, UUID after) {
        List<UUID> waiting = jdbc.sql("""
                        select distinct node_id from node_update
                        where tenant_id = :tenant and campaign_id = :campaign and (active or queued) and node_id > :after
                        order by node_id
                        limit :batch
                        """)
                .param("tenant", due.tenant().value())
                .param("campaign", due.campaign())
                .param("after", after)
                .param("batch", BATCH)
                .query(UUID.class)
                .list();
        List<Change> stray = steps.stray(due.tenant(), waiting);
        ledger.write(due.tenant(), stray);
        if (!stray.isEmpty()) {
            notes.nodesChanged(due.tenant(), stray.stream().map(Change::nodeId).toList());
        }
        return waiting.size() < BATCH ? null : waiting.getLast();
    }

    /** Now and then: updates that wait for a node which is free, since somebody else was changing them when it became so. */
    public void sweep() {
        Instant now = clock.now();
        if (now.isBefore(sweptAt.plus(SWEEP))) {
            return;
        }
        sweptAt = now;
        List<TenantId> tenants =
                EveryTenant.get(() -> jdbc.sql("select distinct tenant_id from node_update where queued")
                        .query((row, number) -> new TenantId(row.getObject("tenant_id", UUID.class)))
                        .list());
        for (TenantId tenant : tenants) {
            try {
                sweepNow(tenant);
            } catch (RuntimeException e) {
                LOG.warn("what waits for nodes of tenant {} could not be looked at; the others go on", tenant, e);
            }
        }
    }

    void sweepNow(TenantId tenant) {
        CallContext.system(tenant, "update clockwork").run(() -> repeat(() -> letForgottenBegin(tenant)));
    }

    private int letForgottenBegin(TenantId tenant) {
        List<UUID> nodes = ledger.letForgottenBegin(tenant, BATCH);
        if (!nodes.isEmpty()) {
            notes.nodesChanged(tenant, nodes);
        }
        return nodes.size();
    }

    /** Phases that took longer than their campaigns allow. */
    private int timeOut(TenantId tenant) {
        var looked = new PhaseClocks.Looked();
        List<Change> late = clocks.due(tenant, BATCH, looked);
        ledger.write(tenant, late);
        if (!late.isEmpty()) {
            notes.nodesChanged(tenant, late.stream().map(Change::nodeId).toList());
        }
        return looked.clocks;
    }

    @FunctionalInterface
    private interface Step {
        int take();
    }

    private void repeat(Step step) {
        for (int batch = 0; batch < MOST_BATCHES; batch++) {
            Integer done = transactions.execute(status -> step.take());
            if (done == null || done < BATCH) {
                return;
            }
        }
    }

    /** Permits whose node was heard of after their end, and has not begun: the node waits again. */
    private int expireUnused(TenantId tenant) {
        record Unused(UUID permit, UUID update, UUID node) {}
        List<Unused> unused = jdbc.sql("""
                        select p.id, u.id as update_id, u.node_id
                        from permit p
                        join node_update u on (u.tenant_id, u.id) = (p.tenant_id, p.update_id)
                        join campaign c on (c.tenant_id, c.id) = (p.tenant_id, p.campaign_id)
                        join node_presence presence on (presence.tenant_id, presence.node_id) = (p.tenant_id, p.node_id)
                        where p.tenant_id = :tenant and p.ended_at is null and p.valid_until < now()
                          and (u.state in ('OFFERED', 'DOWNLOADING', 'DOWNLOADED')
                               or c.prestage and u.state in ('INSTALLING', 'STAGED'))
                          and presence.last_seen_at > p.valid_until
                        order by u.id
                        limit :batch
                        for update of u skip locked
                        """)
                .param("tenant", tenant.value())
                .param("batch", BATCH)
                .query((row, number) -> new Unused(
                        row.getObject("id", UUID.class),
                        row.getObject("update_id", UUID.class),
                        row.getObject("node_id", UUID.class)))
                .list();
        if (unused.isEmpty()) {
            return 0;
        }
        jdbc.sql("""
                        update node_update set permit_id = null, assignment_version = nextval('assignment_version')
                        where tenant_id = :tenant and id = any (:updates::uuid[])
                        """)
                .param("tenant", tenant.value())
                .param("updates", Ledger.texts(unused, Unused::update))
                .update();
        ledger.endPermits(
                tenant,
                unused.stream()
                        .map(one -> new Ledger.PermitEnd(one.permit(), "EXPIRED"))
                        .toList());
        notes.nodesChanged(tenant, unused.stream().map(Unused::node).toList());
        return unused.size();
    }

    /** Permits whose node had all the time that it may have, and did not come to an end. */
    private int declareLost(TenantId tenant) {
        return end(tenant, """
                select u.id, u.node_id, u.campaign_id, u.wave, u.image_id, u.state, u.permit_id,
                       coalesce(presence.last_seen_at > p.valid_until, false) as heard
                from permit p
                join node_update u on (u.tenant_id, u.id) = (p.tenant_id, p.update_id)
                left join node_presence presence on (presence.tenant_id, presence.node_id) = (p.tenant_id, p.node_id)
                where p.tenant_id = :tenant and p.ended_at is null and p.lost_at < now()
                order by u.id
                limit :batch
                for update of u skip locked
                """, Map.of(), UpdateState.LOST, null, "the permit and the boot deadline ran out");
    }

    /** Updates of an aborted campaign, while they hold no permit. */
    private int cancelOfCampaign(TenantId tenant, UUID campaign) {
        return end(
                tenant,
                """
                select u.id, u.node_id, u.campaign_id, u.wave, u.image_id, u.state, u.permit_id, false as heard
                from node_update u
                where u.tenant_id = :tenant and u.campaign_id = :campaign and (u.active or u.queued) and u.permit_id is null
                order by u.node_id
                limit :batch
                for update of u skip locked
                """,
                Map.of("campaign", campaign),
                UpdateState.CANCELED,
                "CANCELED",
                "the campaign was aborted");
    }

    /** Updates of a wave that was skipped, while they hold no permit. */
    private int cancelOfWave(TenantId tenant, UUID campaign, int wave) {
        return end(
                tenant,
                """
                select u.id, u.node_id, u.campaign_id, u.wave, u.image_id, u.state, u.permit_id, false as heard
                from node_update u
                where u.tenant_id = :tenant and u.campaign_id = :campaign and u.wave = :wave
                  and (u.active or u.queued) and u.permit_id is null
                order by u.node_id
                limit :batch
                for update of u skip locked
                """,
                Map.of("campaign", campaign, "wave", wave),
                UpdateState.CANCELED,
                "WAVE_SKIPPED",
                "the wave was skipped");
    }

    /** Updates of nodes that left the fleet, while they hold no permit. */
    private int cancelOfNodes(TenantId tenant) {
        return end(tenant, """
                select u.id, u.node_id, u.campaign_id, u.wave, u.image_id, u.state, u.permit_id, false as heard
                from node n
                join node_update u on (u.tenant_id, u.node_id) = (n.tenant_id, n.id)
                    and (u.active or u.queued)
                where n.tenant_id = :tenant and n.state = 'DECOMMISSIONED'
                  and n.updated_at > now() - interval '1 day' and u.permit_id is null
                order by u.id
                limit :batch
                for update of u skip locked
                """, Map.of(), UpdateState.CANCELED, "CANCELED", "the node left the fleet");
    }

    private record ToCancel(
            TenantId tenant, UUID campaign, @Nullable Integer wave) {}

    /** The counters say whether there is anything to cancel, so that history costs nothing. */
    private List<ToCancel> toCancel() {
        return EveryTenant.get(() -> jdbc.sql("""
                        with active as (select unnest(:active::text[]) as state)
                        select c.tenant_id, c.id, null as wave
                        from campaign c
                        where c.state = 'ABORTED' and c.ended_at > now() - interval '30 days'
                          and exists (select from wave_counter tally join active using (state)
                                      where (tally.tenant_id, tally.campaign_id) = (c.tenant_id, c.id)
                                        and tally.updates > 0)
                        union all
                        select c.tenant_id, c.id, wave.ordinal
                        from campaign c
                        join wave on (wave.tenant_id, wave.campaign_id) = (c.tenant_id, c.id)
                        where c.state in ('RUNNING', 'PAUSED') and wave.skipped_at is not null
                          and exists (select from wave_counter tally join active using (state)
                                      where (tally.tenant_id, tally.campaign_id, tally.wave)
                                            = (wave.tenant_id, wave.campaign_id, wave.ordinal)
                                        and tally.updates > 0)
                        """)
                .param("active", ACTIVE)
                .query((row, number) -> new ToCancel(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getObject("id", UUID.class),
                        row.getObject("wave", Integer.class)))
                .list());
    }

    private void cancel(ToCancel due) {
        TenantId tenant = due.tenant();
        try {
            CallContext.system(tenant, "update clockwork")
                    .run(() -> repeat(() -> due.wave() == null
                            ? cancelOfCampaign(tenant, due.campaign())
                            : cancelOfWave(tenant, due.campaign(), due.wave())));
        } catch (RuntimeException e) {
            LOG.warn("the updates of campaign {} could not be canceled; the others go on", due.campaign(), e);
        }
    }

    private int end(
            TenantId tenant,
            String sql,
            Map<String, Object> params,
            UpdateState to,
            @Nullable String code,
            String why) {
        List<Change> changes = jdbc.sql(sql)
                .params(params)
                .param("tenant", tenant.value())
                .param("batch", BATCH)
                .query((row, number) -> {
                    boolean heard = row.getBoolean("heard");
                    return new Change(
                            row.getObject("id", UUID.class),
                            row.getObject("node_id", UUID.class),
                            row.getObject("campaign_id", UUID.class),
                            row.getInt("wave"),
                            row.getObject("image_id", UUID.class),
                            UpdateState.valueOf(row.getString("state")),
                            to,
                            null,
                            null,
                            code == null ? heard ? "TIMEOUT" : "SILENT" : code,
                            null,
                            row.getObject("permit_id", UUID.class),
                            null,
                            Change.Cause.TICK,
                            why);
                })
                .list();
        ledger.write(tenant, changes);
        if (!changes.isEmpty()) {
            notes.nodesChanged(tenant, changes.stream().map(Change::nodeId).toList());
        }
        return changes.size();
    }
}

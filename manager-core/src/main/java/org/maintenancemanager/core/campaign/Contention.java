package org.maintenancemanager.core.campaign;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * What becomes of the updates that other campaigns have planned for the nodes that a campaign wants too. A node that is
 * being disturbed is left alone. Where it only waits, the older release of the same family is superseded; otherwise the
 * campaign with the higher priority takes the node, the older one among equals, and the other waits.
 */
@Component
class Contention {
    private final JdbcClient jdbc;

    private static final String[] ACTIVE = Stream.of(UpdateState.values())
            .filter(state -> !state.isTerminal())
            .map(Enum::name)
            .toArray(String[]::new);

    Contention(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Settles it for nodes that are about to become members, of which no other campaign can take any until the transaction
     * ends. Afterwards those that still have an active update are the ones to wait for.
     *
     * @param selected SQL over {@code n} and {@code s}
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void settle(TenantId tenant, CampaignId campaign, String selected, Map<String, Object> params) {
        // Two campaigns that begin in the same moment would each take the nodes that the other has not written yet.
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended('membership ' || cast(:tenant as text), 0))::text")
                .param("tenant", tenant.value())
                .query(String.class)
                .single();
        if (!anyRival(tenant, campaign)) {
            return;
        }
        List<Superseded> superseded = jdbc.sql("""
                        with mine as (
                            select c.id, c.priority, c.allow_downgrade, i.family, i.architecture, i.release_counter, i.image_version, c.name
                            from campaign c join image i on (i.tenant_id, i.id) = (c.tenant_id, c.image_id)
                            where c.tenant_id = :tenant and c.id = :campaign
                        ), rival as materialized (
                            select other.id, other.node_id, other.campaign_id, other.wave, other.state,
                                   mine.image_version, mine.name,
                                   case when other.permit_id is not null
                                             or other.state not in ('OFFERED', 'DOWNLOADING', 'DOWNLOADED') then 'KEPT'
                                        when i.family = mine.family and i.architecture = mine.architecture
                                             and i.release_counter < mine.release_counter
                                             and c.priority <= mine.priority then 'SUPERSEDED'
                                        when other.active and c.priority < mine.priority then 'QUEUED'
                                        else 'KEPT' end as fate
                            from node n
                            join site s on (s.tenant_id, s.id) = (n.tenant_id, n.site_id)
                            join image target on target.tenant_id = n.tenant_id
                                and target.id = (select image_id from campaign where tenant_id = :tenant and id = :campaign)
                                and target.architecture = n.architecture
                                and (cardinality(target.hardware) = 0 or n.hardware = any (target.hardware))
                            join node_update other on (other.tenant_id, other.node_id) = (n.tenant_id, n.id)
                                and (other.active or other.queued)
                            join campaign c on (c.tenant_id, c.id) = (other.tenant_id, other.campaign_id)
                            join image i on (i.tenant_id, i.id) = (c.tenant_id, c.image_id)
                            cross join mine
                            where n.tenant_id = :tenant and n.state = 'ACTIVE' and other.campaign_id <> mine.id and (%s)
                              -- Who has nothing to do at a node takes it from nobody.
                              and not exists (select from node_block block
                                              where (block.tenant_id, block.node_id, block.image_id)
                                                    = (n.tenant_id, n.id, target.id))
                              and not exists (select from node_slot slot
                                              where (slot.tenant_id, slot.node_id) = (n.tenant_id, n.id)
                                                and slot.state in ('ACTIVE', 'TRIAL')
                                                and slot.image_sha256 = target.sha256)
                              and (mine.allow_downgrade
                                   or not exists (select from node_slot slot
                                                  join image known on known.tenant_id = slot.tenant_id
                                                      and known.sha256 = slot.image_sha256
                                                      and known.family = target.family
                                                      and known.release_counter > target.release_counter
                                                  where (slot.tenant_id, slot.node_id) = (n.tenant_id, n.id)
                                                    and slot.state in ('ACTIVE', 'TRIAL')))
                            order by other.id
                            for update of other
                        ), moved as (
                            update node_update u
                            set state = case rival.fate when 'SUPERSEDED' then 'SUPERSEDED' else u.state end,
                                state_since = case rival.fate when 'SUPERSEDED' then now() else u.state_since end,
                                queued = rival.fate = 'QUEUED',
                                code = case rival.fate when 'SUPERSEDED' then 'SUPERSEDED' else u.code end,
                                detail = case rival.fate when 'SUPERSEDED'
                                             then 'Campaign ' || rival.name || ' brings ' || rival.image_version || '.'
                                             else u.detail end
                            from rival
                            where u.tenant_id = :tenant and u.id = rival.id and rival.fate <> 'KEPT'
                        ), history as (
                            insert into update_transition
                                (tenant_id, update_id, node_id, from_state, to_state, cause, detail, at)
                            select :tenant, id, node_id, state, 'SUPERSEDED', 'TICK',
                                   'campaign ' || name || ' brings ' || image_version, clock_timestamp()
                            from rival where fate = 'SUPERSEDED'
                        )
                        select campaign_id, wave, state, count(*) as updates
                        from rival where fate = 'SUPERSEDED'
                        group by campaign_id, wave, state
                        """.formatted(selected))
                .params(params)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .query((row, number) -> new Superseded(
                        row.getObject("campaign_id", UUID.class),
                        row.getInt("wave"),
                        row.getString("state"),
                        row.getInt("updates")))
                .list();
        if (!superseded.isEmpty()) {
            count(tenant, superseded);
        }
    }

    /** By the counters, so that a campaign that has no rival looks at no node. */
    private boolean anyRival(TenantId tenant, CampaignId campaign) {
        return jdbc.sql("""
                        select exists (select from wave_counter tally
                                       where tally.tenant_id = :tenant and tally.campaign_id <> :campaign
                                         and tally.updates > 0 and tally.state = any (:active))
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .param("active", ACTIVE)
                .query(Boolean.class)
                .single();
    }

    private record Superseded(UUID campaign, int wave, String state, int updates) {}

    private void count(TenantId tenant, List<Superseded> superseded) {
        jdbc.sql("""
                        with delta as (
                            select campaign_id, wave, its.state, sum(its.change) as change
                            from unnest(:campaigns::uuid[], :waves::int[], :states::text[], :updates::int[])
                                as gone (campaign_id, wave, state, updates)
                            cross join lateral (
                                values (gone.state, -gone.updates), ('SUPERSEDED', gone.updates)) as its (state, change)
                            group by campaign_id, wave, its.state
                        ), locked as (
                            select tally.campaign_id, tally.wave, tally.state, delta.change
                            from wave_counter tally join delta using (campaign_id, wave, state)
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
                .param(
                        "campaigns",
                        superseded.stream()
                                .map(one -> one.campaign().toString())
                                .toArray(String[]::new))
                .param("waves", superseded.stream().map(Superseded::wave).toArray(Integer[]::new))
                .param("states", superseded.stream().map(Superseded::state).toArray(String[]::new))
                .param("updates", superseded.stream().map(Superseded::updates).toArray(Integer[]::new))
                .update();
    }
}

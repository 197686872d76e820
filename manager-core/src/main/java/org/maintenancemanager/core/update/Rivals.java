package org.maintenancemanager.core.update;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Campaigns that want the same node: when one is done with it, the next one's update begins.
 *
 * <p>Whether a node has an update under way is looked up node by node: {@code offset 0} keeps PostgreSQL from making a join
 * of it. With statistics of before a campaign began, that join compared all that are queued with all that are under way.
 */
@Component
class Rivals {
    private final JdbcClient jdbc;

    Rivals(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record Waiting(
            UUID update,
            UUID node,
            UUID campaign,
            int wave,
            UUID image,
            @Nullable String skip) {}

    /**
     * Lets the next update of nodes that have just become free begin: that of the campaign with the highest priority, among
     * equals of the oldest. Whoever is being changed by somebody else is left for the next time.
     *
     * @return updates that have become pointless meanwhile, to be ended as skipped
     */
    List<Change> letNext(TenantId tenant, Collection<UUID> nodes) {
        if (nodes.isEmpty()) {
            return List.of();
        }
        Set<UUID> served = new HashSet<>();
        List<Waiting> next = new ArrayList<>();
        jdbc.sql("""
                        select q.id, q.node_id, q.campaign_id, q.wave, q.image_id,
                               case when running.image_sha256 = i.sha256 then 'ALREADY_RUNNING'
                                    when not c.allow_downgrade
                                         and exists (select from image known
                                                     where known.tenant_id = q.tenant_id
                                                       and known.sha256 = running.image_sha256
                                                       and known.family = i.family
                                                       and known.release_counter > i.release_counter)
                                        then 'DOWNGRADE'
                                    when exists (select from node_block block
                                                 where (block.tenant_id, block.node_id, block.image_id)
                                                       = (q.tenant_id, q.node_id, q.image_id))
                                        then 'ROLLED_BACK_BEFORE'
                               end as skip
                        from node_update q
                        join campaign c on (c.tenant_id, c.id) = (q.tenant_id, q.campaign_id)
                        join image i on (i.tenant_id, i.id) = (q.tenant_id, q.image_id)
                        left join lateral (
                            -- What the last update confirmed may not have been told as a fact yet.
                            select coalesce(
                                (select done.sha256 from node_update u
                                 join image done on (done.tenant_id, done.id) = (u.tenant_id, u.image_id)
                                 where (u.tenant_id, u.node_id) = (q.tenant_id, q.node_id) and u.state = 'CONFIRMED'
                                   and u.state_since = now()
                                 limit 1),
                                (select slot.image_sha256 from node_slot slot
                                 where (slot.tenant_id, slot.node_id) = (q.tenant_id, q.node_id)
                                   and slot.state in ('ACTIVE', 'TRIAL')
                                 order by slot.state = 'TRIAL' desc, slot.updated_at desc
                                 limit 1)) as image_sha256
                        ) running on true
                        where q.tenant_id = :tenant and q.node_id = any (:nodes) and q.queued
                          and c.state in ('RUNNING', 'PAUSED')
                          -- The offset: see the class.
                          and not exists (select from node_update other
                                          where (other.tenant_id, other.node_id) = (q.tenant_id, q.node_id)
                                            and other.active
                                          offset 0)
                        order by q.node_id, c.priority desc, c.started_at, c.id
                        for update of q skip locked
                        """)
                .param("tenant", tenant.value())
                .param("nodes", nodes.toArray(UUID[]::new))
                .query((row, number) -> {
                    UUID node = row.getObject("node_id", UUID.class);
                    if (served.add(node)) {
                        next.add(new Waiting(
                                row.getObject("id", UUID.class),
                                node,
                                row.getObject("campaign_id", UUID.class),
                                row.getInt("wave"),
                                row.getObject("image_id", UUID.class),
                                row.getString("skip")));
                    }
                    return node;
                })
                .list();
        if (next.isEmpty()) {
            return List.of();
        }
        Map<UUID, Waiting> begun = new HashMap<>();
        next.forEach(one -> begun.put(one.update(), one));
        List<Change> pointless = new ArrayList<>();
        jdbc.sql("""
                        update node_update
                        set queued = false, assignment_version = nextval('assignment_version')
                        where tenant_id = :tenant and id = any (:ids)
                        returning id, state
                        """)
                .param("tenant", tenant.value())
                .param("ids", begun.keySet().toArray(UUID[]::new))
                .query((row, number) -> {
                    UUID id = row.getObject("id", UUID.class);
                    UpdateState state = UpdateState.valueOf(row.getString("state"));
                    Waiting one = begun.get(id);
                    if (one != null && one.skip() != null) {
                        pointless.add(skipped(one, state));
                    }
                    return id;
                })
                .list();
        return pointless;
    }

    private static Change skipped(Waiting one, UpdateState state) {
        return new Change(
                one.update(),
                one.node(),
                one.campaign(),
                one.wave(),
                one.image(),
                state,
                UpdateState.SKIPPED,
                null,
                null,
                one.skip(),
                null,
                null,
                null,
                Change.Cause.TICK,
                "when another campaign was done with the node");
    }

    /** Nodes for which something is queued though nothing is under way: somebody else was changing them at the moment. */
    List<UUID> forgotten(TenantId tenant, int most) {
        return jdbc.sql("""
                        select distinct q.node_id from node_update q
                        join campaign c on (c.tenant_id, c.id) = (q.tenant_id, q.campaign_id)
                        where q.tenant_id = :tenant and q.queued and c.state in ('RUNNING', 'PAUSED')
                          -- The offset: see the class.
                          and not exists (select from node_update other
                                          where (other.tenant_id, other.node_id) = (q.tenant_id, q.node_id)
                                            and other.active
                                          offset 0)
                        limit :most
                        """)
                .param("tenant", tenant.value())
                .param("most", most)
                .query(UUID.class)
                .list();
    }
}

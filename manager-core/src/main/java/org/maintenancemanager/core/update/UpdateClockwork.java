package org.maintenancemanager.core.update;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.tenant.CallContext;
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
    /** A bound for one tick; what is left is the next one's. */
    private static final int MOST_BATCHES = 100;

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final Ledger ledger;
    private final ChangeNotes notes;

    UpdateClockwork(JdbcClient jdbc, TransactionTemplate transactions, Ledger ledger, ChangeNotes notes) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.ledger = ledger;
        this.notes = notes;
    }

    public void tick() {
        List<TenantId> tenants = jdbc.sql("""
                        select distinct tenant_id from permit where ended_at is null and valid_until < now()
                        union
                        select tenant_id from campaign where state = 'ABORTED' and ended_at > now() - interval '1 day'
                        union
                        select n.tenant_id from node n
                        join node_update u on (u.tenant_id, u.node_id) = (n.tenant_id, n.id) and u.active
                        where n.state = 'DECOMMISSIONED' and n.updated_at > now() - interval '1 day'
                        """)
                .query((row, number) -> new TenantId(row.getObject("tenant_id", UUID.class)))
                .list();
        for (TenantId tenant : tenants) {
            try {
                CallContext.system(tenant, "update clockwork").run(() -> {
                    repeat(() -> expireUnused(tenant));
                    repeat(() -> declareLost(tenant));
                    repeat(() -> cancel(tenant));
                });
            } catch (RuntimeException e) {
                LOG.warn("the updates of tenant {} could not be taken further; the others go on", tenant, e);
            }
        }
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
                """, UpdateState.LOST);
    }

    /** Updates of aborted campaigns, and of nodes that left the fleet, while they hold no permit. */
    private int cancel(TenantId tenant) {
        return end(tenant, """
                select u.id, u.node_id, u.campaign_id, u.wave, u.image_id, u.state, u.permit_id, false as heard
                from node_update u
                where u.tenant_id = :tenant and u.active and u.permit_id is null
                  and (u.campaign_id in (select id from campaign
                                         where tenant_id = :tenant and state = 'ABORTED'
                                           and ended_at > now() - interval '1 day')
                       or u.node_id in (select id from node
                                        where tenant_id = :tenant and state = 'DECOMMISSIONED'
                                          and updated_at > now() - interval '1 day'))
                order by u.id
                limit :batch
                for update of u skip locked
                """, UpdateState.CANCELED);
    }

    private int end(TenantId tenant, String sql, UpdateState to) {
        List<Change> changes = jdbc.sql(sql)
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
                            code(to, heard),
                            null,
                            row.getObject("permit_id", UUID.class),
                            null,
                            Change.Cause.TICK,
                            to == UpdateState.LOST
                                    ? "the permit and the boot deadline ran out"
                                    : "the campaign was aborted, or the node left the fleet");
                })
                .list();
        ledger.write(tenant, changes);
        if (!changes.isEmpty()) {
            notes.nodesChanged(tenant, changes.stream().map(Change::nodeId).toList());
        }
        return changes.size();
    }

    private static @Nullable String code(UpdateState to, boolean heard) {
        return to == UpdateState.LOST ? heard ? "TIMEOUT" : "SILENT" : "CANCELED";
    }
}

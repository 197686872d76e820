package org.maintenancemanager.core.campaign;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Nodes that come to match a policy whose campaign is over get one of their own. While a campaign is under way, they join that.
 * What a person aborted is not begun again. Done twice, it changes nothing the second time.
 */
@Component
public class PolicyClockwork {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyClockwork.class);

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final Policies policies;

    PolicyClockwork(JdbcClient jdbc, TransactionTemplate transactions, Policies policies) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.policies = policies;
    }

    private record Due(TenantId tenant, PolicyId policy, UUID image, String selector, boolean fully) {}

    /** Nodes that changed are looked at every 30 s, all nodes every hour. */
    public void tick() {
        List<Due> due = EveryTenant.get(() -> jdbc.sql("""
                        select p.tenant_id, p.id, p.selector, h.image_id,
                               p.looked_fully_at is null or p.looked_fully_at < now() - interval '1 hour' as fully
                        from policy p
                        join channel h on (h.tenant_id, h.id) = (p.tenant_id, p.channel_id)
                        join image i on (i.tenant_id, i.id) = (h.tenant_id, h.image_id) and i.state = 'PUBLISHED'
                        join lateral (
                            select c.state, c.image_id from campaign c
                            where (c.tenant_id, c.policy_id) = (p.tenant_id, p.id)
                            order by c.created_at desc, c.id desc limit 1
                        ) latest on latest.state = 'COMPLETED' and latest.image_id = h.image_id
                        where p.enabled and (p.looked_upto is null or p.looked_upto <= now() - interval '30 seconds')
                        """)
                .query((row, number) -> new Due(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        new PolicyId(row.getObject("id", UUID.class)),
                        row.getObject("image_id", UUID.class),
                        row.getString("selector"),
                        row.getBoolean("fully")))
                .list());
        for (Due one : due) {
            try {
                CallContext.system(one.tenant(), "policy clockwork")
                        .run(() -> transactions.executeWithoutResult(status -> look(one)));
            } catch (RuntimeException e) {
                LOG.warn("nodes of policy {} could not be looked for; the others go on", one.policy(), e);
            }
        }
    }

    private void look(Due due) {
        boolean mine = jdbc.sql("select true from policy where tenant_id = :tenant and id = :id for update skip locked")
                .param("tenant", due.tenant().value())
                .param("id", due.policy().value())
                .query(Boolean.class)
                .optional()
                .isPresent();
        if (!mine) {
            return;
        }
        if (hasNewNodes(due)) {
            policies.follow(due.policy(), "nodes", true);
        }
        jdbc.sql("""
                        update policy
                        set looked_upto = now(), looked_fully_at = case when :fully then now() else looked_fully_at end
                        where tenant_id = :tenant and id = :id
                        """)
                .param("fully", due.fully())
                .param("tenant", due.tenant().value())
                .param("id", due.policy().value())
                .update();
    }

    private boolean hasNewNodes(Due due) {
        Map<String, Object> params = new HashMap<>();
        String selected = due.selector().isBlank() ? "true" : Membership.condition(due.selector(), "p", params);
        return jdbc.sql("""
                        select exists (
                            select from node n
                            join site s on (s.tenant_id, s.id) = (n.tenant_id, n.site_id)
                            join image target on (target.tenant_id, target.id) = (n.tenant_id, cast(:image as uuid))
                                and target.architecture = n.architecture
                                and (cardinality(target.hardware) = 0 or n.hardware = any (target.hardware))
                            where n.tenant_id = :tenant and n.state = 'ACTIVE' and (%s)
                              -- What was being written then may have been committed later.
                              and (:fully or n.updated_at > (select p.looked_upto - interval '1 minute' from policy p
                                                             where p.tenant_id = :tenant and p.id = :policy))
                              and not exists (select from node_slot slot
                                              where (slot.tenant_id, slot.node_id) = (n.tenant_id, n.id)
                                                and slot.state in ('ACTIVE', 'TRIAL')
                                                and slot.image_sha256 = target.sha256)
                              and not exists (select from campaign c
                                              join node_update u on (u.tenant_id, u.campaign_id) = (c.tenant_id, c.id)
                                              where (c.tenant_id, c.policy_id) = (n.tenant_id, cast(:policy as uuid))
                                                and c.image_id = target.id and u.node_id = n.id
                                                and u.code is distinct from 'LEFT_SELECTOR'))
                        """.formatted(selected))
                .params(params)
                .param("tenant", due.tenant().value())
                .param("policy", due.policy().value())
                .param("image", due.image())
                .param("fully", due.fully())
                .query(Boolean.class)
                .single();
    }
}

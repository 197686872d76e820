package org.maintenancemanager.core.update;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.PermitId;
import org.maintenancemanager.core.campaign.UpdateId;
import org.maintenancemanager.core.decision.ClientFamily;
import org.maintenancemanager.core.decision.ClientProfile;
import org.maintenancemanager.core.decision.NodeFacts;
import org.maintenancemanager.core.decision.UpdateFacts;
import org.maintenancemanager.core.decision.UpdateFacts.PermitFacts;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.Selectable;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.window.NodeGrouping;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Counts the nodes of a campaign that are on their way by all that a decision may ask of them, in one statement: a million
 * nodes are some thousand groups, and what is decided for one node of a group holds for all.
 */
@Component
class CampaignGroups {
    private static final int ROWS_AT_ONCE = 2000;
    private static final UUID NOBODY = new UUID(0, 0);

    private final JdbcClient jdbc;

    CampaignGroups(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Nodes for which the same is decided.
     *
     * @param node with the facts that they share; its id and the reason of its state are those of none, or one, of them
     * @param update with the earliest times of theirs
     * @param zone of the nodes
     */
    record Group(NodeFacts node, UpdateFacts update, String zone, int nodes) {}

    /** Each member that has not come to an end is in exactly one of the groups that the visitor gets. */
    @Transactional(readOnly = true)
    public void forEach(
            TenantId tenant, CampaignId campaign, FleetRules.Rules rules, Instant now, Consumer<Group> visitor) {
        // Joins of whole tables: in the usual 4 MB they would go through files.
        jdbc.sql("select set_config('work_mem', '64MB', true)")
                .query(String.class)
                .single();
        var grouping = new NodeGrouping(
                rules.schedules(),
                Stream.concat(Stream.of("architecture", "hardware", "state"), rules.budgetAttributes().stream())
                        .toArray(String[]::new));
        RowCallbackHandler visit = row -> visitor.accept(group(row, grouping, campaign, rules));
        jdbc.sql("""
                        with target as materialized (
                            select i.id, i.sha256, i.release_counter
                            from campaign c join image i on (i.tenant_id, i.id) = (c.tenant_id, c.image_id)
                            where c.tenant_id = :tenant and c.id = :campaign
                        ), known as materialized (
                            select i.sha256, max(i.release_counter) as release_counter
                            from image i where i.tenant_id = :tenant group by i.sha256
                        ), odd as materialized (
                            -- Nodes that may run the image already, or a newer one; what the others run does not matter.
                            select distinct slot.node_id
                            from node_slot slot
                            join known on known.sha256 = slot.image_sha256
                            join target on target.sha256 = known.sha256 or target.release_counter < known.release_counter
                            where slot.tenant_id = :tenant and slot.state in ('ACTIVE', 'TRIAL')
                        )
                        select g.*, s.path, s.zone as site_zone, target.id as image
                        from (
                            select %1$s, update_state, wave, attempt, blocked, running, running_counter, source, turn, not_before, failed_before, rival, permit_held, permit_ran_out,
                                   family, count(*) as nodes, min(state_reason) as state_reason, min(state_since) as state_since,
                                   min(granted_at) as granted_at, min(valid_until) as valid_until,
                                   min(lost_at) as lost_at
                            from (
                                select %2$s, n.state_reason, u.state as update_state, u.wave, least(u.attempt, 2) as attempt, u.state_since,
                                       p.granted_at, p.valid_until, p.lost_at,
                                       coalesce(p.valid_until > :now, false) as permit_held,
                                       coalesce(p.valid_until <= :now, false) as permit_ran_out,
                                       b.node_id is not null as blocked,
                                       coalesce(client.family_override, client.family,
                                                case when client.node_id is null then 'OWN'
                                                     when client.host_guid is not null then 'EMF'
                                                     else 'DDI_OTHER' end)
                                           as family,
                                       running.image_sha256 as running, known.release_counter as running_counter,
                                       -- Only where its image is held does it matter what a node ran.
                                       case when held.cohort is null then 'another' else u.from_sha256 end as source,
                                       exists (select from download_turn turn
                                               where (turn.tenant_id, turn.update_id) = (u.tenant_id, u.id)) as turn,
                                       -- To the minute: what waits a moment longer may be counted with the rest.
                                       case when u.not_before > :now then date_trunc('minute', u.not_before) + interval '1 minute'
                                       end as not_before,
                                       case when u.not_before > :now then (
                                           select coalesce(before.failure_phase, before.state) from node_update before
                                           where (before.tenant_id, before.campaign_id, before.wave, before.node_id,
                                                  before.attempt)
                                                 = (u.tenant_id, u.campaign_id, u.wave, u.node_id, u.attempt - 1)
                                       ) end as failed_before,
                                       case when u.queued then coalesce((
                                           select rival.name from node_update other
                                           join campaign rival
                                               on (rival.tenant_id, rival.id) = (other.tenant_id, other.campaign_id)
                                           where (other.tenant_id, other.node_id) = (u.tenant_id, u.node_id)
                                             and other.active), 'another') end as rival
                                from node_update u
                                cross join target
                                join node n on (n.tenant_id, n.id) = (u.tenant_id, u.node_id)
                                left join permit p on (p.tenant_id, p.id) = (u.tenant_id, u.permit_id)
                                left join node_block b
                                    on (b.tenant_id, b.node_id, b.image_id) = (u.tenant_id, u.node_id, target.id)
                                left join node_client client
                                    on (client.tenant_id, client.node_id) = (u.tenant_id, u.node_id)
                                left join odd on odd.node_id = u.node_id
                                left join lateral (
                                    select slot.image_sha256 from node_slot slot
                                    where odd.node_id is not null and slot.tenant_id = :tenant
                                      and slot.node_id = odd.node_id and slot.state in ('ACTIVE', 'TRIAL')
                                    order by slot.state = 'TRIAL' desc, slot.updated_at desc
                                    limit 1
                                ) running on true
                                left join known on known.sha256 = running.image_sha256
                                left join guard_cohort held
                                    on (held.tenant_id, held.campaign_id, held.kind, held.cohort)
                                       = (u.tenant_id, u.campaign_id, 'SOURCE', coalesce(u.from_sha256, ''))
                                    and held.held_at is not null
                                where u.tenant_id = :tenant and u.campaign_id = :campaign and (u.active or u.queued)
                            ) member
                            group by %1$s, update_state, wave, attempt, blocked, running, running_counter, source, turn, not_before, failed_before, rival, permit_held,
                                     permit_ran_out, family
                        ) g
                        join site s on s.tenant_id = :tenant and s.id = g.g_site
                        cross join target
                        """.formatted(grouping.names(), grouping.columns()))
                .withFetchSize(ROWS_AT_ONCE)
                .params(grouping.params())
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query(visit);
    }

    private static Group group(ResultSet row, NodeGrouping grouping, CampaignId campaign, FleetRules.Rules rules)
            throws SQLException {
        int nodes = row.getInt("nodes");
        Selectable alike = grouping.group(row, row.getString("path"), row.getString("site_zone"), nodes);
        FleetRules.ForNode forNode = rules.forNode(alike);
        Set<ImageId> blocked =
                row.getBoolean("blocked") ? Set.of(new ImageId(row.getObject("image", UUID.class))) : Set.of();
        NodeFacts node = new NodeFacts(
                new NodeId(alike.nodeId()),
                alike.state(),
                row.getString("state_reason"),
                alike.architecture(),
                alike.hardware(),
                row.getString("path"),
                row.getString("running"),
                row.getObject("running_counter", Long.class),
                blocked,
                forNode.schedule(),
                forNode.usual(),
                forNode.budgets(),
                ClientProfile.of(ClientFamily.valueOf(row.getString("family"))));
        PermitFacts permit = row.getObject("granted_at") == null
                ? null
                : new PermitFacts(
                        new PermitId(NOBODY),
                        instant(row, "granted_at"),
                        instant(row, "valid_until"),
                        instant(row, "lost_at"));
        UpdateFacts update = new UpdateFacts(
                new UpdateId(NOBODY),
                campaign,
                row.getInt("wave"),
                row.getInt("attempt"),
                UpdateState.valueOf(row.getString("update_state")),
                instant(row, "state_since"),
                0,
                permit,
                new UpdateFacts.Course(
                        row.getString("source"),
                        row.getObject("not_before") == null ? null : instant(row, "not_before"),
                        row.getString("failed_before"),
                        row.getString("rival"),
                        row.getBoolean("turn")));
        return new Group(node, update, alike.zone(), nodes);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}

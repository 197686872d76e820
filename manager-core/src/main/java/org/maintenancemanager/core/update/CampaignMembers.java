package org.maintenancemanager.core.update;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.campaign.CampaignAction;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignView;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What a person does to single members of a running campaign; effective for the next decision. */
@Service
public class CampaignMembers {
    /** In one call. */
    public static final int MOST_NODES = 1000;

    private final Campaigns campaigns;
    private final JdbcClient jdbc;
    private final Ledger ledger;
    private final AuditLog audit;
    private final ChangeNotes notes;

    CampaignMembers(Campaigns campaigns, JdbcClient jdbc, Ledger ledger, AuditLog audit, ChangeNotes notes) {
        this.campaigns = campaigns;
        this.jdbc = jdbc;
        this.ledger = ledger;
        this.audit = audit;
        this.notes = notes;
    }

    /**
     * @param excluded how many nodes the campaign leaves alone from now on
     * @param holdingPermit nodes that finish first: what was granted is not taken back
     * @param ended how many had come to an end before
     */
    public record Excluded(CampaignView campaign, int excluded, List<UUID> holdingPermit, int ended) {
        public Excluded {
            holdingPermit = List.copyOf(holdingPermit);
        }
    }

    /**
     * Leaves out nodes: their updates are canceled, and those that are not members yet will not join.
     *
     * @param nodes 1 to {@link #MOST_NODES} of the tenant's
     */
    @Transactional
    public Excluded exclude(CampaignId id, List<UUID> nodes, String reason) {
        checkNodes(nodes);
        if (reason.isBlank() || reason.length() > 1000) {
            throw InvalidInput.at(
                    "/reason", "has %d characters; expected 1 to 1000 that say why".formatted(reason.length()));
        }
        CampaignView campaign = campaigns.load(id);
        CampaignAction.EXCLUDE.check(campaign, CallContext.current().subject());
        TenantId tenant = CallContext.current().tenant();
        // So that none of them joins meanwhile.
        campaigns.holdJoining(id);
        List<Change> changes = new ArrayList<>();
        List<UUID> holding = new ArrayList<>();
        Set<UUID> members = new HashSet<>();
        jdbc.sql("""
                        select u.id, u.node_id, u.campaign_id, u.wave, u.image_id, u.state, u.permit_id
                        from node_update u
                        where u.tenant_id = :tenant and u.campaign_id = :campaign and u.node_id = any (:nodes::uuid[])
                        order by u.id
                        for update of u
                        """)
                .param("tenant", tenant.value())
                .param("campaign", id.value())
                .param("nodes", Ledger.texts(nodes, node -> node))
                .query((row, number) -> {
                    UUID node = row.getObject("node_id", UUID.class);
                    UpdateState state = UpdateState.valueOf(row.getString("state"));
                    members.add(node);
                    if (!state.isTerminal() && row.getObject("permit_id", UUID.class) != null) {
                        holding.add(node);
                    } else if (!state.isTerminal()) {
                        changes.add(new Change(
                                row.getObject("id", UUID.class),
                                node,
                                row.getObject("campaign_id", UUID.class),
                                row.getInt("wave"),
                                row.getObject("image_id", UUID.class),
                                state,
                                UpdateState.CANCELED,
                                null,
                                null,
                                "EXCLUDED",
                                reason,
                                null,
                                null,
                                Change.Cause.OPERATOR,
                                "excluded from the campaign"));
                    }
                    return node;
                })
                .list();
        ledger.write(tenant, changes);
        List<UUID> others =
                nodes.stream().filter(node -> !members.contains(node)).toList();
        int kept = keepOut(tenant, campaign, others, reason);
        int excluded = changes.size() + kept;
        if (excluded > 0) {
            Map<String, Object> said = new LinkedHashMap<>();
            said.put("reason", reason);
            said.put(
                    "nodes",
                    nodes.stream()
                            .filter(node -> !holding.contains(node))
                            .map(UUID::toString)
                            .toList());
            audit.record("campaign.nodes-excluded", "campaign", id, null, said);
            notes.nodesChanged(tenant, nodes);
        }
        return new Excluded(campaigns.load(id), excluded, holding, members.size() - changes.size() - holding.size());
    }

    /** Nodes that are not members get an update that has ended, so that they do not join later. */
    private int keepOut(TenantId tenant, CampaignView campaign, List<UUID> nodes, String reason) {
        if (nodes.isEmpty()) {
            return 0;
        }
        int last = campaign.waves().size() - 1;
        int kept = jdbc.sql("""
                        insert into node_update
                            (tenant_id, id, node_id, campaign_id, wave, image_id, state, code, detail, assignment_version)
                        select :tenant, new_id(), n.id, :campaign, :wave, :image, 'CANCELED', 'EXCLUDED', :reason, 0
                        from node n
                        where n.tenant_id = :tenant and n.id = any (:nodes::uuid[])
                        order by n.id
                        on conflict do nothing
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign.id().value())
                .param("wave", last)
                .param("image", campaign.spec().imageId().value())
                .param("reason", reason)
                .param("nodes", Ledger.texts(nodes, node -> node))
                .update();
        if (kept < nodes.size()) {
            throw InvalidInput.at("/nodes", "names %d that are no nodes of this tenant".formatted(nodes.size() - kept));
        }
        count(tenant, campaign.id(), last, UpdateState.CANCELED, kept);
        return kept;
    }

    /** @param retried how many nodes get another attempt */
    public record Retried(CampaignView campaign, int retried) {}

    /**
     * Gives nodes whose update failed, rolled back or was lost another attempt, in their wave. What is blocked on a node
     * stays blocked: the block has to be cleared first. The failures stay counted.
     *
     * @param nodes null: all
     */
    @Transactional
    public Retried retryFailed(CampaignId id, @Nullable List<UUID> nodes) {
        if (nodes != null) {
            checkNodes(nodes);
        }
        CampaignView campaign = campaigns.lockAndLoad(id);
        CampaignAction.RETRY_FAILED.check(campaign, CallContext.current().subject());
        TenantId tenant = CallContext.current().tenant();
        record Attempt(UUID node, int wave, UpdateState before) {}
        List<Attempt> attempts = jdbc.sql("""
                        with failed as (
                            select u.* from node_update u
                            join node n on (n.tenant_id, n.id) = (u.tenant_id, u.node_id) and n.state <> 'DECOMMISSIONED'
                            join image i on (i.tenant_id, i.id) = (u.tenant_id, u.image_id) and i.state = 'PUBLISHED'
                            join campaign c on (c.tenant_id, c.id) = (u.tenant_id, u.campaign_id)
                            left join lateral (
                                select slot.image_sha256 from node_slot slot
                                where (slot.tenant_id, slot.node_id) = (u.tenant_id, u.node_id)
                                  and slot.state in ('ACTIVE', 'TRIAL')
                                order by slot.state = 'TRIAL' desc, slot.updated_at desc
                                limit 1
                            ) running on true
                            where u.tenant_id = :tenant and u.campaign_id = :campaign
                              -- What another campaign brought meanwhile, or something newer, is not to be undone.
                              and running.image_sha256 is distinct from i.sha256
                              and (c.allow_downgrade
                                   or not exists (select from image known
                                                  where known.tenant_id = u.tenant_id
                                                    and known.sha256 = running.image_sha256
                                                    and known.family = i.family
                                                    and known.release_counter > i.release_counter))
                              and u.state in ('FAILED', 'ROLLED_BACK', 'LOST')
                              and (cast(:nodes as uuid[]) is null or u.node_id = any (:nodes::uuid[]))
                              and not exists (select from node_update later
                                              where (later.tenant_id, later.campaign_id, later.wave, later.node_id)
                                                    = (u.tenant_id, u.campaign_id, u.wave, u.node_id)
                                                and later.attempt > u.attempt)
                              and not exists (select from node_update other
                                              where (other.tenant_id, other.node_id) = (u.tenant_id, u.node_id)
                                                and other.active)
                              and not exists (select from node_block block
                                              where (block.tenant_id, block.node_id, block.image_id)
                                                    = (u.tenant_id, u.node_id, u.image_id))
                        ), begun as (
                            insert into node_update
                                (tenant_id, id, node_id, campaign_id, wave, attempt, image_id, from_sha256)
                            select tenant_id, new_id(), node_id, campaign_id, wave, attempt + 1, image_id, from_sha256
                            from failed
                            order by node_id
                            on conflict do nothing
                            returning node_id, wave
                        )
                        select begun.node_id, begun.wave, failed.state
                        from begun join failed on failed.node_id = begun.node_id
                        """)
                .param("tenant", tenant.value())
                .param("campaign", id.value())
                .param("nodes", nodes == null ? null : Ledger.texts(nodes, node -> node))
                .query((row, number) -> new Attempt(
                        row.getObject("node_id", UUID.class),
                        row.getInt("wave"),
                        UpdateState.valueOf(row.getString("state"))))
                .list();
        // A member counts with its latest attempt.
        record Tally(int wave, UpdateState state) {}
        Map<Tally, Integer> moved = new HashMap<>();
        for (Attempt attempt : attempts) {
            moved.merge(new Tally(attempt.wave, attempt.before), -1, Integer::sum);
            moved.merge(new Tally(attempt.wave, UpdateState.OFFERED), 1, Integer::sum);
        }
        moved.entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<Tally, Integer> entry) -> entry.getKey().wave)
                        .thenComparing(entry -> entry.getKey().state.name()))
                .forEach(entry -> count(tenant, id, entry.getKey().wave, entry.getKey().state, entry.getValue()));
        if (!attempts.isEmpty()) {
            audit.record("campaign.failed-retried", "campaign", id, null, Map.of("nodes", attempts.size()));
            notes.nodesChanged(tenant, attempts.stream().map(Attempt::node).toList());
            notes.campaignsChanged(tenant);
        }
        return new Retried(campaigns.load(id), attempts.size());
    }

    private void count(TenantId tenant, CampaignId campaign, int wave, UpdateState state, int change) {
        jdbc.sql("""
                        update wave_counter set updates = updates + :change
                        where tenant_id = :tenant and campaign_id = :campaign and wave = :wave and state = :state
                        """)
                .param("change", change)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .param("wave", wave)
                .param("state", state.name())
                .update();
    }

    private static void checkNodes(List<UUID> nodes) {
        if (nodes.isEmpty() || nodes.size() > MOST_NODES) {
            throw new InvalidInput(List.of(new FieldProblem(
                    "/nodes", "has %d entries; allowed are 1 to %d".formatted(nodes.size(), MOST_NODES))));
        }
        if (new HashSet<>(nodes).size() < nodes.size()) {
            throw new InvalidInput(List.of(new FieldProblem("/nodes", "names a node twice")));
        }
    }
}

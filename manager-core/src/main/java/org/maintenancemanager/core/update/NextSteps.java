package org.maintenancemanager.core.update;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.image.ImageFacts;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.image.Releases;
import org.maintenancemanager.core.image.UpdatePaths;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Takes nodes further that come to their campaign's image through others. Each step is a node update of its own, with its own
 * permit and window; it is planned when the one before is confirmed, in the same transaction, so that the member is never
 * without one. Where no way leads on, the member ends as skipped.
 */
@Component
class NextSteps {
    /** Code of an update that is superseded by another step, since the ways between releases changed. */
    static final String PATH_CHANGED = "PATH_CHANGED";

    private static final String RUNNING = """
            left join lateral (
                select slot.image_sha256, slot.updated_at from node_slot slot
                where (slot.tenant_id, slot.node_id) = (u.tenant_id, u.node_id) and slot.state in ('ACTIVE', 'TRIAL')
                order by slot.state = 'TRIAL' desc, slot.updated_at desc
                limit 1
            ) running on true
            """;

    private final JdbcClient jdbc;
    private final Releases releases;

    NextSteps(JdbcClient jdbc, Releases releases) {
        this.jdbc = jdbc;
        this.releases = releases;
    }

    /**
     * @param source digest of what the node runs now
     * @param counter its release counter; null: unknown
     */
    private record Member(
            UUID update,
            UUID node,
            UUID campaign,
            int wave,
            int attempt,
            ImageId image,
            ImageId target,
            CampaignState campaignState,
            boolean allowDowngrade,
            NodeState nodeState,
            @Nullable String hardware,
            @Nullable String source,
            @Nullable Long counter,
            Set<UUID> blocked) {}

    private record Next(
            Member member,
            UUID image,
            UpdateState state,
            @Nullable String code) {}

    /**
     * Plans what follows on updates that brought their nodes nearer to the campaign's image.
     *
     * @param ended what has just ended, and is written
     * @return the updates that another follows, with the state in which their nodes count from now on
     */
    Map<UUID, UpdateState> plan(TenantId tenant, List<Change> ended) {
        List<UUID> arrived =
                ended.stream().filter(NextSteps::goesOn).map(Change::updateId).toList();
        if (arrived.isEmpty()) {
            return Map.of();
        }
        List<Member> members = jdbc.sql("""
                        select u.id, u.node_id, u.campaign_id, u.wave, u.attempt, u.image_id, c.image_id as target,
                               c.state as campaign_state, c.allow_downgrade, n.state as node_state, n.hardware,
                               case when u.state = 'SUPERSEDED' then running.image_sha256 else i.sha256 end as source,
                               case when u.state = 'SUPERSEDED'
                                    then (select max(known.release_counter) from image known
                                          where known.tenant_id = u.tenant_id and known.family = i.family
                                            and known.sha256 = running.image_sha256)
                                    else i.release_counter end as counter,
                               array(select block.image_id from node_block block
                                     where (block.tenant_id, block.node_id) = (u.tenant_id, u.node_id)) as blocked
                        from node_update u
                        join campaign c on (c.tenant_id, c.id) = (u.tenant_id, u.campaign_id)
                        join node n on (n.tenant_id, n.id) = (u.tenant_id, u.node_id)
                        join image i on (i.tenant_id, i.id) = (u.tenant_id, u.image_id)
                        %s
                        where u.tenant_id = :tenant and u.id = any (:ids)
                          and (u.image_id <> c.image_id or u.state = 'SUPERSEDED')
                        order by u.id
                        """.formatted(RUNNING))
                .param("tenant", tenant.value())
                .param("ids", arrived.toArray(UUID[]::new))
                .query((row, number) -> member(row))
                .list();
        if (members.isEmpty()) {
            return Map.of();
        }
        Map<ImageId, UpdatePaths> paths = paths(members);
        List<Next> following =
                members.stream().map(member -> next(member, paths)).toList();
        insert(tenant, following);
        Map<UUID, UpdateState> states = new HashMap<>();
        following.forEach(next -> states.put(next.member.update, next.state));
        return states;
    }

    private static boolean goesOn(Change change) {
        return change.ends()
                && switch (change.to()) {
                    case CONFIRMED -> true;
                    case SKIPPED -> "ALREADY_RUNNING".equals(change.code());
                    case SUPERSEDED -> PATH_CHANGED.equals(change.code());
                    case OFFERED,
                            DOWNLOADING,
                            DOWNLOADED,
                            INSTALLING,
                            STAGED,
                            REBOOTING,
                            TRIAL,
                            FAILED,
                            ROLLED_BACK,
                            LOST,
                            CANCELED -> false;
                };
    }

    private Map<ImageId, UpdatePaths> paths(List<Member> members) {
        return releases.to(members.stream().map(member -> member.target.value()).collect(Collectors.toSet()));
    }

    private static Next next(Member member, Map<ImageId, UpdatePaths> paths) {
        UUID target = member.target.value();
        boolean over = member.campaignState.isEnded() || member.nodeState == NodeState.DECOMMISSIONED;
        if (over) {
            return new Next(member, target, UpdateState.CANCELED, "CANCELED");
        }
        UpdatePaths known = paths.get(member.target);
        if (known == null) {
            throw new IllegalStateException("image %s of campaign %s is gone".formatted(target, member.campaign));
        }
        ImageFacts image = known.target();
        if (image.sha256().equals(member.source)) {
            return new Next(member, target, UpdateState.SKIPPED, "ALREADY_RUNNING");
        }
        if (member.counter != null && member.counter > image.releaseCounter() && !member.allowDowngrade) {
            return new Next(member, target, UpdateState.SKIPPED, "DOWNGRADE");
        }
        ImageFacts step = known.route(member.counter, member.hardware).next();
        if (step == null) {
            return new Next(member, target, UpdateState.SKIPPED, "NO_PATH");
        }
        if (member.blocked.contains(step.id().value()) || member.blocked.contains(target)) {
            return new Next(member, step.id().value(), UpdateState.SKIPPED, "ROLLED_BACK_BEFORE");
        }
        return new Next(member, step.id().value(), UpdateState.OFFERED, null);
    }

    private void insert(TenantId tenant, List<Next> following) {
        jdbc.sql("""
                        insert into node_update
                            (tenant_id, id, node_id, campaign_id, wave, attempt, image_id, from_sha256, state, code, queued)
                        select :tenant, new_id(), node_id, campaign_id, wave, attempt, image_id, source, state, code,
                               state = 'OFFERED'
                               and exists (select from node_update other
                                           where (other.tenant_id, other.node_id) = (:tenant, step.node_id)
                                             and other.active)
                        from unnest(:nodes::uuid[], :campaigns::uuid[], :waves::int[], :attempts::int[], :images::uuid[],
                                    :sources::text[], :states::text[], :codes::text[])
                            as step (node_id, campaign_id, wave, attempt, image_id, source, state, code)
                        order by node_id
                        """)
                .param("tenant", tenant.value())
                .param("nodes", Ledger.texts(following, next -> next.member.node))
                .param("campaigns", Ledger.texts(following, next -> next.member.campaign))
                .param("waves", following.stream().map(next -> next.member.wave).toArray(Integer[]::new))
                .param(
                        "attempts",
                        following.stream().map(next -> next.member.attempt + 1).toArray(Integer[]::new))
                .param("images", Ledger.texts(following, Next::image))
                .param("sources", Ledger.texts(following, next -> next.member.source))
                .param("states", Ledger.texts(following, Next::state))
                .param("codes", Ledger.texts(following, Next::code))
                .update();
    }

    /**
     * Updates of these nodes that wait with a step that is not the next one any more: to be superseded by the right one. What a
     * node runs is believed only if it said so after the step was planned, or if the step was planned on it.
     */
    List<Change> stray(TenantId tenant, Collection<UUID> nodes) {
        if (nodes.isEmpty()) {
            return List.of();
        }
        record Standing(Member member, UpdateState state) {}
        List<Standing> standing = jdbc.sql("""
                        select u.id, u.node_id, u.campaign_id, u.wave, u.attempt, u.image_id, c.image_id as target,
                               c.state as campaign_state, c.allow_downgrade, n.state as node_state, n.hardware, u.state,
                               running.image_sha256 as source,
                               (select max(known.release_counter) from image known
                                where known.tenant_id = u.tenant_id and known.family = i.family
                                            and known.sha256 = running.image_sha256) as counter,
                               cast('{}' as uuid[]) as blocked
                        from node_update u
                        join campaign c on (c.tenant_id, c.id) = (u.tenant_id, u.campaign_id)
                        join node n on (n.tenant_id, n.id) = (u.tenant_id, u.node_id)
                        join image i on (i.tenant_id, i.id) = (c.tenant_id, c.image_id)
                        %s
                        where u.tenant_id = :tenant and u.node_id = any (:nodes) and (u.active or u.queued)
                          and u.permit_id is null and u.state in ('OFFERED', 'DOWNLOADING', 'DOWNLOADED')
                          and c.state in ('RUNNING', 'PAUSED')
                          and (running.image_sha256 is not distinct from u.from_sha256
                               or running.updated_at > u.created_at)
                        order by u.id
                        for update of u
                        """.formatted(RUNNING))
                .param("tenant", tenant.value())
                .param("nodes", nodes.toArray(UUID[]::new))
                .query((row, number) -> new Standing(member(row), UpdateState.valueOf(row.getString("state"))))
                .list();
        if (standing.isEmpty()) {
            return List.of();
        }
        Map<ImageId, UpdatePaths> paths =
                paths(standing.stream().map(Standing::member).toList());
        List<Change> stray = new ArrayList<>();
        for (Standing one : standing) {
            Member member = one.member;
            UpdatePaths known = paths.get(member.target);
            ImageFacts next = known == null
                    ? null
                    : known.route(member.counter, member.hardware).next();
            if (next == null || !next.id().equals(member.image)) {
                stray.add(new Change(
                        member.update,
                        member.node,
                        member.campaign,
                        member.wave,
                        member.image.value(),
                        one.state,
                        UpdateState.SUPERSEDED,
                        null,
                        null,
                        PATH_CHANGED,
                        null,
                        null,
                        null,
                        Change.Cause.TICK,
                        "another step comes next"));
            }
        }
        return stray;
    }

    private static Member member(ResultSet row) throws SQLException {
        return new Member(
                row.getObject("id", UUID.class),
                row.getObject("node_id", UUID.class),
                row.getObject("campaign_id", UUID.class),
                row.getInt("wave"),
                row.getInt("attempt"),
                new ImageId(row.getObject("image_id", UUID.class)),
                new ImageId(row.getObject("target", UUID.class)),
                CampaignState.valueOf(row.getString("campaign_state")),
                row.getBoolean("allow_downgrade"),
                NodeState.valueOf(row.getString("node_state")),
                row.getString("hardware"),
                row.getString("source"),
                row.getObject("counter", Long.class),
                Set.of((UUID[]) row.getArray("blocked").getArray()));
    }
}

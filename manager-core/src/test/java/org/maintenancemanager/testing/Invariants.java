package org.maintenancemanager.testing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The invariants of the domain as queries for rows that break them. For use when nobody writes. */
public final class Invariants {
    private static final Map<String, String> QUERIES = new LinkedHashMap<>();

    static {
        QUERIES.put("I1 permits in flight of a campaign, at any time, are at most its limit", """
                select c.tenant_id, c.name, p.granted_at, count(*) as in_flight
                from permit p
                join campaign c on (c.tenant_id, c.id) = (p.tenant_id, p.campaign_id)
                join permit other on (other.tenant_id, other.campaign_id) = (p.tenant_id, p.campaign_id)
                    and other.granted_at <= p.granted_at and (other.ended_at is null or other.ended_at > p.granted_at)
                group by c.tenant_id, c.name, c.max_in_flight, p.id, p.granted_at
                having count(*) > c.max_in_flight
                """);
        QUERIES.put("I1 permits in flight of a site's subtree, at any time, are at most its budget", """
                select b.tenant_id, b.name, p.granted_at, count(*) as in_flight
                from permit p
                join budget b on b.tenant_id = p.tenant_id and b.id = any (p.budget_ids)
                join permit other on other.tenant_id = p.tenant_id and b.id = any (other.budget_ids)
                    and other.granted_at <= p.granted_at and (other.ended_at is null or other.ended_at > p.granted_at)
                group by b.tenant_id, b.name, b.max_in_flight, p.id, p.granted_at
                having count(*) > b.max_in_flight
                """);
        QUERIES.put("I2 a campaign's counter equals the count", """
                select counter.tenant_id, counter.campaign_id, counter.in_flight,
                       (select count(*) from permit p
                        where (p.tenant_id, p.campaign_id) = (counter.tenant_id, counter.campaign_id)
                          and p.ended_at is null) as counted
                from campaign_counter counter
                where counter.in_flight <> (
                    select count(*) from permit p
                    where (p.tenant_id, p.campaign_id) = (counter.tenant_id, counter.campaign_id)
                      and p.ended_at is null)
                """);
        QUERIES.put("I2 a budget's counter equals the count", """
                select b.tenant_id, b.name, b.in_flight from budget b
                where b.in_flight <> (select count(*) from permit p
                                      where p.tenant_id = b.tenant_id and b.id = any (p.budget_ids)
                                        and p.ended_at is null)
                """);
        QUERIES.put("I2 the tenant's counter equals the count", """
                select t.id as tenant_id, t.name, t.in_flight from tenant t
                where t.in_flight <> (select count(*) from permit p where p.tenant_id = t.id and p.ended_at is null)
                """);
        QUERIES.put("I2 the counters of waves equal the counts", """
                select * from (
                    select tenant_id, campaign_id, wave, state, updates from wave_counter where updates > 0
                    except
                    select tenant_id, campaign_id, wave, state, count(*)::int from node_update u
                    where not exists (select from node_update later
                                      where (later.tenant_id, later.campaign_id, later.wave, later.node_id)
                                            = (u.tenant_id, u.campaign_id, u.wave, u.node_id)
                                        and later.attempt > u.attempt)
                    group by tenant_id, campaign_id, wave, state
                ) too_many
                union all
                select * from (
                    select tenant_id, campaign_id, wave, state, count(*)::int from node_update u
                    where not exists (select from node_update later
                                      where (later.tenant_id, later.campaign_id, later.wave, later.node_id)
                                            = (u.tenant_id, u.campaign_id, u.wave, u.node_id)
                                        and later.attempt > u.attempt)
                    group by tenant_id, campaign_id, wave, state
                    except
                    select tenant_id, campaign_id, wave, state, updates from wave_counter where updates > 0
                ) too_few
                """);
        QUERIES.put(
                "I3 a permit ends before its window",
                "select tenant_id, id, valid_until, window_end from permit where valid_until > window_end or granted_at > valid_until");
        QUERIES.put("I4 a terminal node update never changes", """
                select tenant_id, update_id, from_state, to_state from update_transition
                where from_state in ('CONFIRMED', 'FAILED', 'ROLLED_BACK', 'LOST', 'CANCELED', 'SUPERSEDED', 'SKIPPED')
                """);
        QUERIES.put(
                "I5 a node has at most one active update",
                "select tenant_id, node_id, count(*) from node_update where active group by tenant_id, node_id having count(*) > 1");
        QUERIES.put("I5 what is queued at a node waits for something that is under way", """
                select q.tenant_id, q.node_id, q.campaign_id from node_update q
                join campaign c on (c.tenant_id, c.id) = (q.tenant_id, q.campaign_id)
                where q.queued and c.state in ('RUNNING', 'PAUSED')
                  and not exists (select from node_update other
                                  where (other.tenant_id, other.node_id) = (q.tenant_id, q.node_id) and other.active)
                """);
        QUERIES.put("A further attempt follows one that failed, or a step on the way", """
                select u.tenant_id, u.id, u.attempt, before.state from node_update u
                left join node_update before
                    on (before.tenant_id, before.campaign_id, before.wave, before.node_id, before.attempt)
                       = (u.tenant_id, u.campaign_id, u.wave, u.node_id, u.attempt - 1)
                join campaign c on (c.tenant_id, c.id) = (u.tenant_id, u.campaign_id)
                where u.attempt > 1
                  and (before.state is null
                       or before.state not in ('FAILED', 'LOST', 'ROLLED_BACK')
                          and not (before.state in ('CONFIRMED', 'SKIPPED') and before.image_id <> c.image_id)
                          and not (before.state = 'SUPERSEDED' and before.code = 'PATH_CHANGED'))
                """);
        QUERIES.put("I9 no permit for a node that was quarantined or decommissioned before", """
                select p.tenant_id, p.id, p.granted_at, said.action
                from permit p
                join lateral (
                    select e.action from audit_event e
                    where e.tenant_id = p.tenant_id and e.object_kind = 'node' and e.object_id = p.node_id::text
                      and e.action in ('node.quarantined', 'node.released', 'node.decommissioned')
                      and e.at < p.granted_at
                    order by e.at desc limit 1
                ) said on said.action <> 'node.released'
                """);
        QUERIES.put("I6 no permit for a node of a cohort while that was held", """
                select p.tenant_id, p.id, p.granted_at, c.kind, c.cohort
                from permit p
                join node n on (n.tenant_id, n.id) = (p.tenant_id, p.node_id)
                join site s on (s.tenant_id, s.id) = (n.tenant_id, n.site_id)
                join guard_cohort c on (c.tenant_id, c.campaign_id) = (p.tenant_id, p.campaign_id)
                    and c.held_at < p.granted_at
                    and (c.kind = 'HARDWARE' and c.cohort = coalesce(n.hardware, '')
                         or c.kind = 'SITE' and c.cohort = s.path)
                """);
        QUERIES.put("The guard's counts by cell add up to those of the campaign", """
                select g.tenant_id, g.campaign_id, g.finished, g.failures
                from campaign_guard g
                where (g.finished, g.failures) <> (
                    select coalesce(sum(cell.finished), 0), coalesce(sum(cell.failures), 0)
                    from guard_cell cell
                    where (cell.tenant_id, cell.campaign_id) = (g.tenant_id, g.campaign_id)
                      and not exists (select from guard_cohort held
                                      where (held.tenant_id, held.campaign_id) = (g.tenant_id, g.campaign_id)
                                        and held.held_at is not null
                                        and (held.kind, held.cohort) in (('HARDWARE', cell.hardware),
                                                                         ('SITE', cell.site), ('SOURCE', cell.source))))
                """);
        QUERIES.put("I6 no permit while its campaign did not run", """
                select p.tenant_id, p.id, p.granted_at, stopped.action, stopped.at
                from permit p
                join lateral (
                    select action, at from audit_event e
                    where e.tenant_id = p.tenant_id and e.object_kind = 'campaign'
                      and e.object_id = p.campaign_id::text
                      and e.action in ('campaign.started', 'campaign.paused', 'campaign.resumed', 'campaign.aborted',
                                       'campaign.ended', 'campaign.superseded', 'campaign.completed')
                      and e.at < p.granted_at
                    order by e.at desc limit 1
                ) stopped on stopped.action not in ('campaign.started', 'campaign.resumed')
                """);
        QUERIES.put("I7 what was acknowledged is stored without a gap", """
                select s.tenant_id, s.node_id, s.acked_seq from node_session s
                where s.acked_seq <> (select count(distinct r.seq) from report r
                                      where (r.tenant_id, r.node_id, r.enrollment)
                                            = (s.tenant_id, s.node_id, s.enrollment)
                                        and r.seq <= s.acked_seq)
                """);
        QUERIES.put("I8 the state of an update is where its history leads", """
                select u.tenant_id, u.id, u.state, h.to_state
                from node_update u
                join lateral (
                    select to_state from update_transition t
                    where (t.tenant_id, t.update_id) = (u.tenant_id, u.id)
                    order by t.at desc, t.id desc limit 1
                ) h on h.to_state <> u.state
                """);
        QUERIES.put("I8 a history has no jump", """
                select tenant_id, update_id, from_state, before
                from (select tenant_id, update_id, from_state,
                             lag(to_state) over (partition by tenant_id, update_id order by at, id) as before
                      from update_transition) steps
                where before is not null and before <> from_state
                """);
        QUERIES.put("I9 and I10: a node that disturbed itself had a permit", """
                select t.tenant_id, t.update_id, t.to_state, t.at from update_transition t
                join node_update u on (u.tenant_id, u.id) = (t.tenant_id, t.update_id)
                join campaign c on (c.tenant_id, c.id) = (u.tenant_id, u.campaign_id)
                where t.to_state in ('INSTALLING', 'STAGED', 'REBOOTING', 'TRIAL') and not c.prestage
                  and not exists (select from permit p
                                  where (p.tenant_id, p.update_id) = (t.tenant_id, t.update_id)
                                    and p.granted_at <= t.at)
                """);
        QUERIES.put("I3 a permit ends before its window does, and was good for something", """
                select tenant_id, id, granted_at, valid_until, window_end from permit
                where not (granted_at < valid_until and valid_until <= window_end and valid_until <= lost_at)
                """);
        QUERIES.put("I10 no permit for a withdrawn or incompatible image, or an older one that was not allowed", """
                select p.tenant_id, p.id, p.granted_at, i.family, i.image_version
                from permit p
                join node_update u on (u.tenant_id, u.id) = (p.tenant_id, p.update_id)
                join campaign c on (c.tenant_id, c.id) = (p.tenant_id, p.campaign_id)
                join image i on (i.tenant_id, i.id) = (u.tenant_id, u.image_id)
                join node n on (n.tenant_id, n.id) = (p.tenant_id, p.node_id)
                where i.architecture <> n.architecture
                   or exists (select from audit_event e
                              where e.tenant_id = p.tenant_id and e.object_kind = 'image' and e.object_id = i.id::text
                                and e.action = 'image.withdrawn' and e.at < p.granted_at)
                   or not c.allow_downgrade
                      and exists (select from image known
                                  where known.tenant_id = u.tenant_id and known.sha256 = u.from_sha256
                                    and known.family = i.family and known.release_counter > i.release_counter)
                """);
        QUERIES.put("I11 no two updates of a node have the same assignment version", """
                select tenant_id, node_id, assignment_version from node_update
                where assignment_version > 0
                group by tenant_id, node_id, assignment_version having count(*) > 1
                """);
        QUERIES.put("I12 the grant of a permit has exactly one audit event", """
                select p.tenant_id, p.id, count(e.id) as events
                from permit p
                left join audit_event e on e.tenant_id = p.tenant_id and e.object_kind = 'node'
                    and e.object_id = p.node_id::text and e.action = 'permit.granted'
                    and e.after ->> 'permit' = p.id::text
                group by p.tenant_id, p.id
                having count(e.id) <> 1
                """);
        QUERIES.put("I12 the state of a campaign is where its audit leads", """
                select c.tenant_id, c.name, c.state, said.state as audited
                from campaign c
                left join lateral (
                    select e.after ->> 'state' as state from audit_event e
                    where e.tenant_id = c.tenant_id and e.object_kind = 'campaign' and e.object_id = c.id::text
                      and e.action in ('campaign.approval-requested', 'campaign.denied', 'campaign.scheduled',
                                       'campaign.started', 'campaign.paused', 'campaign.resumed', 'campaign.aborted',
                                       'campaign.ended', 'campaign.superseded', 'campaign.completed')
                    order by e.at desc, e.id desc limit 1
                ) said on true
                where c.state <> coalesce(said.state, 'DRAFT')
                """);
        QUERIES.put("I12 the audit's chain has no gap, and each link continues the one before", """
                select tenant_id, seq, before, previous_hash, before_hash
                from (select tenant_id, seq, previous_hash, lag(seq) over one_by_one as before,
                             lag(hash) over one_by_one as before_hash
                      from audit_link window one_by_one as (partition by tenant_id order by seq)) links
                where before is not null and (seq <> before + 1 or previous_hash <> before_hash)
                """);
        QUERIES.put("I12 each link of the audit's chain has its event", """
                select l.tenant_id, l.seq, l.event_id from audit_link l
                where not exists (select from audit_event e
                                  where e.tenant_id = l.tenant_id and e.id = l.event_id)
                """);
        QUERIES.put("I14 no permit in a wave before the gate of the wave before passed", """
                select p.tenant_id, p.id, p.wave, p.granted_at
                from permit p
                join wave before on (before.tenant_id, before.campaign_id, before.ordinal)
                                    = (p.tenant_id, p.campaign_id, p.wave - 1)
                where before.passed_at is null or before.passed_at > p.granted_at
                """);
        QUERIES.put("I6 no permit in a wave after it was skipped", """
                select p.tenant_id, p.id, p.wave, p.granted_at
                from permit p
                join wave w on (w.tenant_id, w.campaign_id, w.ordinal) = (p.tenant_id, p.campaign_id, p.wave)
                where w.skipped_at < p.granted_at
                """);
        QUERIES.put("Nobody approved what they asked for or said themselves", """
                select a.tenant_id, a.campaign_id, a.kind, a.decided_by
                from campaign_approval a
                join campaign c on (c.tenant_id, c.id) = (a.tenant_id, a.campaign_id)
                where a.decision = 'APPROVED'
                  and (a.decided_by = a.requested_by or a.kind <> 'OVERRIDE' and a.decided_by = any (c.authors))
                """);
        QUERIES.put("A node is a member of a campaign once, in one wave", """
                select tenant_id, campaign_id, node_id from node_update
                group by tenant_id, campaign_id, node_id
                having count(*) <> max(attempt) or count(distinct wave) > 1
                """);
        QUERIES.put("I13 a campaign is COMPLETED exactly when every member is terminal", """
                select c.tenant_id, c.name, c.state from campaign c
                where c.state = 'COMPLETED'
                  and exists (select from node_update u
                              where (u.tenant_id, u.campaign_id) = (c.tenant_id, c.id) and u.active)
                """);
        QUERIES.put("I15 a node does not install what it already ran confirmed", """
                select u.tenant_id, u.id from node_update u
                join image i on (i.tenant_id, i.id) = (u.tenant_id, u.image_id)
                where u.from_sha256 = i.sha256 and u.state not in ('SKIPPED', 'CANCELED', 'SUPERSEDED')
                """);
    }

    private Invariants() {}

    /** The rows of a tenant that break an invariant, by its name; empty when all hold. */
    public static Map<String, List<Map<String, @Nullable Object>>> broken(JdbcClient jdbc, TenantId tenant) {
        Map<String, List<Map<String, @Nullable Object>>> broken = new LinkedHashMap<>();
        QUERIES.forEach((name, sql) -> {
            List<Map<String, @Nullable Object>> rows = jdbc.sql(
                            "select * from (" + sql + ") broken where tenant_id = :tenant")
                    .param("tenant", tenant.value())
                    .query()
                    .listOfRows();
            if (!rows.isEmpty()) {
                broken.put(name, rows);
            }
        });
        return broken;
    }
}

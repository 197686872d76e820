package org.maintenancemanager.core.campaign;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.maintenancemanager.core.campaign.CampaignGuard.Finished;
import org.maintenancemanager.core.guard.Cohort;
import org.maintenancemanager.core.guard.GuardRules;
import org.maintenancemanager.core.guard.SequentialTest;
import org.maintenancemanager.core.guard.Tally;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What became of a campaign's nodes, counted as a whole, by cohort, and by cell: hardware, site and source image at once.
 * Whoever changes the counts of a campaign holds its row of {@code campaign_guard}.
 */
@Component
class GuardCounters {
    private final JdbcClient jdbc;

    GuardCounters(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void create(TenantId tenant, CampaignId campaign) {
        jdbc.sql("insert into campaign_guard (tenant_id, campaign_id) values (:tenant, :campaign)")
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .update();
    }

    void lock(TenantId tenant, Collection<UUID> campaigns) {
        jdbc.sql("""
                        select campaign_id from campaign_guard
                        where tenant_id = :tenant and campaign_id = any (:campaigns)
                        order by campaign_id
                        for update
                        """)
                .param("tenant", tenant.value())
                .param("campaigns", campaigns.toArray(UUID[]::new))
                .query(UUID.class)
                .list();
    }

    /**
     * The baseline that the tenant's last twenty completed campaigns teach, as if 200 nodes with 4 failures had come before
     * them: without any it is 2 %, and a few bad ones do not raise it far. From 0.5 % to 5 %.
     */
    void learn(TenantId tenant, CampaignId campaign) {
        lock(tenant, List.of(campaign.value()));
        jdbc.sql("""
                        update campaign_guard mine
                        set learned_baseline = (
                            select greatest(0.005, least(0.05,
                                (4 + coalesce(sum(past.total_failures), 0))
                                / (200.0 + coalesce(sum(past.total_finished), 0))))
                            from (select g.total_failures, g.total_finished
                                  from campaign c
                                  join campaign_guard g on (g.tenant_id, g.campaign_id) = (c.tenant_id, c.id)
                                  where c.tenant_id = :tenant and c.state = 'COMPLETED' and c.id <> :campaign
                                  order by c.ended_at desc
                                  limit 20) past)
                        where mine.tenant_id = :tenant and mine.campaign_id = :campaign
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .update();
    }

    /** Adds what has just ended; a node counts with its first attempt that says something about the image. */
    void add(TenantId tenant, List<Finished> finished) {
        jdbc.sql("""
                        with ended as materialized (
                            select u.campaign_id, coalesce(n.hardware, '') as hardware, s.path as site,
                                   coalesce(u.from_sha256, '') as source, outcome.failed, outcome.download,
                                   array(select held.kind from guard_cohort held
                                         where (held.tenant_id, held.campaign_id) = (u.tenant_id, u.campaign_id)
                                           and held.held_at is not null
                                           and (held.kind = 'HARDWARE' and held.cohort = coalesce(n.hardware, '')
                                                or held.kind = 'SITE' and held.cohort = s.path
                                                or held.kind = 'SOURCE' and held.cohort = coalesce(u.from_sha256, ''))
                                   ) as held
                            from unnest(:updates::uuid[], :failed::boolean[], :downloads::boolean[])
                                as outcome (id, failed, download)
                            join node_update u on u.tenant_id = :tenant and u.id = outcome.id
                            join node n on (n.tenant_id, n.id) = (u.tenant_id, u.node_id)
                            join site s on (s.tenant_id, s.id) = (n.tenant_id, n.site_id)
                            where u.attempt = 1 or outcome.download
                               or not exists (select from node_update before
                                              where (before.tenant_id, before.campaign_id, before.wave, before.node_id)
                                                    = (u.tenant_id, u.campaign_id, u.wave, u.node_id)
                                                and before.attempt < u.attempt
                                                and before.state in ('FAILED', 'ROLLED_BACK', 'LOST')
                                                and before.failure_phase is distinct from 'DOWNLOAD')
                        ), cells as (
                            insert into guard_cell as cell
                                (tenant_id, campaign_id, hardware, site, source, finished, failures)
                            select :tenant, campaign_id, hardware, site, source, count(*), count(*) filter (where failed)
                            from ended
                            where not download
                            group by campaign_id, hardware, site, source
                            order by campaign_id, hardware, site, source
                            on conflict (tenant_id, campaign_id, hardware, site, source) do update
                            set finished = cell.finished + excluded.finished,
                                failures = cell.failures + excluded.failures
                        ), cohorts as (
                            insert into guard_cohort as cohort
                                (tenant_id, campaign_id, kind, cohort, finished, failures, download_failures)
                            select :tenant, campaign_id, kind, name, count(*) filter (where not download),
                                   count(*) filter (where failed and not download), count(*) filter (where download)
                            from ended
                            cross join lateral (
                                values ('HARDWARE', hardware), ('SITE', site), ('SOURCE', source)) as its (kind, name)
                            where cardinality(held) = 0 or kind = any (held)
                            group by campaign_id, kind, name
                            order by campaign_id, kind, name
                            on conflict (tenant_id, campaign_id, kind, cohort) do update
                            set finished = cohort.finished + excluded.finished,
                                failures = cohort.failures + excluded.failures,
                                download_failures = cohort.download_failures + excluded.download_failures
                        )
                        update campaign_guard g
                        set finished = g.finished + more.finished,
                            failures = g.failures + more.failures,
                            total_finished = g.total_finished + more.total_finished,
                            total_failures = g.total_failures + more.total_failures,
                            download_failures = g.download_failures + more.download_failures
                        from (select campaign_id,
                                     count(*) filter (where cardinality(held) = 0 and not download) as finished,
                                     count(*) filter (where cardinality(held) = 0 and failed and not download)
                                         as failures,
                                     count(*) filter (where not download) as total_finished,
                                     count(*) filter (where failed and not download) as total_failures,
                                     count(*) filter (where download) as download_failures
                              from ended group by campaign_id) more
                        where g.tenant_id = :tenant and g.campaign_id = more.campaign_id
                        """)
                .param("tenant", tenant.value())
                .param(
                        "updates",
                        finished.stream().map(one -> one.update().toString()).toArray(String[]::new))
                .param("failed", finished.stream().map(Finished::failed).toArray(Boolean[]::new))
                .param("downloads", finished.stream().map(Finished::download).toArray(Boolean[]::new))
                .update();
    }

    /**
     * A campaign's guard as it stands.
     *
     * @param baseline the one in force
     * @param failedUpdates of each attempt, as {@code campaign_counter} has it
     */
    record Standing(
            UUID campaign,
            CampaignState state,
            boolean enabled,
            double baseline,
            double alpha,
            GuardRules rules,
            Tally counted,
            Tally total,
            long failedUpdates,
            int lastPoint) {}

    Map<UUID, Standing> standings(TenantId tenant, Collection<UUID> campaigns) {
        Map<UUID, Standing> standings = new HashMap<>();
        jdbc.sql("""
                        select g.campaign_id, g.finished, g.failures, g.total_finished, g.total_failures, g.last_point,
                               coalesce(c.guard_baseline, g.learned_baseline) as baseline,
                               c.state, c.guard_enabled, c.guard_alpha, c.guard_cohorts, c.max_failures,
                               c.max_failure_percent, c.max_failure_percent_from, counter.failures as failed_updates
                        from campaign_guard g
                        join campaign c on (c.tenant_id, c.id) = (g.tenant_id, g.campaign_id)
                        join campaign_counter counter
                            on (counter.tenant_id, counter.campaign_id) = (g.tenant_id, g.campaign_id)
                        where g.tenant_id = :tenant and g.campaign_id = any (:campaigns)
                        """)
                .param("tenant", tenant.value())
                .param("campaigns", campaigns.toArray(UUID[]::new))
                .query((row, number) -> {
                    Standing standing = standing(row);
                    return standings.put(standing.campaign(), standing);
                })
                .list();
        return standings;
    }

    private static Standing standing(ResultSet row) throws SQLException {
        boolean enabled = row.getBoolean("guard_enabled");
        double baseline = row.getDouble("baseline");
        double alpha = row.getDouble("guard_alpha");
        BigDecimal percent = row.getBigDecimal("max_failure_percent");
        return new Standing(
                row.getObject("campaign_id", UUID.class),
                CampaignState.valueOf(row.getString("state")),
                enabled,
                baseline,
                alpha,
                new GuardRules(
                        enabled ? new SequentialTest(baseline, alpha) : null,
                        row.getBoolean("guard_cohorts"),
                        row.getObject("max_failures", Integer.class),
                        percent == null ? null : percent.doubleValue(),
                        row.getInt("max_failure_percent_from")),
                new Tally(row.getLong("finished"), row.getLong("failures")),
                new Tally(row.getLong("total_finished"), row.getLong("total_failures")),
                row.getLong("failed_updates"),
                row.getInt("last_point"));
    }

    /** Those that are not held and in which something failed, the worst first. */
    List<Cohort> suspects(TenantId tenant, UUID campaign) {
        return jdbc.sql("""
                        select kind, cohort, finished, failures from guard_cohort
                        where tenant_id = :tenant and campaign_id = :campaign and failures > 0 and held_at is null
                        order by failures desc, kind, cohort
                        limit 100
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign)
                .query((row, number) -> new Cohort(
                        Cohort.Kind.valueOf(row.getString("kind")),
                        row.getString("cohort"),
                        new Tally(row.getLong("finished"), row.getLong("failures"))))
                .list();
    }

    /** Where the evidence stands; a point of the history, if it has gone far enough since the last one. */
    record Weight(UUID campaign, double evidence, double suspicion, boolean point) {}

    void weigh(TenantId tenant, List<Weight> weights) {
        jdbc.sql("""
                        with weighed as (
                            update campaign_guard g
                            set evidence = weight.evidence, suspicion = weight.suspicion,
                                last_point = case when weight.point then g.total_finished else g.last_point end
                            from unnest(:campaigns::uuid[], :evidence::float8[], :suspicion::float8[],
                                        :points::boolean[]) as weight (campaign_id, evidence, suspicion, point)
                            where g.tenant_id = :tenant and g.campaign_id = weight.campaign_id
                            returning g.campaign_id, g.finished, g.failures, g.evidence, weight.point
                        )
                        insert into guard_point (tenant_id, campaign_id, finished, failures, evidence)
                        select :tenant, campaign_id, finished, failures, evidence from weighed where point
                        """)
                .param("tenant", tenant.value())
                .param(
                        "campaigns",
                        weights.stream()
                                .map(weight -> weight.campaign().toString())
                                .toArray(String[]::new))
                .param("evidence", weights.stream().map(Weight::evidence).toArray(Double[]::new))
                .param("suspicion", weights.stream().map(Weight::suspicion).toArray(Double[]::new))
                .param("points", weights.stream().map(Weight::point).toArray(Boolean[]::new))
                .update();
    }

    /** Holds a cohort, whether anything is known of it or not; what it had counted no longer counts for the others. */
    void hold(TenantId tenant, UUID campaign, Cohort.Kind kind, String name, String by, String reason) {
        jdbc.sql("""
                        insert into guard_cohort as cohort
                            (tenant_id, campaign_id, kind, cohort, held_at, held_by, held_reason)
                        values (:tenant, :campaign, :kind, :name, clock_timestamp(), :by, :reason)
                        on conflict (tenant_id, campaign_id, kind, cohort) do update
                        set held_at = excluded.held_at, held_by = excluded.held_by, held_reason = excluded.held_reason
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign)
                .param("kind", kind.name())
                .param("name", name)
                .param("by", by)
                .param("reason", reason)
                .update();
        recount(tenant, campaign);
    }

    /** Lets a cohort go on: its results are forgotten, since whoever released it has judged them. */
    void release(TenantId tenant, UUID campaign, Cohort.Kind kind, String name) {
        jdbc.sql("""
                        with freed as (
                            update guard_cohort
                            set held_at = null, held_by = null, held_reason = null, finished = 0, failures = 0
                            where tenant_id = :tenant and campaign_id = :campaign and kind = :kind and cohort = :name
                        )
                        delete from guard_cell
                        where tenant_id = :tenant and campaign_id = :campaign
                          and :name = case :kind when 'HARDWARE' then hardware when 'SITE' then site else source end
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign)
                .param("kind", kind.name())
                .param("name", name)
                .update();
        recount(tenant, campaign);
    }

    /** Forgets the results of all cohorts that are not held: whoever resumed after a stop has judged them. */
    void restart(TenantId tenant, CampaignId campaign) {
        lock(tenant, List.of(campaign.value()));
        jdbc.sql("delete from guard_cell where tenant_id = :tenant and campaign_id = :campaign")
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .update();
        recount(tenant, campaign.value());
        jdbc.sql("""
                        update campaign_guard
                        set evidence = 1, suspicion = 0, restarted_at = clock_timestamp()
                        where tenant_id = :tenant and campaign_id = :campaign
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .update();
    }

    private void recount(TenantId tenant, UUID campaign) {
        jdbc.sql("""
                        with held as materialized (
                            select kind, cohort from guard_cohort
                            where tenant_id = :tenant and campaign_id = :campaign and held_at is not null
                        ), free as materialized (
                            select * from guard_cell cell
                            where tenant_id = :tenant and campaign_id = :campaign
                              and ('HARDWARE', cell.hardware) not in (select kind, cohort from held)
                              and ('SITE', cell.site) not in (select kind, cohort from held)
                              and ('SOURCE', cell.source) not in (select kind, cohort from held)
                        ), counted as (
                            select kind, name, sum(finished) as finished, sum(failures) as failures
                            from free
                            cross join lateral (
                                values ('HARDWARE', hardware), ('SITE', site), ('SOURCE', source)) as its (kind, name)
                            group by kind, name
                        ), cohorts as (
                            update guard_cohort c
                            set finished = coalesce(counted.finished, 0), failures = coalesce(counted.failures, 0)
                            from guard_cohort me
                            left join counted on (counted.kind, counted.name) = (me.kind, me.cohort)
                            where me.tenant_id = :tenant and me.campaign_id = :campaign and me.held_at is null
                              and (c.tenant_id, c.campaign_id, c.kind, c.cohort)
                                  = (me.tenant_id, me.campaign_id, me.kind, me.cohort)
                        )
                        update campaign_guard
                        set finished = (select coalesce(sum(finished), 0) from free),
                            failures = (select coalesce(sum(failures), 0) from free)
                        where tenant_id = :tenant and campaign_id = :campaign
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign)
                .update();
    }

    boolean isHeld(TenantId tenant, UUID campaign, Cohort.Kind kind, String name) {
        return jdbc.sql("""
                        select held_at is not null from guard_cohort
                        where tenant_id = :tenant and campaign_id = :campaign and kind = :kind and cohort = :name
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign)
                .param("kind", kind.name())
                .param("name", name)
                .query(Boolean.class)
                .optional()
                .orElse(false);
    }
}

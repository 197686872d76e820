package org.maintenancemanager.core.forecast;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.forecast.NightReport.CampaignNight;
import org.maintenancemanager.core.forecast.NightReport.Counts;
import org.maintenancemanager.core.forecast.NightReport.Missed;
import org.maintenancemanager.core.forecast.NightReport.SiteNight;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.update.Overloaded;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Says what happened in the tenant of the call: what started, what came of it, and which windows went by. */
@Service
public class NightReports {
    private static final Duration LONGEST = Duration.ofDays(31);
    private static final int AT_A_TIME = 2;
    private static final int RETRY_SECONDS = 5;
    private static final int MOST_OF_NODE = 50;

    private final JdbcClient jdbc;
    private final Campaigns campaigns;
    private final MissedWindows missed;
    private final Semaphore desks = new Semaphore(AT_A_TIME);

    NightReports(JdbcClient jdbc, Campaigns campaigns, MissedWindows missed) {
        this.jdbc = jdbc;
        this.campaigns = campaigns;
        this.missed = missed;
    }

    /**
     * The report of one campaign, or of all.
     *
     * @param campaign null: all of the tenant
     * @param until at most 31 days after {@code from}
     * @throws NotFound if the tenant has no such campaign
     * @throws Overloaded when too many reports are being made
     */
    public NightReport report(@Nullable CampaignId campaign, Instant from, Instant until) {
        check(from, until);
        if (campaign != null) {
            campaigns.load(campaign);
        }
        if (!desks.tryAcquire()) {
            throw new Overloaded(RETRY_SECONDS);
        }
        try {
            return made(CallContext.current().tenant(), campaign, from, until);
        } finally {
            desks.release();
        }
    }

    private static void check(Instant from, Instant until) {
        var problems = new Problems();
        if (!until.isAfter(from)) {
            problems.add("/until", "is %s, not after from, %s".formatted(until, from));
        } else if (until.isAfter(from.plus(LONGEST))) {
            problems.add(
                    "/until",
                    "is %s; expected at most %d days after from, %s"
                            .formatted(until, LONGEST.toDays(), from.plus(LONGEST)));
        }
        problems.throwIfAny();
    }

    private NightReport made(TenantId tenant, @Nullable CampaignId campaign, Instant from, Instant until) {
        Map<String, Tally> sites = new TreeMap<>();
        Map<UUID, Tally> ofCampaigns = new HashMap<>();
        Tally all = new Tally();
        count(tenant, campaign, from, until, (id, site, what, phase, many) -> {
            all.add(what, phase, many);
            sites.computeIfAbsent(site, path -> new Tally()).add(what, phase, many);
            ofCampaigns.computeIfAbsent(id, key -> new Tally()).add(what, phase, many);
        });
        boolean truncated = missed.forEach(
                new MissedWindows.Question(tenant, campaign, null, from, until),
                (id, nodes, many, window, start, end, reason) -> {
                    all.miss(reason, many);
                    sites.computeIfAbsent(nodes.sitePath(), path -> new Tally()).miss(reason, many);
                    ofCampaigns.computeIfAbsent(id, key -> new Tally()).miss(reason, many);
                });
        Map<UUID, String> names = names(tenant, List.copyOf(ofCampaigns.keySet()));
        List<CampaignNight> byCampaign = new ArrayList<>();
        ofCampaigns.forEach((id, tally) ->
                byCampaign.add(new CampaignNight(id, names.getOrDefault(id, id.toString()), tally.counts())));
        byCampaign.sort(
                Comparator.comparingInt((CampaignNight night) -> night.counts().started())
                        .reversed()
                        .thenComparing(CampaignNight::name));
        List<SiteNight> bySite = new ArrayList<>();
        sites.forEach((path, tally) -> bySite.add(new SiteNight(path, tally.counts())));
        bySite.sort(Comparator.comparingInt((SiteNight night) -> night.counts().trouble())
                .reversed()
                .thenComparing(SiteNight::sitePath));
        return new NightReport(
                from,
                until,
                all.counts(),
                byCampaign,
                bySite.stream().limit(NightReport.MAX_SITES).toList(),
                truncated || bySite.size() > NightReport.MAX_SITES);
    }

    /**
     * One opening that a node missed.
     *
     * @param window its name; of a freeze, the freeze's
     */
    public record MissedOpening(String window, Instant start, Instant end, MissedWindows.Reason reason) {}

    /**
     * What a node missed, the latest first, at most {@value #MOST_OF_NODE}.
     *
     * @throws NotFound if the tenant has no such node
     */
    public List<MissedOpening> missedBy(NodeId node, Instant from, Instant until) {
        check(from, until);
        boolean known = jdbc.sql("select 1 from node where tenant_id = :tenant and id = :node")
                .param("tenant", CallContext.current().tenant().value())
                .param("node", node.value())
                .query(Integer.class)
                .optional()
                .isPresent();
        if (!known) {
            throw new NotFound("node", node.toString());
        }
        List<MissedOpening> openings = new ArrayList<>();
        missed.forEach(
                new MissedWindows.Question(CallContext.current().tenant(), null, node, from, until),
                (id, nodes, many, window, start, end, reason) ->
                        openings.add(new MissedOpening(window, start, end, reason)));
        openings.sort(Comparator.comparing(MissedOpening::end).reversed());
        return openings.stream().limit(MOST_OF_NODE).toList();
    }

    /** What may have happened. */
    private enum What {
        STARTED,
        UNUSED,
        DOWNLOADED,
        CONFIRMED,
        ROLLED_BACK,
        LOST,
        FAILED,
        CANCELED
    }

    @FunctionalInterface
    private interface Counted {
        void count(UUID campaign, String site, What what, @Nullable FailurePhase phase, int many);
    }

    private void count(TenantId tenant, @Nullable CampaignId campaign, Instant from, Instant until, Counted visitor) {
        String ofCampaign = campaign == null ? "" : "and %s.campaign_id = :campaign";
        Map<String, Object> params = new HashMap<>(Map.of(
                "tenant",
                tenant.value(),
                "from",
                from.atOffset(ZoneOffset.UTC),
                "until",
                until.atOffset(ZoneOffset.UTC),
                "fromId",
                MissedWindows.firstId(from),
                "untilId",
                MissedWindows.firstId(until)));
        if (campaign != null) {
            params.put("campaign", campaign.value());
        }
        jdbc.sql("""
                        with happened as (
                            -- Ids are in the order of time, so that only these hours are read.
                            select u.campaign_id, t.node_id,
                                   case when t.to_state = 'SUPERSEDED' then 'CANCELED' else t.to_state end as what,
                                   case when t.to_state = 'FAILED' then u.failure_phase end as phase
                            from update_transition t
                            join node_update u on (u.tenant_id, u.id) = (t.tenant_id, t.update_id)
                            where t.tenant_id = :tenant and t.id >= :fromId and t.id < :untilId
                              and t.to_state in ('DOWNLOADED', 'CONFIRMED', 'ROLLED_BACK', 'LOST', 'FAILED', 'CANCELED',
                                                 'SUPERSEDED')
                              %s
                            union all
                            select p.campaign_id, p.node_id, 'STARTED', null
                            from permit p
                            where p.tenant_id = :tenant and p.id >= :fromId and p.id < :untilId %s
                            union all
                            select p.campaign_id, p.node_id, 'UNUSED', null
                            from permit p
                            -- A permit ends a week after its grant at the latest, and its boot deadline is a day at most.
                            where p.tenant_id = :tenant and p.id >= :longBeforeId and p.id < :untilId
                              and p.outcome = 'EXPIRED' and p.ended_at >= :from and p.ended_at < :until %s
                        ), by_site as (
                            select happened.campaign_id, n.site_id, what, phase, count(*) as many
                            from happened join node n on (n.tenant_id, n.id) = (:tenant, happened.node_id)
                            group by happened.campaign_id, n.site_id, what, phase
                        )
                        select by_site.*, s.path
                        from by_site join site s on (s.tenant_id, s.id) = (:tenant, by_site.site_id)
                        """.formatted(ofCampaign.formatted("u"), ofCampaign.formatted("p"), ofCampaign.formatted("p")))
                .params(params)
                .param("longBeforeId", MissedWindows.firstId(from.minus(Duration.ofDays(9))))
                .query(row -> {
                    String phase = row.getString("phase");
                    visitor.count(
                            row.getObject("campaign_id", UUID.class),
                            row.getString("path"),
                            What.valueOf(row.getString("what")),
                            phase == null ? null : FailurePhase.valueOf(phase),
                            row.getInt("many"));
                });
    }

    private Map<UUID, String> names(TenantId tenant, List<UUID> ids) {
        Map<UUID, String> names = new HashMap<>();
        jdbc.sql("select id, name from campaign where tenant_id = :tenant and id = any (:ids)")
                .param("tenant", tenant.value())
                .param("ids", ids.toArray(UUID[]::new))
                .query((row, number) -> names.put(row.getObject("id", UUID.class), row.getString("name")))
                .list();
        return names;
    }

    private static final class Tally {
        private final Map<What, Integer> counts = new EnumMap<>(What.class);
        private final Map<FailurePhase, Integer> failed = new EnumMap<>(FailurePhase.class);
        private final Map<MissedWindows.Reason, Integer> misses = new EnumMap<>(MissedWindows.Reason.class);

        void add(What what, @Nullable FailurePhase phase, int many) {
            counts.merge(what, many, Integer::sum);
            if (phase != null) {
                failed.merge(phase, many, Integer::sum);
            }
        }

        void miss(MissedWindows.Reason reason, int many) {
            misses.merge(reason, many, Integer::sum);
        }

        private int of(What what) {
            return counts.getOrDefault(what, 0);
        }

        Counts counts() {
            List<Missed> missed = new ArrayList<>();
            misses.forEach((reason, windows) -> missed.add(new Missed(reason, windows)));
            missed.sort(Comparator.comparingInt(Missed::windows).reversed());
            return new Counts(
                    of(What.STARTED),
                    of(What.DOWNLOADED),
                    of(What.CONFIRMED),
                    of(What.ROLLED_BACK),
                    of(What.LOST),
                    failed,
                    of(What.CANCELED),
                    of(What.UNUSED),
                    missed);
        }
    }
}

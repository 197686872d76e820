package org.maintenancemanager.core.forecast;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.CampaignView;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.campaign.MembershipPreview;
import org.maintenancemanager.core.forecast.ForecastMaker.Made;
import org.maintenancemanager.core.forecast.Plan.Comparison;
import org.maintenancemanager.core.forecast.Plan.SiteLoad;
import org.maintenancemanager.core.forecast.Plan.Skip;
import org.maintenancemanager.core.forecast.Plan.Summary;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.update.Overloaded;
import org.maintenancemanager.core.update.SkipReasons;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Says what campaigns would come to, in the tenant of the call; changes nothing. */
@Service
public class Planner {
    /** Larger campaigns are split by their selectors. */
    public static final int MOST_NODES = 1_000_000;

    private static final int RETRY_SECONDS = 10;

    private final Campaigns campaigns;
    private final MembershipPreview preview;
    private final ForecastMaker maker;
    private final ForecastRows rows;
    private final JdbcClient jdbc;
    private final Semaphore desks;
    private final Timer timer;

    Planner(
            Campaigns campaigns,
            MembershipPreview preview,
            ForecastMaker maker,
            ForecastRows rows,
            JdbcClient jdbc,
            MeterRegistry meters,
            @Value("${manager.forecast.concurrent-plans:2}") int concurrentPlans) {
        this.campaigns = campaigns;
        this.preview = preview;
        this.maker = maker;
        this.rows = rows;
        this.jdbc = jdbc;
        this.desks = new Semaphore(concurrentPlans);
        this.timer = Timer.builder("manager.forecast")
                .tag("kind", "plan")
                .description("how long it takes to make a forecast")
                .register(meters);
    }

    /**
     * What this campaign would come to.
     *
     * @param before a plan to compare with
     * @throws InvalidInput if it would not be made, or chooses more than {@link #MOST_NODES} nodes
     * @throws Overloaded when too many plans are being made
     */
    public Plan plan(CampaignSpec spec, @Nullable Summary before) {
        // Drawn from what is asked, so that the same question has the same answer.
        long seed = UUID.nameUUIDFromBytes(spec.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .getLeastSignificantBits();
        CampaignSpec complete = campaigns.checked(spec);
        return bounded(() -> planned(complete, null, seed, before));
    }

    /**
     * What a campaign that exists will come to: from its start on, or from where it stands.
     *
     * @param before a plan to compare with; null: its first forecast, if it has one
     * @throws NotFound if the tenant has no such campaign
     * @throws Conflict if it has ended
     */
    public Plan plan(CampaignId id, @Nullable Summary before) {
        CampaignView campaign = campaigns.load(id);
        if (campaign.state().isEnded()) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    "the campaign is %s; there is nothing left to plan".formatted(campaign.state()));
        }
        boolean started = campaign.state() == CampaignState.RUNNING || campaign.state() == CampaignState.PAUSED;
        if (!started) {
            return bounded(() -> planned(
                    campaign.spec(), campaign.life().rollbackOf(), id.value().getLeastSignificantBits(), before));
        }
        Summary first = before != null
                ? before
                : rows.find(tenant(), id).map(RunningForecast::first).orElse(null);
        return bounded(() -> shown(maker.standing(tenant(), campaign), first));
    }

    private Plan planned(CampaignSpec spec, @Nullable CampaignId rollbackOf, long seed, @Nullable Summary before) {
        if (preview.matching(tenant(), spec, rollbackOf, MOST_NODES + 1) > MOST_NODES) {
            throw InvalidInput.at(
                    spec.allNodes() ? "/allNodes" : "/selector",
                    "chooses more than the %,d nodes that can be planned at once; plan parts of them"
                            .formatted(MOST_NODES));
        }
        return shown(maker.planned(tenant(), spec, rollbackOf, seed), before);
    }

    private Plan bounded(Supplier<Plan> plan) {
        if (!desks.tryAcquire()) {
            throw new Overloaded(RETRY_SECONDS);
        }
        try {
            return java.util.Objects.requireNonNull(timer.record(plan));
        } finally {
            desks.release();
        }
    }

    private Plan shown(Made made, @Nullable Summary before) {
        List<SiteLoad> sites = new ArrayList<>();
        long bytes = 0;
        for (Map.Entry<String, ForecastMaker.SiteNeeds> site : made.sites().entrySet()) {
            bytes += site.getValue().bytes();
            sites.add(new SiteLoad(
                    site.getKey(), site.getValue().nodes(), site.getValue().bytes()));
        }
        sites.sort(Comparator.comparingLong(SiteLoad::bytes).reversed().thenComparing(SiteLoad::sitePath));
        return new Plan(
                rows.zone(tenant()),
                made.selected(),
                made.skips().entrySet().stream()
                        .map(skip -> new Skip(skip.getKey(), skip.getValue(), SkipReasons.sentence(skip.getKey())))
                        .sorted(Comparator.comparingInt(Skip::nodes).reversed().thenComparing(Skip::code))
                        .toList(),
                made.findings(),
                made.forecast(),
                made.paths(),
                bytes,
                sites.stream().limit(Plan.MAX_SITES).toList(),
                sites.size() > Plan.MAX_SITES,
                made.assumptions(),
                before == null ? null : Comparison.of(before, Summary.of(made.forecast())));
    }

    private static TenantId tenant() {
        return CallContext.current().tenant();
    }
}

package org.maintenancemanager.core.forecast;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignView;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.forecast.ForecastMaker.Made;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.update.Overloaded;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/** The forecasts of campaigns that have started, kept and made anew as time passes. */
@Service
public class Forecasts {
    private static final Logger LOG = LoggerFactory.getLogger(Forecasts.class);

    private static final Duration AT_MOST_EVERY = Duration.ofMinutes(1);
    /** A forecast that takes a second is made every fifty seconds at most: the ticks use 2 % of a core. */
    private static final int SHARE_OF_TIME = 50;

    private static final int A_TICK = 20;
    private static final Duration LONGEST_TICK = Duration.ofSeconds(5);
    private static final int RETRY_SECONDS = 5;

    private final Campaigns campaigns;
    private final ForecastMaker maker;
    private final ForecastRows rows;
    /** A start is looked at by many at once, before the first tick. */
    private final Semaphore onDemand = new Semaphore(1);

    private final Timer timer;
    private volatile double oldestSeconds;

    Forecasts(Campaigns campaigns, ForecastMaker maker, ForecastRows rows, MeterRegistry meters) {
        this.campaigns = campaigns;
        this.maker = maker;
        this.rows = rows;
        this.timer = Timer.builder("manager.forecast")
                .tag("kind", "running")
                .description("how long it takes to make a forecast")
                .register(meters);
        Gauge.builder("manager.forecast.age", this, it -> it.oldestSeconds)
                .description("the age of the oldest forecast of a running campaign")
                .baseUnit("seconds")
                .register(meters);
    }

    /**
     * The latest forecast of a campaign that has started.
     *
     * @throws NotFound if the tenant has no such campaign
     * @throws Conflict if it has not started
     * @throws Overloaded while others wait for the first forecast of theirs
     */
    public RunningForecast load(CampaignId id) {
        CampaignView campaign = campaigns.load(id);
        if (campaign.startedAt() == null) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    "the campaign is %s; POST /api/v1/campaigns:plan says what it would come to"
                            .formatted(campaign.state()));
        }
        TenantId tenant = CallContext.current().tenant();
        return rows.find(tenant, id).orElseGet(() -> now(tenant, campaign));
    }

    private RunningForecast now(TenantId tenant, CampaignView campaign) {
        if (!onDemand.tryAcquire()) {
            throw new Overloaded(RETRY_SECONDS);
        }
        try {
            return make(tenant, campaign);
        } finally {
            onDemand.release();
        }
    }

    private RunningForecast make(TenantId tenant, CampaignView campaign) {
        long started = System.nanoTime();
        Made made = maker.standing(tenant, campaign);
        Duration took = Duration.ofNanos(System.nanoTime() - started);
        timer.record(took);
        return new RunningForecast(
                campaign.id(),
                rows.zone(tenant),
                made.forecast(),
                rows.actual(tenant, campaign.id()),
                made.assumptions(),
                Plan.Summary.of(made.forecast()),
                took);
    }

    /** Makes those anew that are due, as many as fit into some seconds. One that fails does not keep the others from it. */
    public void refresh() {
        long until = System.nanoTime() + LONGEST_TICK.toNanos();
        for (ForecastRows.Due due : EveryTenant.get(() -> rows.due(AT_MOST_EVERY, SHARE_OF_TIME, A_TICK))) {
            if (System.nanoTime() - until > 0) {
                break;
            }
            try {
                CallContext.system(due.tenant(), "forecast")
                        .run(() -> rows.keep(due.tenant(), make(due.tenant(), campaigns.load(due.campaign()))));
            } catch (RuntimeException e) {
                LOG.warn("no forecast could be made of campaign {}; the others go on", due.campaign(), e);
            }
        }
        oldestSeconds = EveryTenant.get(rows::oldestSeconds);
    }
}

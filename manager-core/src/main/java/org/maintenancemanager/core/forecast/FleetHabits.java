package org.maintenancemanager.core.forecast;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.BudgetId;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.forecast.Assembly.Measured;
import org.maintenancemanager.core.forecast.ForecastFacts.Took;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.update.HardwareTimings;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What the nodes of a tenant did lately: how fast they load, how often their updates fail, what their hardware takes. */
@Component
class FleetHabits {
    /** Fewer say nothing. */
    private static final int FEWEST_DOWNLOADS = 20;

    private static final int DOWNLOADS = 500;
    private static final int TRANSITIONS = 20_000;
    private static final int UPDATES = 1000;

    /** Earlier campaigns count as so many updates at most: the next image is another one. */
    private static final double WEIGHT_OF_THE_PAST = 100;

    private static final double USUAL_FAILURES = 0.02;
    private static final double WEIGHT_OF_THE_USUAL = 25;

    /** Where nothing was measured, half of the updates are assumed to take so much of what 95 of 100 take. */
    private static final double HALF_TAKE = 0.6;

    private static final double SLOW_DOWNLOAD = 4;

    private final JdbcClient jdbc;
    private final HardwareTimings timings;
    private final long assumedRate;

    FleetHabits(
            JdbcClient jdbc,
            HardwareTimings timings,
            @Value("${manager.forecast.download-rate:1000000}") long assumedRate) {
        if (assumedRate < 1) {
            throw new IllegalArgumentException(
                    "manager.forecast.download-rate is %d; expected at least 1 byte/s".formatted(assumedRate));
        }
        this.jdbc = jdbc;
        this.timings = timings;
        this.assumedRate = assumedRate;
    }

    Measured measured(TenantId tenant, long imageBytes) {
        Map<String, Took> byHardware = new HashMap<>();
        timings.list()
                .forEach(timing ->
                        byHardware.put(timing.hardware(), new Took(timing.p50(), timing.p95(), timing.samples())));
        Duration unmeasured = timings.unmeasured();
        var otherwise = new Took(Duration.ofMillis(Math.round(unmeasured.toMillis() * HALF_TAKE)), unmeasured, 0);
        return new Measured(byHardware, otherwise, download(tenant, imageBytes), imageBytes);
    }

    /** From the beginning of a download to the node's word that it verified it, in the latest of thirty days. */
    private Took download(TenantId tenant, long imageBytes) {
        return jdbc.sql("""
                        with finished as (
                            select done.update_id, done.at
                            -- Ids are in the order of time; however few of them are downloads, it looks no further back.
                            from (select * from update_transition where tenant_id = :tenant order by id desc limit :transitions) done
                            where done.to_state = 'DOWNLOADED' and done.from_state = 'DOWNLOADING'
                              and done.at > now() - interval '30 days'
                            order by done.id desc
                            limit :downloads
                        )
                        select count(*) as samples,
                               percentile_cont(array[0.5, 0.95]) within group (
                                   order by extract(epoch from finished.at - began.at) / image.size_bytes) as seconds_per_byte
                        from finished
                        join lateral (
                            select max(begin.at) as at from update_transition begin
                            where begin.tenant_id = :tenant and begin.update_id = finished.update_id
                              and begin.to_state = 'DOWNLOADING'
                        ) began on began.at < finished.at
                        join node_update u on (u.tenant_id, u.id) = (:tenant, finished.update_id)
                        join image on (image.tenant_id, image.id) = (:tenant, u.image_id)
                        where image.size_bytes > 0
                        """)
                .param("tenant", tenant.value())
                .param("transitions", TRANSITIONS)
                .param("downloads", DOWNLOADS)
                .query((row, number) -> {
                    int samples = row.getInt("samples");
                    if (samples < FEWEST_DOWNLOADS) {
                        double seconds = imageBytes / (double) assumedRate;
                        return new Took(length(seconds), length(SLOW_DOWNLOAD * seconds), 0);
                    }
                    Double[] percentiles =
                            (Double[]) row.getArray("seconds_per_byte").getArray();
                    return new Took(length(percentiles[0] * imageBytes), length(percentiles[1] * imageBytes), samples);
                })
                .single();
    }

    private static Duration length(double seconds) {
        return Duration.ofMillis(Math.max(1, Math.round(1000 * seconds)));
    }

    /** Updates, as if they belonged to this campaign: how many ended, and how many of them badly. */
    record Past(double finished, double failed) {}

    Past past(TenantId tenant) {
        return jdbc.sql("""
                        select count(*) as finished, count(*) filter (where state <> 'CONFIRMED') as failed
                        from (
                            select u.state
                            from permit p join node_update u on (u.tenant_id, u.id) = (p.tenant_id, p.update_id)
                            where p.tenant_id = :tenant and p.outcome = 'FINISHED'
                            order by p.ended_at desc
                            limit :updates
                        ) latest
                        """)
                .param("tenant", tenant.value())
                .param("updates", UPDATES)
                .query((row, number) -> {
                    double finished = row.getInt("finished");
                    double weight = finished > WEIGHT_OF_THE_PAST ? WEIGHT_OF_THE_PAST / finished : 1;
                    return new Past(
                            finished * weight + WEIGHT_OF_THE_USUAL,
                            row.getInt("failed") * weight + USUAL_FAILURES * WEIGHT_OF_THE_USUAL);
                })
                .single();
    }

    /** Slots of each budget that permits of this campaign have taken. */
    Map<BudgetId, Integer> slots(TenantId tenant, CampaignId campaign) {
        Map<BudgetId, Integer> slots = new HashMap<>();
        jdbc.sql("""
                        select budget, count(*) as slots
                        from permit p cross join unnest(p.budget_ids) as budget
                        where p.tenant_id = :tenant and p.campaign_id = :campaign and p.ended_at is null
                        group by budget
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .query((row, number) ->
                        slots.put(new BudgetId(row.getObject("budget", UUID.class)), row.getInt("slots")))
                .list();
        return slots;
    }

    /** What the tenant's cap leaves beside other campaigns; null: no cap. */
    @Nullable
    Integer slotsOfTenant(TenantId tenant, int ownInFlight) {
        return jdbc.sql("select max_in_flight, in_flight from tenant where id = :tenant")
                .param("tenant", tenant.value())
                .query((row, number) -> {
                    Integer cap = row.getObject("max_in_flight", Integer.class);
                    return new Cap(
                            cap == null ? null : Math.max(0, cap - Math.max(0, row.getInt("in_flight") - ownInFlight)));
                })
                .single()
                .slots;
    }

    private record Cap(@Nullable Integer slots) {}
}

package org.maintenancemanager.core.forecast;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.forecast.Plan.Summary;
import org.maintenancemanager.core.forecast.RunningForecast.Actual;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Keeps the latest forecast of each campaign, and what is compared of its first. */
@Component
class ForecastRows {
    private static final int POINTS = 60;

    private final JdbcClient jdbc;
    private final JsonMapper json;

    ForecastRows(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** The zone that a person at the tenant expects times in. */
    ZoneId zone(TenantId tenant) {
        return ZoneId.of(jdbc.sql("select zone from tenant where id = :tenant")
                .param("tenant", tenant.value())
                .query(String.class)
                .single());
    }

    Optional<RunningForecast> find(TenantId tenant, CampaignId campaign) {
        return jdbc.sql("""
                        select f.*, t.zone
                        from campaign_forecast f join tenant t on t.id = f.tenant_id
                        where f.tenant_id = :tenant and f.campaign_id = :campaign
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .query((row, number) -> forecast(row))
                .optional();
    }

    private RunningForecast forecast(ResultSet row) throws SQLException {
        return new RunningForecast(
                new CampaignId(row.getObject("campaign_id", UUID.class)),
                ZoneId.of(row.getString("zone")),
                json.readValue(row.getString("forecast"), Forecast.class),
                List.of(json.readValue(row.getString("actual"), Actual[].class)),
                Arrays.asList((String[]) row.getArray("assumptions").getArray()),
                new Summary(
                        row.getObject("first_at", OffsetDateTime.class).toInstant(),
                        row.getInt("first_members"),
                        instant(row, "first_p50"),
                        instant(row, "first_p90")),
                Duration.ofMillis(row.getInt("took_ms")));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    /** Replaces the latest; the first stays. */
    void keep(TenantId tenant, RunningForecast made) {
        Forecast forecast = made.forecast();
        jdbc.sql("""
                        insert into campaign_forecast
                            (tenant_id, campaign_id, made_at, took_ms, forecast, actual, assumptions,
                             first_at, first_members, first_p50, first_p90)
                        values (:tenant, :campaign, :at, :took, :forecast::jsonb, :actual::jsonb, :assumptions,
                                :at, :members, :p50, :p90)
                        on conflict (tenant_id, campaign_id) do update
                        set made_at = excluded.made_at, took_ms = excluded.took_ms, forecast = excluded.forecast,
                            actual = excluded.actual, assumptions = excluded.assumptions
                        where campaign_forecast.made_at <= excluded.made_at
                        """)
                .param("tenant", tenant.value())
                .param("campaign", made.campaign().value())
                .param("at", forecast.at().atOffset(ZoneOffset.UTC))
                .param("took", made.took().toMillis())
                .param("forecast", json.writeValueAsString(forecast))
                .param("actual", json.writeValueAsString(made.actual()))
                .param("assumptions", made.assumptions().toArray(String[]::new))
                .param("members", forecast.members())
                .param("p50", offset(forecast.end().p50()), java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                .param("p90", offset(forecast.end().p90()), java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                .update();
    }

    private static @Nullable OffsetDateTime offset(@Nullable Instant at) {
        return at == null ? null : at.atOffset(ZoneOffset.UTC);
    }

    /** What came of a campaign from its start until now, or until its end. */
    List<Actual> actual(TenantId tenant, CampaignId campaign) {
        List<Actual> points = new ArrayList<>();
        int[] sums = new int[2];
        jdbc.sql("""
                        with span as (
                            select started_at as began, greatest(coalesce(ended_at, now()), started_at + interval '1 second') as ended
                            from campaign
                            where tenant_id = :tenant and id = :campaign and started_at is not null
                        ), counted as (
                            select least(width_bucket(extract(epoch from u.state_since), extract(epoch from began),
                                                      extract(epoch from ended), :points), :points) as part,
                                   count(*) filter (where u.state = 'CONFIRMED') as confirmed,
                                   count(*) filter (where u.state <> 'CONFIRMED') as failed
                            from node_update u cross join span
                            where u.tenant_id = :tenant and u.campaign_id = :campaign
                              and u.state in ('CONFIRMED', 'FAILED', 'ROLLED_BACK', 'LOST')
                            group by part
                        )
                        select began + (ended - began) * bucket / :points as at,
                               coalesce(confirmed, 0) as confirmed, coalesce(failed, 0) as failed
                        from span
                        cross join generate_series(0, :points) as bucket
                        left join counted on counted.part = bucket
                        order by bucket
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .param("points", POINTS)
                .query((row, number) -> {
                    sums[0] += row.getInt("confirmed");
                    sums[1] += row.getInt("failed");
                    return points.add(
                            new Actual(row.getObject("at", OffsetDateTime.class).toInstant(), sums[0], sums[1]));
                })
                .list();
        return points;
    }

    /** Campaigns whose forecast is due, those without one first. */
    List<Due> due(Duration atMostEvery, int shareOfTime, int limit) {
        return jdbc.sql("""
                        select c.tenant_id, c.id
                        from campaign c
                        left join campaign_forecast f on (f.tenant_id, f.campaign_id) = (c.tenant_id, c.id)
                        where c.state in ('RUNNING', 'PAUSED')
                              and (f.made_at is null
                                   or f.made_at < now() - greatest(make_interval(secs => :seconds),
                                                                   interval '1 millisecond' * f.took_ms * :share))
                           or c.ended_at > f.made_at
                        order by f.made_at nulls first
                        limit :limit
                        """)
                .param("seconds", atMostEvery.toSeconds())
                .param("share", shareOfTime)
                .param("limit", limit)
                .query((row, number) -> new Due(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        new CampaignId(row.getObject("id", UUID.class))))
                .list();
    }

    record Due(TenantId tenant, CampaignId campaign) {}

    /** The age of the oldest forecast of a campaign that has not ended, in seconds; of one without, since its start. */
    double oldestSeconds() {
        return jdbc.sql("""
                        select coalesce(extract(epoch from now() - min(coalesce(f.made_at, c.started_at))), 0)
                        from campaign c
                        left join campaign_forecast f on (f.tenant_id, f.campaign_id) = (c.tenant_id, c.id)
                        where c.state in ('RUNNING', 'PAUSED')
                        """).query(Double.class).single();
    }
}

package org.maintenancemanager.core.update;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.decision.NeededTime;
import org.maintenancemanager.core.decision.NeededTime.Source;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.window.NeededTimes;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * How long updates take, by hardware: from the grant of the permit to the confirmation, in the latest {@value #SAMPLES}
 * confirmed updates of half a year. Counted in the database every ten minutes.
 */
@Component
public class HardwareTimings implements NeededTimes {
    private static final int SAMPLES = 500;
    /** Of fewer, one slow node decides what the P95 is. */
    private static final int FEWEST_SAMPLES = 20;

    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(1);

    private final JdbcClient jdbc;
    private final ChangeNotes notes;
    private final Duration unmeasured;

    HardwareTimings(
            JdbcClient jdbc, ChangeNotes notes, @Value("${manager.update.needed-time:PT15M}") Duration unmeasured) {
        if (unmeasured.compareTo(SHORTEST) < 0 || unmeasured.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "manager.update.needed-time is %s; allowed are %s to %s".formatted(unmeasured, SHORTEST, LONGEST));
        }
        this.jdbc = jdbc;
        this.notes = notes;
        this.unmeasured = unmeasured;
    }

    /**
     * What one hardware takes.
     *
     * @param hardware as nodes report it
     * @param samples updates that it was measured from
     * @param p50 half of them took no longer
     * @param p95 95 of 100 took no longer
     */
    public record Timing(String hardware, int samples, Duration p50, Duration p95, Instant refreshedAt) {}

    /** Those of one tenant. */
    static final class Measured {
        private final Map<String, NeededTime> byHardware;
        private final NeededTime otherwise;

        private Measured(Map<String, NeededTime> byHardware, NeededTime otherwise) {
            this.byHardware = Map.copyOf(byHardware);
            this.otherwise = otherwise;
        }

        NeededTime of(@Nullable String hardware) {
            return hardware == null ? otherwise : byHardware.getOrDefault(hardware, otherwise);
        }
    }

    Measured measured(TenantId tenant) {
        var byHardware = new HashMap<String, NeededTime>();
        list(tenant)
                .forEach(timing ->
                        byHardware.put(timing.hardware, new NeededTime(timing.p95, Source.MEASURED, timing.samples)));
        return new Measured(byHardware, new NeededTime(unmeasured, Source.DEFAULT, 0));
    }

    @Override
    public Of of(TenantId tenant) {
        Measured measured = measured(tenant);
        return hardware -> measured.of(hardware).time();
    }

    /** What counts for hardware that has not been measured. */
    public Duration unmeasured() {
        return unmeasured;
    }

    /** Those of the tenant of the call, by the name of the hardware. */
    public List<Timing> list() {
        return list(CallContext.current().tenant());
    }

    private List<Timing> list(TenantId tenant) {
        return CallContext.system(tenant, "hardware timings").get(() -> read(tenant));
    }

    private List<Timing> read(TenantId tenant) {
        return jdbc.sql("""
                        select hardware, samples, p50_seconds, p95_seconds, refreshed_at
                        from hardware_timing
                        where tenant_id = :tenant
                        order by hardware
                        """)
                .param("tenant", tenant.value())
                .query((row, number) -> new Timing(
                        row.getString("hardware"),
                        row.getInt("samples"),
                        Duration.ofSeconds(row.getInt("p50_seconds")),
                        Duration.ofSeconds(row.getInt("p95_seconds")),
                        row.getObject("refreshed_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** Measures again. Tenants of which a P95 changed are told, so that decisions follow within seconds. */
    @Transactional
    public void refresh() {
        List<TenantId> changed = EveryTenant.get(() -> jdbc.sql("""
                        with finished as (
                            select p.tenant_id, n.hardware, extract(epoch from p.ended_at - p.granted_at) seconds,
                                   row_number() over (partition by p.tenant_id, n.hardware order by p.ended_at desc) latest
                            from permit p
                            join node_update u on (u.tenant_id, u.id) = (p.tenant_id, p.update_id)
                            join node n on (n.tenant_id, n.id) = (p.tenant_id, p.node_id)
                            where p.outcome = 'FINISHED' and p.ended_at > now() - interval '180 days'
                              and u.state = 'CONFIRMED' and n.hardware is not null
                        ),
                        measured as (
                            select tenant_id, hardware, count(*) samples,
                                   percentile_cont(array[0.5, 0.95]) within group (order by seconds) percentiles
                            from finished
                            where latest <= :samples
                            group by tenant_id, hardware
                            having count(*) >= :fewest
                        ),
                        bounded as (
                            select tenant_id, hardware, samples,
                                   least(greatest(ceil(percentiles[1]), :shortest), :longest) p50,
                                   least(greatest(ceil(percentiles[2]), :shortest), :longest) p95
                            from measured
                        ),
                        before as (
                            select tenant_id, hardware, p95_seconds from hardware_timing
                        ),
                        written as (
                            insert into hardware_timing as kept
                                (tenant_id, hardware, samples, p50_seconds, p95_seconds)
                            select tenant_id, hardware, samples, p50, p95 from bounded
                            on conflict (tenant_id, hardware) do update
                            set samples = excluded.samples, p50_seconds = excluded.p50_seconds,
                                p95_seconds = excluded.p95_seconds, refreshed_at = now()
                            where (kept.samples, kept.p50_seconds, kept.p95_seconds)
                                is distinct from (excluded.samples, excluded.p50_seconds, excluded.p95_seconds)
                            returning tenant_id, hardware, p95_seconds
                        )
                        select distinct written.tenant_id
                        from written left join before using (tenant_id, hardware)
                        where written.p95_seconds is distinct from before.p95_seconds
                        """)
                .param("samples", SAMPLES)
                .param("fewest", FEWEST_SAMPLES)
                .param("shortest", SHORTEST.toSeconds())
                .param("longest", LONGEST.toSeconds())
                .query((row, number) -> new TenantId(row.getObject("tenant_id", UUID.class)))
                .list());
        changed.forEach(notes::tenantChanged);
    }
}

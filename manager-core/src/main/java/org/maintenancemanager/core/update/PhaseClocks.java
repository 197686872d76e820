package org.maintenancemanager.core.update;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Watches that no phase of an update takes longer than its campaign allows. What counts is the time in which the node was
 * permitted to work: for a download, while its campaign ran; for the rest, since its permit was granted. A clock is looked at
 * when it may have run down, and set again when it has not.
 */
@Component
class PhaseClocks {
    private final JdbcClient jdbc;
    private final MeterRegistry meters;
    private final Duration unreachableAfter;

    PhaseClocks(
            JdbcClient jdbc,
            MeterRegistry meters,
            @Value("${manager.campaign.unreachable-after:PT15M}") Duration unreachableAfter) {
        this.jdbc = jdbc;
        this.meters = meters;
        this.unreachableAfter = unreachableAfter;
    }

    /** The phase that goes on in a state; null where the node waits or is done. */
    static @Nullable FailurePhase phase(UpdateState state) {
        return switch (state) {
            case DOWNLOADING -> FailurePhase.DOWNLOAD;
            case INSTALLING -> FailurePhase.INSTALL;
            case STAGED, REBOOTING -> FailurePhase.REBOOT;
            case TRIAL -> FailurePhase.TRIAL;
            case OFFERED, DOWNLOADED, CONFIRMED, FAILED, ROLLED_BACK, LOST, CANCELED, SUPERSEDED, SKIPPED -> null;
        };
    }

    /** Starts the clocks of the phases that updates have come to, and stops those of the phases that they left. */
    void set(TenantId tenant, List<Change> changes) {
        Map<UUID, Change> last = new LinkedHashMap<>();
        changes.stream().filter(Change::isTransition).forEach(change -> last.put(change.updateId(), change));
        if (last.isEmpty()) {
            return;
        }
        List<Change> rows = List.copyOf(last.values());
        jdbc.sql("""
                        with moved as materialized (
                            select moved.id, moved.state,
                                   cast(c.phase_limits ->> moved.phase as integer) as seconds
                            from unnest(:ids::uuid[], :campaigns::uuid[], :states::text[], :phases::text[])
                                as moved (id, campaign_id, state, phase)
                            join campaign c on c.tenant_id = :tenant and c.id = moved.campaign_id
                        ), stopped as (
                            delete from phase_clock clock using moved
                            where clock.tenant_id = :tenant and clock.update_id = moved.id and moved.seconds is null
                        )
                        insert into phase_clock (tenant_id, update_id, state, since, due_at)
                        select :tenant, id, state, now(), now() + make_interval(secs => seconds)
                        from moved where seconds is not null
                        on conflict (tenant_id, update_id) do update
                        set state = excluded.state, since = excluded.since, due_at = excluded.due_at
                        """)
                .param("tenant", tenant.value())
                .param("ids", Ledger.texts(rows, Change::updateId))
                .param("campaigns", Ledger.texts(rows, Change::campaignId))
                .param("states", Ledger.texts(rows, Change::to))
                .param("phases", Ledger.texts(rows, row -> phase(row.to())))
                .update();
    }

    /** A clock that is due. */
    private record Due(
            Change change, boolean stale, @Nullable Integer limitSeconds, double permittedSeconds, boolean heard) {}

    /**
     * Looks at clocks that are due, and sets those again that have not run down.
     *
     * @return the updates that took too long, locked; {@code looked} counts all clocks
     */
    List<Change> due(TenantId tenant, int most, Looked looked) {
        List<Due> dues = jdbc.sql("""
                        select u.id, u.node_id, u.campaign_id, u.wave, u.image_id, u.state, u.permit_id,
                               clock.state <> u.state or u.queued as stale,
                               cast(c.phase_limits ->> case u.state when 'DOWNLOADING' then 'DOWNLOAD'
                                                                    when 'INSTALLING' then 'INSTALL'
                                                                    when 'TRIAL' then 'TRIAL' else 'REBOOT' end
                                    as integer) as limit_seconds,
                               case when p.id is not null
                                        then extract(epoch from now() - greatest(clock.since, p.granted_at))
                                    when u.state in ('DOWNLOADING', 'INSTALLING')
                                        then (select coalesce(sum(extract(epoch from
                                                         coalesce(run.ended_at, now())
                                                         - greatest(run.began_at, clock.since))), 0)
                                              from campaign_run run
                                              where (run.tenant_id, run.campaign_id) = (u.tenant_id, u.campaign_id)
                                                and coalesce(run.ended_at, now()) > clock.since)
                                    else 0 end as permitted_seconds,
                               case when u.state = 'DOWNLOADING'
                                        then presence.last_seen_at > now() - make_interval(secs => :silent)
                                    else presence.last_seen_at > clock.since + interval '1 minute' end as heard
                        from phase_clock clock
                        join node_update u on (u.tenant_id, u.id) = (clock.tenant_id, clock.update_id)
                        join campaign c on (c.tenant_id, c.id) = (u.tenant_id, u.campaign_id)
                        left join permit p on (p.tenant_id, p.id) = (u.tenant_id, u.permit_id)
                        left join node_presence presence
                            on (presence.tenant_id, presence.node_id) = (u.tenant_id, u.node_id)
                        where clock.tenant_id = :tenant and clock.due_at < now()
                        order by u.id
                        limit :most
                        for update of u skip locked
                        """)
                .param("tenant", tenant.value())
                .param("silent", unreachableAfter.toSeconds())
                .param("most", most)
                .query((row, number) -> {
                    UpdateState state = UpdateState.valueOf(row.getString("state"));
                    boolean heard = row.getBoolean("heard");
                    FailurePhase phase = phase(state);
                    boolean fails = heard || phase == FailurePhase.DOWNLOAD;
                    return new Due(
                            new Change(
                                    row.getObject("id", UUID.class),
                                    row.getObject("node_id", UUID.class),
                                    row.getObject("campaign_id", UUID.class),
                                    row.getInt("wave"),
                                    row.getObject("image_id", UUID.class),
                                    state,
                                    fails ? UpdateState.FAILED : UpdateState.LOST,
                                    null,
                                    fails ? phase : null,
                                    fails ? "TIMEOUT" : "SILENT",
                                    null,
                                    row.getObject("permit_id", UUID.class),
                                    null,
                                    Change.Cause.TICK,
                                    "the phase took longer than its campaign allows"),
                            row.getBoolean("stale") || phase == null,
                            row.getObject("limit_seconds", Integer.class),
                            row.getDouble("permitted_seconds"),
                            heard);
                })
                .list();
        looked.clocks = dues.size();
        List<Change> late = new ArrayList<>();
        List<Due> stopped = new ArrayList<>();
        List<Due> again = new ArrayList<>();
        for (Due due : dues) {
            if (due.stale || due.limitSeconds == null) {
                stopped.add(due);
            } else if (due.permittedSeconds < due.limitSeconds || isAway(due)) {
                again.add(due);
            } else {
                late.add(due.change);
                Counter.builder("manager.timeouts")
                        .tag("phase", String.valueOf(phase(due.change.from())))
                        .description("updates that took longer in a phase than their campaign allows")
                        .register(meters)
                        .increment();
            }
        }
        stop(tenant, stopped);
        setAgain(tenant, again);
        return late;
    }

    /** How many clocks were looked at, whatever came of them. */
    static final class Looked {
        int clocks;
    }

    /** A node that is not there does not download: that is no failure, it goes on when it is back. */
    private static boolean isAway(Due due) {
        return due.change.from() == UpdateState.DOWNLOADING && !due.heard;
    }

    private void stop(TenantId tenant, List<Due> dues) {
        if (!dues.isEmpty()) {
            jdbc.sql("delete from phase_clock where tenant_id = :tenant and update_id = any (:ids::uuid[])")
                    .param("tenant", tenant.value())
                    .param("ids", Ledger.texts(dues, due -> due.change.updateId()))
                    .update();
        }
    }

    private void setAgain(TenantId tenant, List<Due> dues) {
        if (dues.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        update phase_clock clock
                        set due_at = now() + make_interval(secs => again.seconds)
                        from unnest(:ids::uuid[], :seconds::float8[]) as again (id, seconds)
                        where clock.tenant_id = :tenant and clock.update_id = again.id
                        """)
                .param("tenant", tenant.value())
                .param("ids", Ledger.texts(dues, due -> due.change.updateId()))
                .param(
                        "seconds",
                        dues.stream()
                                .map(due -> due.limitSeconds == null || isAway(due)
                                        ? unreachableAfter.toSeconds()
                                        : Math.max(1.0, due.limitSeconds - due.permittedSeconds))
                                .toArray(Double[]::new))
                .update();
    }
}

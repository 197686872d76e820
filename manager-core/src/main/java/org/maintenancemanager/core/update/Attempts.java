package org.maintenancemanager.core.update;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Plans the next attempt where an update failed and its campaign allows one. The failed update stays as it is; the attempt is
 * a new one that waits until its time has come. What rolled back is blocked, and never tried again by itself.
 */
@Component
class Attempts {
    private final JdbcClient jdbc;
    private final MeterRegistry meters;

    Attempts(JdbcClient jdbc, MeterRegistry meters) {
        this.jdbc = jdbc;
        this.meters = meters;
    }

    /** Under which name the campaign's rule for such a failure stands; null where there can be none. */
    private static @Nullable String phase(Change change) {
        return switch (change.to()) {
            case LOST -> "LOST";
            case FAILED -> change.phase() == null ? null : change.phase().name();
            case OFFERED,
                    DOWNLOADING,
                    DOWNLOADED,
                    INSTALLING,
                    STAGED,
                    REBOOTING,
                    TRIAL,
                    CONFIRMED,
                    ROLLED_BACK,
                    CANCELED,
                    SUPERSEDED,
                    SKIPPED -> null;
        };
    }

    /**
     * @param ended what has just ended, and is written
     * @return the updates that are followed by another attempt
     */
    Set<UUID> plan(TenantId tenant, List<Change> ended) {
        List<Change> failed =
                ended.stream().filter(change -> phase(change) != null).toList();
        if (failed.isEmpty()) {
            return Set.of();
        }
        Map<String, Change> byMember = new HashMap<>();
        failed.forEach(change -> byMember.put(change.campaignId() + " " + change.nodeId(), change));
        Set<UUID> followed = new HashSet<>();
        jdbc.sql("""
                        with failed as (
                            select u.*, outcome.phase, c.retries -> outcome.phase as rule
                            from unnest(:ids::uuid[], :phases::text[]) as outcome (id, phase)
                            join node_update u on u.tenant_id = :tenant and u.id = outcome.id
                            join campaign c on (c.tenant_id, c.id) = (u.tenant_id, u.campaign_id)
                            join node n on (n.tenant_id, n.id) = (u.tenant_id, u.node_id)
                            join image i on (i.tenant_id, i.id) = (u.tenant_id, u.image_id)
                            where c.state in ('RUNNING', 'PAUSED') and n.state <> 'DECOMMISSIONED'
                              and i.state = 'PUBLISHED' and c.retries -> outcome.phase is not null
                              and not exists (select from node_block block
                                              where (block.tenant_id, block.node_id, block.image_id)
                                                    = (u.tenant_id, u.node_id, u.image_id))
                        ), counted as (
                            select failed.*,
                                   (select count(*) from node_update before
                                    where (before.tenant_id, before.campaign_id, before.wave, before.node_id)
                                          = (failed.tenant_id, failed.campaign_id, failed.wave, failed.node_id)
                                      and before.image_id = failed.image_id
                                      and before.state in ('FAILED', 'LOST')
                                      and coalesce(before.failure_phase, before.state) = failed.phase) as times
                            from failed
                        )
                        insert into node_update
                            (tenant_id, id, node_id, campaign_id, wave, attempt, image_id, from_sha256, not_before)
                        select tenant_id, new_id(), node_id, campaign_id, wave, attempt + 1, image_id, from_sha256,
                               now() + make_interval(secs => least(604800,
                                   cast(rule ->> 'backoffSeconds' as float8) * power(2, times - 1)))
                        from counted
                        where times <= cast(rule ->> 'limit' as integer)
                        order by node_id
                        returning campaign_id, node_id
                        """)
                .param("tenant", tenant.value())
                .param("ids", Ledger.texts(failed, Change::updateId))
                .param("phases", Ledger.texts(failed, Attempts::phase))
                .query((row, number) -> {
                    Change change = byMember.get(row.getString("campaign_id") + " " + row.getString("node_id"));
                    if (change != null) {
                        followed.add(change.updateId());
                        Counter.builder("manager.retries")
                                .tag("phase", String.valueOf(phase(change)))
                                .description("attempts that follow a failed one, by what failed")
                                .register(meters)
                                .increment();
                    }
                    return followed;
                })
                .list();
        return followed;
    }
}

package org.maintenancemanager.core.overview;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maintenancemanager.api.admin.FleetCounts;
import org.maintenancemanager.api.admin.Overview;
import org.maintenancemanager.api.admin.VersionCount;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Counts, and keeps what was counted: one row a tenant. */
@Repository
class OverviewRows {
    private static final int MOST_VERSIONS = 12;

    private final JdbcClient jdbc;
    private final JsonMapper json;

    OverviewRows(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** @param effort that counting took */
    record Row(Instant countedAt, Duration effort, FleetCounts counts) {
        Overview overview(boolean refreshing) {
            return new Overview(countedAt, refreshing, counts);
        }
    }

    Optional<Row> find(TenantId tenant) {
        return jdbc.sql("select counted_at, effort_millis, counts from overview where tenant_id = :tenant")
                .param("tenant", tenant.value())
                .query((row, number) -> new Row(
                        row.getObject("counted_at", OffsetDateTime.class).toInstant(),
                        Duration.ofMillis(row.getLong("effort_millis")),
                        json.readValue(row.getString("counts"), FleetCounts.class)))
                .optional();
    }

    /** Counts, unless another replica does so now. */
    @Transactional
    public void count(TenantId tenant) {
        boolean mine = jdbc.sql("select pg_try_advisory_xact_lock(hashtextextended('overview ' || :tenant, 0))")
                .param("tenant", tenant.toString())
                .query(Boolean.class)
                .single();
        if (!mine && find(tenant).isPresent()) {
            return;
        }
        long start = System.nanoTime();
        FleetCounts counts = counted(tenant);
        jdbc.sql("""
                        insert into overview (tenant_id, counted_at, effort_millis, counts)
                        values (:tenant, now(), :effort, cast(:counts as jsonb))
                        on conflict (tenant_id) do update
                        set counted_at = excluded.counted_at, effort_millis = excluded.effort_millis,
                            counts = excluded.counts
                        """)
                .param("tenant", tenant.value())
                .param("effort", Duration.ofNanos(System.nanoTime() - start).toMillis())
                .param("counts", json.writeValueAsString(counts))
                .update();
    }

    private FleetCounts counted(TenantId tenant) {
        Map<String, Integer> states = grouped(tenant, """
                select state as word, count(*) as nodes from node where tenant_id = :tenant group by state
                """);
        Map<String, Integer> updates = grouped(tenant, """
                select state as word, count(*) as nodes from node_update
                where tenant_id = :tenant and active group by state
                """);
        Map<String, Integer> ends = grouped(tenant, """
                select state as word, count(*) as nodes from node_update
                where tenant_id = :tenant and not active and state_since > now() - interval '24 hours'
                group by state
                """);
        int silent = jdbc.sql("""
                        select count(*) from node_presence p
                        where p.tenant_id = :tenant and p.last_seen_at < now() - interval '1 hour'
                            and exists (
                                select from node n
                                where n.tenant_id = p.tenant_id and n.id = p.node_id and n.state = 'ACTIVE'
                            )
                        """)
                .param("tenant", tenant.value())
                .query(Integer.class)
                .single();
        List<VersionCount> versions = versions(tenant);
        return new FleetCounts(states, updates, ends, silent, versions);
    }

    private Map<String, Integer> grouped(TenantId tenant, String sql) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        jdbc.sql(sql)
                .param("tenant", tenant.value())
                .query((row, number) -> Map.entry(row.getString("word"), row.getInt("nodes")))
                .list()
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    /** The most frequent, and all others as one without a version. */
    private List<VersionCount> versions(TenantId tenant) {
        List<VersionCount> all = jdbc.sql("""
                        select s.image_version, count(*) as nodes
                        from node_slot s
                        join node n on n.tenant_id = s.tenant_id and n.id = s.node_id and n.state <> 'DECOMMISSIONED'
                        where s.tenant_id = :tenant and s.state = 'ACTIVE' and s.image_version is not null
                        group by s.image_version
                        order by nodes desc, s.image_version
                        """)
                .param("tenant", tenant.value())
                .query((row, number) -> new VersionCount(row.getString("image_version"), row.getInt("nodes")))
                .list();
        if (all.size() <= MOST_VERSIONS) {
            return all;
        }
        List<VersionCount> shown = new ArrayList<>(all.subList(0, MOST_VERSIONS - 1));
        shown.add(new VersionCount(
                null,
                all.subList(MOST_VERSIONS - 1, all.size()).stream()
                        .mapToInt(VersionCount::nodes)
                        .sum()));
        return shown;
    }
}

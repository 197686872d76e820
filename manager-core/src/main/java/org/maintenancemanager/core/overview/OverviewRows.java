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
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Counts, and keeps what was counted: one row for each part of a fleet that somebody looks at. */
@Repository
class OverviewRows {
    private static final int MOST_VERSIONS = 12;
    /** So many parts of a fleet are kept beside the whole: those counted last. */
    private static final int MOST_SCOPES = 1000;

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

    Optional<Row> find(Scope scope) {
        return jdbc.sql("""
                        select counted_at, effort_millis, counts from overview
                        where tenant_id = :tenant and scope = :scope
                        """)
                .param("tenant", scope.tenant().value())
                .param("scope", scope.key())
                .query((row, number) -> new Row(
                        row.getObject("counted_at", OffsetDateTime.class).toInstant(),
                        Duration.ofMillis(row.getLong("effort_millis")),
                        json.readValue(row.getString("counts"), FleetCounts.class)))
                .optional();
    }

    /** Counts, unless another replica does so now. */
    @Transactional
    public void count(Scope scope) {
        boolean mine = jdbc.sql("select pg_try_advisory_xact_lock(hashtextextended('overview ' || :scope, 0))")
                .param("scope", scope.tenant() + scope.key())
                .query(Boolean.class)
                .single();
        if (!mine && find(scope).isPresent()) {
            return;
        }
        long start = System.nanoTime();
        FleetCounts counts = counted(scope);
        jdbc.sql("""
                        insert into overview (tenant_id, scope, counted_at, effort_millis, counts)
                        values (:tenant, :scope, now(), :effort, cast(:counts as jsonb))
                        on conflict (tenant_id, scope) do update
                        set counted_at = excluded.counted_at, effort_millis = excluded.effort_millis,
                            counts = excluded.counts
                        """)
                .param("tenant", scope.tenant().value())
                .param("scope", scope.key())
                .param("effort", Duration.ofNanos(System.nanoTime() - start).toMillis())
                .param("counts", json.writeValueAsString(counts))
                .update();
        // Roles change; what nobody counts any more goes.
        jdbc.sql("""
                        delete from overview
                        where tenant_id = :tenant and scope in (
                            select scope from overview
                            where tenant_id = :tenant and scope <> ''
                            order by counted_at desc
                            offset :most
                        )
                        """)
                .param("tenant", scope.tenant().value())
                .param("most", MOST_SCOPES)
                .update();
    }

    private FleetCounts counted(Scope scope) {
        Map<String, Integer> states = grouped(scope, """
                select n.state as word, count(*) as nodes from node n
                where n.tenant_id = :tenant %s
                group by n.state
                """);
        Map<String, Integer> updates = grouped(scope, """
                select u.state as word, count(*) as nodes from node_update u %s
                where u.tenant_id = :tenant and u.active %s
                group by u.state
                """);
        Map<String, Integer> ends = grouped(scope, """
                select u.state as word, count(*) as nodes from node_update u %s
                where u.tenant_id = :tenant and not u.active and u.state_since > now() - interval '24 hours' %s
                group by u.state
                """);
        int silent = jdbc.sql("""
                        select count(*) from node_presence p
                        where p.tenant_id = :tenant and p.last_seen_at < now() - interval '1 hour'
                            and exists (
                                select from node n
                                where n.tenant_id = p.tenant_id and n.id = p.node_id and n.state = 'ACTIVE' %s
                            )
                        """.formatted(here(scope)))
                .params(params(scope))
                .query(Integer.class)
                .single();
        List<VersionCount> versions = versions(scope);
        return new FleetCounts(states, updates, ends, silent, versions);
    }

    /** The condition that a node {@code n} belongs to what is counted; none for the whole tenant. */
    private static String here(Scope scope) {
        return scope.whole() ? "" : """
                and n.site_id in (
                    select s.id from site s
                    where s.tenant_id = :tenant
                        and exists (select from unnest(cast(:sites as text[])) r
                                    where s.path = r or starts_with(s.path, r || '/'))
                )
                """;
    }

    private static Map<String, Object> params(Scope scope) {
        return scope.whole()
                ? Map.of("tenant", scope.tenant().value())
                : Map.of(
                        "tenant", scope.tenant().value(), "sites", scope.sites().toArray(String[]::new));
    }

    /** @param sql of nodes {@code n} with a gap for the condition, or of updates {@code u} with one for their nodes before it */
    private Map<String, Integer> grouped(Scope scope, String sql) {
        String nodes = scope.whole() ? "" : "join node n on n.tenant_id = u.tenant_id and n.id = u.node_id";
        String full = sql.contains("node_update") ? sql.formatted(nodes, here(scope)) : sql.formatted(here(scope));
        Map<String, Integer> counts = new LinkedHashMap<>();
        jdbc.sql(full)
                .params(params(scope))
                .query((row, number) -> Map.entry(row.getString("word"), row.getInt("nodes")))
                .list()
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    /** The most frequent, and all others as one without a version. */
    private List<VersionCount> versions(Scope scope) {
        List<VersionCount> all = jdbc.sql("""
                        select s.image_version, count(*) as nodes
                        from node_slot s
                        join node n on n.tenant_id = s.tenant_id and n.id = s.node_id and n.state <> 'DECOMMISSIONED'
                        where s.tenant_id = :tenant and s.state = 'ACTIVE' and s.image_version is not null %s
                        group by s.image_version
                        order by nodes desc, s.image_version
                        """.formatted(here(scope)))
                .params(params(scope))
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

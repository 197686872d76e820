package org.maintenancemanager.core.campaign;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.image.Releases;
import org.maintenancemanager.core.node.Selector;
import org.maintenancemanager.core.query.PlannerStatistics;
import org.maintenancemanager.core.query.SqlCondition;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.window.NodeGrouping;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Makes the members of a campaign in one statement, whatever the size of the fleet.
 *
 * <p>Waves by selector choose first. The others share what is left in a stratified order: nodes are numbered within each
 * stratum (hardware, running image, site); the first of each come first, the others by their relative place, so that a
 * canary covers every stratum if it is large enough, and is a fair sample of the fleet beyond that. Within a stratum the order is a hash of node and campaign: fair, and the same when
 * looked at again.
 */
@Component
class Membership {
    private static final int ROWS_AT_ONCE = 2000;

    /** Everybody goes to the image at once. */
    private static final String NO_DETOUR =
            "(select cast(null as uuid) as image, cast(null as integer) as steps) way on true";

    /** How nodes go that cannot: by the kind of their hardware, and by the release that they run. */
    private static final String DETOUR = """
            unnest(:wayKinds::text[], :waySources::bigint[], :wayImages::uuid[], :waySteps::int[])
                as way (kind, source, image, steps)
                on way.kind = case when n.hardware = any (:kinds::text[]) then n.hardware else '' end
               and way.source = coalesce((select max(known.release_counter) from image known
                                          where known.tenant_id = n.tenant_id
                                            and known.family = image.family
                                            and known.sha256 = running.image_sha256), -1)
            """;

    /** Where more nodes join at once, they are chosen again by what chose them. */
    private static final int MOST_BY_ID = 10_000;

    private final JdbcClient jdbc;
    private final Contention contention;
    private final Releases releases;
    private final PlannerStatistics statistics;

    Membership(JdbcClient jdbc, Contention contention, Releases releases, PlannerStatistics statistics) {
        this.jdbc = jdbc;
        this.contention = contention;
        this.releases = releases;
        this.statistics = statistics;
    }

    /**
     * All matching nodes become members, those with nothing to do as SKIPPED with the reason as code; those that another
     * campaign has wait for it.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public int fill(TenantId tenant, CampaignId campaign, CampaignSpec spec, @Nullable CampaignId rollbackOf) {
        Map<String, Object> params = new HashMap<>();
        String selected = selected(tenant, spec, rollbackOf, params);
        // A million members are sorted four times: on the disk that takes longer than all the rest.
        jdbc.sql("select set_config('work_mem', '128MB', true)")
                .query(String.class)
                .single();
        // Before the ways are read: what changes meanwhile is looked at again.
        jdbc.sql("""
                        update campaign set path_version = (select path_version from tenant where id = :tenant)
                        where tenant_id = :tenant and id = :campaign
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .update();
        contention.settle(tenant, campaign, selected, params);
        int members = jdbc.sql(insert(tenant, campaign, spec, selected, sharedWave(spec.waves(), params), params))
                .params(params)
                .update();
        countWaves(tenant, campaign);
        statistics.added("node_update", members);
        return members;
    }

    /**
     * Nodes that joined.
     *
     * @param nodes those that have something to do
     * @param tallies how many became what in which wave
     */
    record Joined(List<UUID> nodes, Map<Tally, Integer> tallies) {}

    record Tally(int wave, String state) implements Comparable<Tally> {
        @Override
        public int compareTo(Tally other) {
            return wave == other.wave ? state.compareTo(other.state) : Integer.compare(wave, other.wave);
        }
    }

    /**
     * Nodes that match now and are no members become members: in the wave whose selector takes them, else in the last one,
     * so that no wave is judged by whom nobody chose for it.
     *
     * @param fully whether all nodes are looked at, not only those that changed since a minute before the last time
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Joined join(
            TenantId tenant, CampaignId campaign, CampaignSpec spec, @Nullable CampaignId rollbackOf, boolean fully) {
        Map<String, Object> params = new HashMap<>();
        String selected = selected(tenant, spec, rollbackOf, params) + """
                 -- With the offset it is looked up node by node, and never members times nodes, whatever the statistics say.
                 and not exists (select from node_update mine
                                 where (mine.tenant_id, mine.node_id) = (n.tenant_id, n.id)
                                   and mine.campaign_id = :campaign
                                 offset 0)
                """;
        if (!fully) {
            // What was being written then may have been committed later. As a value of its own, so that the index is
            // used.
            selected += " and n.updated_at > :joinSince";
            params.put("joinSince", joinedUpto(tenant, campaign).minusMinutes(1));
        }
        List<UUID> joiners = joiners(selected, params, campaign);
        if (joiners.isEmpty()) {
            return new Joined(List.of(), Map.of());
        }
        if (joiners.size() < MOST_BY_ID) {
            selected = "n.id = any (:joiners) and " + selected;
            params.put("joiners", joiners.toArray(UUID[]::new));
        }
        contention.settle(tenant, campaign, selected, params);
        String sql = insert(tenant, campaign, spec, selected, ":lastWave", params);
        int into = sql.indexOf("insert into node_update");
        List<UUID> nodes = new ArrayList<>();
        Map<Tally, Integer> tallies = new TreeMap<>();
        jdbc.sql(sql.substring(0, into) + ", joined as (" + sql.substring(into) + """
                        -- Another campaign may be taking it at this moment.
                        on conflict do nothing
                        returning node_id, wave, state)
                        select node_id, wave, state from joined
                        """)
                .params(params)
                .query(row -> {
                    tallies.merge(new Tally(row.getInt("wave"), row.getString("state")), 1, Integer::sum);
                    if (row.getString("state").equals("OFFERED")) {
                        nodes.add(row.getObject("node_id", UUID.class));
                    }
                });
        return new Joined(nodes, tallies);
    }

    /** At most {@value #MOST_BY_ID}: most of the time there is nobody, and nothing else has to be looked at. */
    private List<UUID> joiners(String selected, Map<String, Object> params, CampaignId campaign) {
        return jdbc.sql("""
                        select n.id from node n join site s on (s.tenant_id, s.id) = (n.tenant_id, n.site_id)
                        where n.tenant_id = :tenant and n.state = 'ACTIVE' and (%s)
                        limit :most
                        """.formatted(selected))
                .params(params)
                .param("campaign", campaign.value())
                .param("most", MOST_BY_ID)
                .query(UUID.class)
                .list();
    }

    private OffsetDateTime joinedUpto(TenantId tenant, CampaignId campaign) {
        return jdbc.sql("select joined_upto from campaign where tenant_id = :tenant and id = :campaign")
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .query(OffsetDateTime.class)
                .single();
    }

    /** Adds those that joined to the counters of their waves. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void count(TenantId tenant, CampaignId campaign, Joined joined) {
        joined.tallies()
                .forEach((tally, nodes) -> jdbc.sql("""
                                update wave_counter set updates = updates + :nodes
                                where tenant_id = :tenant and campaign_id = :campaign and wave = :wave and state = :state
                                """)
                        .param("nodes", nodes)
                        .param("tenant", tenant.value())
                        .param("campaign", campaign.value())
                        .param("wave", tally.wave())
                        .param("state", tally.state())
                        .update());
    }

    /** @param otherWave the wave of nodes that no wave's selector takes */
    private String insert(
            TenantId tenant,
            CampaignId campaign,
            CampaignSpec spec,
            String selected,
            String otherWave,
            Map<String, Object> params) {
        params.put("campaign", campaign.value());
        params.put("image", spec.imageId().value());
        params.put("allowDowngrade", spec.allowDowngrade());
        params.put("seed", campaign.value().getLeastSignificantBits());
        params.put("lastWave", spec.waves().size() - 1);
        boolean plain = detours(tenant, spec, params);
        return """
                        -- Materialized: inlined, "skip" is worked out again for each row inserted, in a table that grows
                        -- meanwhile; with unlucky statistics that took a minute for 100,000 nodes instead of 3 s.
                        with candidate as materialized (
                            select n.id as node_id, n.hardware, n.site_id, running.image_sha256,
                                   hashtextextended(n.id::text, :seed) as lot,
                                   %s as chosen_wave,
                                   case
                                       when n.architecture <> image.architecture then 'ARCHITECTURE_MISMATCH'
                                       when cardinality(image.hardware) > 0
                                            and (n.hardware is null or n.hardware <> all (image.hardware))
                                           then 'HARDWARE_MISMATCH'
                                       when running.image_sha256 = image.sha256 then 'ALREADY_RUNNING'
                                       when not :allowDowngrade
                                            and exists (select from image known
                                                        where known.tenant_id = n.tenant_id
                                                          and known.sha256 = running.image_sha256
                                                          -- Release counters of two families say nothing of each other.
                                                          and known.family = image.family
                                                          and known.release_counter > image.release_counter)
                                           then 'DOWNGRADE'
                                       when exists (select from node_block block
                                                    where (block.tenant_id, block.node_id, block.image_id)
                                                          in ((n.tenant_id, n.id, image.id), (n.tenant_id, n.id, way.image)))
                                           then 'ROLLED_BACK_BEFORE'
                                       when way.steps = 0 then 'NO_PATH'
                                   end as skip,
                                   way.image as step, coalesce(way.steps, 1) as steps,
                                   exists (select from node_update other
                                           where (other.tenant_id, other.node_id) = (n.tenant_id, n.id)
                                             and other.active) as busy
                            from node n
                            join site s on (s.tenant_id, s.id) = (n.tenant_id, n.site_id)
                            join image on (image.tenant_id, image.id) = (n.tenant_id, cast(:image as uuid))
                            left join lateral (
                                -- A node that names two running slots still has one: the one on trial, else the one it told of last.
                                select slot.image_sha256 from node_slot slot
                                where (slot.tenant_id, slot.node_id) = (n.tenant_id, n.id) and slot.state in ('ACTIVE', 'TRIAL')
                                order by slot.state = 'TRIAL' desc, slot.updated_at desc
                                limit 1
                            ) running on true
                            left join %s
                            where n.tenant_id = :tenant and n.state = 'ACTIVE' and (%s)
                        ), strata as (
                            select *, row_number() over stratum > 1 as follows,
                                   (row_number() over stratum - 0.5) / count(*) over (
                                       partition by skip is null, chosen_wave, hardware, image_sha256, site_id
                                   ) as relative_place
                            from candidate
                            window stratum as (
                                partition by skip is null, chosen_wave, hardware, image_sha256, site_id order by lot
                            )
                        ), placed as (
                            select *,
                                   row_number() over (
                                       partition by skip is null, chosen_wave order by follows, relative_place, lot
                                   ) as place,
                                   count(*) filter (where skip is null) over () as eligible
                            from strata
                        )
                        insert into node_update
                            (tenant_id, id, node_id, campaign_id, wave, image_id, from_sha256, state, code, queued,
                             assignment_version)
                        select :tenant, new_id(), node_id, :campaign,
                               case when skip is not null then :lastWave else coalesce(chosen_wave, %s) end,
                               coalesce(step, :image), image_sha256,
                               case when skip is null then 'OFFERED' else 'SKIPPED' end, skip, skip is null and busy,
                               case when skip is null and not busy then nextval('assignment_version') else 0 end
                        from placed
                        -- Every index on node_update has the node in it: in this order it grows at its end.
                        order by node_id
                        """.formatted(chosenWave(spec.waves(), params), plain ? NO_DETOUR : DETOUR, selected, otherWave);
    }

    /** @return whether there are none */
    private boolean detours(TenantId tenant, CampaignSpec spec, Map<String, Object> params) {
        Releases.Ways ways = releases.to(tenant, spec.imageId());
        if (ways.paths().isPlain()) {
            return true;
        }
        List<Releases.Detour> detours = ways.detours();
        params.put("kinds", ways.paths().hardware().toArray(String[]::new));
        params.put(
                "wayKinds",
                detours.stream()
                        .map(detour -> detour.hardware() == null ? "" : detour.hardware())
                        .toArray(String[]::new));
        params.put(
                "waySources",
                detours.stream()
                        .map(detour -> detour.running() == null ? Long.valueOf(-1) : detour.running())
                        .toArray(Long[]::new));
        params.put(
                "wayImages",
                detours.stream()
                        .map(detour -> detour.route().next())
                        .map(next -> next == null ? null : next.id().toString())
                        .toArray(String[]::new));
        params.put(
                "waySteps",
                detours.stream().map(detour -> detour.route().steps().size()).toArray(Integer[]::new));
        return false;
    }

    /** How many match at most so many: enough to know that there are more. */
    int matching(TenantId tenant, CampaignSpec spec, @Nullable CampaignId rollbackOf, int most) {
        Map<String, Object> params = new HashMap<>();
        String selected = selected(tenant, spec, rollbackOf, params);
        return jdbc.sql("""
                        select count(*) from (
                            select from node n join site s on (s.tenant_id, s.id) = (n.tenant_id, n.site_id)
                            where n.tenant_id = :tenant and n.state = 'ACTIVE' and (%s)
                            limit :most) matching
                        """.formatted(selected))
                .params(params)
                .param("most", most)
                .query(Integer.class)
                .single();
    }

    /**
     * The members as {@link #fill} would make them now, only counted: by wave, by why they are skipped, by when they were heard
     * of, and by what the grouping tells apart. Writes nothing. Columns besides the grouping's: {@code path, site_zone, wave,
     * skip, step, steps, presence, nodes, silent_seconds}.
     *
     * @param seed of the lottery within a stratum
     * @param awayAfter how long nothing was heard of a node that is AWAY; of one that is SILENT for {@code silentAfter}
     */
    void preview(
            TenantId tenant,
            CampaignSpec spec,
            @Nullable CampaignId rollbackOf,
            long seed,
            NodeGrouping grouping,
            Duration awayAfter,
            Duration silentAfter,
            RowCallbackHandler visitor) {
        Map<String, Object> params = new HashMap<>(grouping.params());
        params.put("awaySeconds", awayAfter.toSeconds());
        params.put("silentSeconds", silentAfter.toSeconds());
        String selected = selected(tenant, spec, rollbackOf, params);
        String wave = sharedWave(spec.waves(), params);
        String fill = insert(tenant, new CampaignId(new UUID(0, seed)), spec, selected, wave, params);
        // All of it but the writing, with what tells the nodes apart.
        String placed = fill.substring(0, fill.indexOf("insert into node_update"))
                .replace("select n.id as node_id", "select " + grouping.columns() + ", n.id as node_id");
        jdbc.sql(placed + """
                        select g.*, s.path, s.zone as site_zone
                        from (
                            select %1$s, wave, skip, step, steps, presence, count(*) as nodes, sum(silent_seconds) as silent_seconds
                            from (
                                select placed.*, coalesce(chosen_wave, %2$s) as wave,
                                       extract(epoch from now() - p.last_seen_at) as silent_seconds,
                                       case when p.last_seen_at > now() - make_interval(secs => :awaySeconds) then 'HERE'
                                            when p.last_seen_at > now() - make_interval(secs => :silentSeconds) then 'AWAY'
                                            else 'SILENT' end as presence
                                from placed
                                left join node_presence p on (p.tenant_id, p.node_id) = (:tenant, placed.node_id)
                            ) member
                            group by %1$s, wave, skip, step, steps, presence
                        ) g
                        join site s on s.tenant_id = :tenant and s.id = g.g_site
                        """.formatted(grouping.names(), wave))
                .withFetchSize(ROWS_AT_ONCE)
                .params(params)
                .query(visitor);
    }

    /** The wave whose selector takes the node, or null. */
    private static String chosenWave(List<WaveSpec> waves, Map<String, Object> params) {
        List<String> cases = new ArrayList<>();
        for (int ordinal = 0; ordinal < waves.size(); ordinal++) {
            if (waves.get(ordinal).share() instanceof CampaignSpec.BySelector share) {
                cases.add("when %s then %d".formatted(condition(share.selector(), "w" + ordinal, params), ordinal));
            }
        }
        return cases.isEmpty() ? "cast(null as integer)" : "case " + String.join(" ", cases) + " end";
    }

    /** The wave that the place falls into, among those without a selector; the last of them takes what is left. */
    private static String sharedWave(List<WaveSpec> waves, Map<String, Object> params) {
        StringBuilder cases = new StringBuilder();
        StringBuilder upTo = new StringBuilder("0");
        int last = waves.size() - 1;
        for (int ordinal = 0; ordinal < last; ordinal++) {
            String size = switch (waves.get(ordinal).share()) {
                case CampaignSpec.Percent share -> {
                    params.put("percent" + ordinal, share.percent());
                    yield "ceil(eligible * :percent" + ordinal + " / 100)";
                }
                case CampaignSpec.Count share -> {
                    params.put("count" + ordinal, share.nodes());
                    yield ":count" + ordinal;
                }
                case CampaignSpec.BySelector chosen -> "";
                case CampaignSpec.Rest rest -> "";
            };
            if (!size.isEmpty()) {
                upTo.append(" + ").append(size);
                cases.append(" when place <= ").append(upTo).append(" then ").append(ordinal);
            }
        }
        return cases.isEmpty() ? ":lastWave" : "case" + cases + " else :lastWave end";
    }

    /** What chooses the nodes, over {@code n} and {@code s}. */
    String selected(TenantId tenant, CampaignSpec spec, @Nullable CampaignId rollbackOf, Map<String, Object> params) {
        params.put("tenant", tenant.value());
        String selected = spec.selector().isBlank() ? "true" : condition(spec.selector(), "c", params);
        if (rollbackOf == null) {
            return selected;
        }
        params.put("rollbackOf", rollbackOf.value());
        params.put("rollbackTo", spec.imageId().value());
        // Those that the other campaign brought to its image from this one, and that still run it.
        return selected + """
                 and exists (select from node_update forth
                             join image there on (there.tenant_id, there.id) = (forth.tenant_id, forth.image_id)
                             join image back on (back.tenant_id, back.id) = (forth.tenant_id, cast(:rollbackTo as uuid))
                             join node_slot now on (now.tenant_id, now.node_id) = (forth.tenant_id, forth.node_id)
                             where (forth.tenant_id, forth.node_id) = (n.tenant_id, n.id)
                               and forth.campaign_id = :rollbackOf and forth.state = 'CONFIRMED'
                               and forth.from_sha256 = back.sha256
                               and now.state = 'ACTIVE' and now.image_sha256 = there.sha256)
                """;
    }

    /** A selector's SQL over {@code n} and {@code s}, with parameter names that no other selector of the statement has. */
    static String condition(String selector, String prefix, Map<String, Object> params) {
        SqlCondition condition = Selector.parse(selector).toSql(prefix + "_");
        params.putAll(condition.params());
        return "(" + condition.sql() + ")";
    }

    /** A row for each wave and state, so that later changes are plain updates. */
    private void countWaves(TenantId tenant, CampaignId campaign) {
        jdbc.sql("""
                        insert into wave_counter (tenant_id, campaign_id, wave, state, updates)
                        select wave.tenant_id, wave.campaign_id, wave.ordinal, states.state, coalesce(counted.updates, 0)
                        from wave
                        cross join unnest(:states::text[]) as states (state)
                        left join (
                            select wave, state, count(*) as updates
                            from node_update
                            where tenant_id = :tenant and campaign_id = :campaign
                            group by wave, state
                        ) counted on (counted.wave, counted.state) = (wave.ordinal, states.state)
                        where wave.tenant_id = :tenant and wave.campaign_id = :campaign
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .param("states", stateNames())
                .update();
    }

    private static String[] stateNames() {
        return Arrays.stream(UpdateState.values()).map(Enum::name).toArray(String[]::new);
    }
}

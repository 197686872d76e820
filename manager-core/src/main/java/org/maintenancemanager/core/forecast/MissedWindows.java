package org.maintenancemanager.core.forecast;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.Selectable;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.update.FleetFacts;
import org.maintenancemanager.core.update.HardwareTimings;
import org.maintenancemanager.core.window.NodeGrouping;
import org.maintenancemanager.core.window.OpenTimes;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Finds openings that went by without a permit for nodes that were waiting for one, and why. Windows are looked at as they are
 * now. In the database nodes are counted by between which openings something happened to them, so that a million nodes are some
 * thousand groups.
 */
@Component
public class MissedWindows {
    /** Beginnings and ends of openings; of more, the latest count. */
    private static final int MOST_EDGES = 2000;

    private static final int ROWS_AT_ONCE = 2000;

    private final JdbcClient jdbc;
    private final FleetFacts fleet;
    private final HardwareTimings timings;
    private final Settings settings;

    MissedWindows(JdbcClient jdbc, FleetFacts fleet, HardwareTimings timings, Settings settings) {
        this.jdbc = jdbc;
        this.fleet = fleet;
        this.timings = timings;
        this.settings = settings;
    }

    /** Why an opening went by. */
    public enum Reason {
        OFFLINE("Nothing was heard of the node from before the window until its end."),
        DOWNLOAD_UNFINISHED("The image was not downloaded before the window closed."),
        TOO_SHORT("The window was shorter than an update of this hardware takes."),
        FROZEN("A freeze was in force."),
        NO_SLOT("The node was ready, but got no permit: the campaign or a budget was full, or the campaign was held.");

        private final String sentence;

        Reason(String sentence) {
            this.sentence = sentence;
        }

        public String sentence() {
            return sentence;
        }
    }

    /** Gets each opening that went by. */
    @FunctionalInterface
    interface Visitor {
        void missed(
                UUID campaign, Selectable nodes, int many, String window, Instant start, Instant end, Reason reason);
    }

    /** What is asked about. */
    record Question(
            TenantId tenant,
            @Nullable CampaignId campaign,
            @Nullable NodeId node,
            Instant from,
            Instant until) {}

    /** @return whether there were more openings than are looked at */
    @Transactional(readOnly = true)
    public boolean forEach(Question question, Visitor visitor) {
        jdbc.sql("select set_config('work_mem', '64MB', true)")
                .query(String.class)
                .single();
        FleetFacts.Of rules = fleet.of(question.tenant);
        var grouping = new NodeGrouping(rules.schedules(), "hardware");
        var times = new OpenTimes(rules.schedules(), question.from, question.until, null);
        long from = question.from.toEpochMilli();
        long until = question.until.toEpochMilli();
        Set<OpenTimes.Times> all = new HashSet<>();
        RowCallbackHandler collect = row -> all.add(times.of(nodes(row, grouping)));
        members(
                        question,
                        grouping,
                        "select distinct %s from node n join members on members.node_id = n.id where n.tenant_id = :tenant"
                                .formatted(grouping.columns()))
                .query(collect);
        long[] edges = edges(all, from, until);
        boolean truncated = edges.length > MOST_EDGES;
        if (truncated) {
            edges = Arrays.copyOfRange(edges, edges.length - MOST_EDGES, edges.length);
        }
        if (edges.length == 0) {
            return false;
        }
        Map<String, Long> needed = needed();
        long[] known = edges;
        RowCallbackHandler visit = row -> visit(row, grouping, times, known, until, needed, visitor);
        counted(question, grouping, known).query(visit);
        return truncated;
    }

    private static Selectable nodes(ResultSet row, NodeGrouping grouping) throws SQLException {
        return grouping.group(row, row.getString("path"), row.getString("site_zone"), 1);
    }

    private Map<String, Long> needed() {
        Map<String, Long> needed = new HashMap<>();
        timings.list()
                .forEach(timing -> needed.put(timing.hardware(), timing.p95().toMillis()));
        return needed;
    }

    /** The ends of openings, and their starts, between the two instants. */
    private static long[] edges(Set<OpenTimes.Times> all, long from, long until) {
        Set<Long> edges = new TreeSet<>();
        for (OpenTimes.Times times : all) {
            for (int i = 0; i < times.size(); i++) {
                add(edges, times.start(i), times.end(i), from, until);
            }
            for (int i = 0; i < times.frozenSize(); i++) {
                add(edges, times.frozenStart(i), times.frozenEnd(i), from, until);
            }
        }
        return edges.stream().mapToLong(Long::longValue).toArray();
    }

    private static void add(Set<Long> edges, long start, long end, long from, long until) {
        // An opening counts where it ends: until then nothing is missed.
        if (end > from && end <= until) {
            edges.add(Math.max(start, from));
            edges.add(end);
        }
    }

    /** Those that were on their way between the two instants, as {@code members}. */
    private JdbcClient.StatementSpec members(Question question, NodeGrouping grouping, String inner) {
        return jdbc.sql("""
                        with members as (
                            select u.id, u.node_id, u.campaign_id, u.wave, u.created_at, u.state, u.state_since, u.permit_id,
                                   u.failure_phase, wave.opened_at
                            from node_update u
                            join campaign c on (c.tenant_id, c.id) = (u.tenant_id, u.campaign_id)
                            join wave on (wave.tenant_id, wave.campaign_id, wave.ordinal)
                                         = (u.tenant_id, u.campaign_id, u.wave)
                            where u.tenant_id = :tenant and u.created_at < :until and wave.opened_at < :until
                              and u.state <> 'SKIPPED' and (u.active or u.state_since > :from)
                              and c.started_at < :until and (c.ended_at is null or c.ended_at > :from)
                              %s %s
                        )
                        select g.*, s.path, s.zone as site_zone
                        from (%s) g
                        join site s on s.tenant_id = :tenant and s.id = g.g_site
                        """.formatted(
                                question.campaign == null ? "" : "and u.campaign_id = :campaign",
                                question.node == null ? "" : "and u.node_id = :node",
                                inner))
                .withFetchSize(ROWS_AT_ONCE)
                .params(params(question, grouping));
    }

    private static Map<String, Object> params(Question question, NodeGrouping grouping) {
        Map<String, Object> params = new HashMap<>(grouping.params());
        params.put("tenant", question.tenant.value());
        params.put("from", question.from.atOffset(ZoneOffset.UTC));
        params.put("until", question.until.atOffset(ZoneOffset.UTC));
        if (question.campaign != null) {
            params.put("campaign", question.campaign.value());
        }
        if (question.node != null) {
            params.put("node", question.node.value());
        }
        return params;
    }

    private JdbcClient.StatementSpec counted(Question question, NodeGrouping grouping, long[] edges) {
        String[] texts = Arrays.stream(edges)
                .mapToObj(edge -> Instant.ofEpochMilli(edge).toString())
                .toArray(String[]::new);
        return members(question, grouping, """
                        select %1$s, campaign_id, began, ready, stopped, seen, count(*) as nodes
                        from (
                            select %2$s, members.campaign_id,
                                   width_bucket(greatest(members.created_at, members.opened_at), edge.times) as began,
                                   -- Of what is downloaded, and was not within these times: it was before.
                                   case when done.at is not null then width_bucket(done.at, edge.times)
                                        when members.state in ('OFFERED', 'DOWNLOADING') then null
                                        else 0 end as ready,
                                   width_bucket(least(
                                       case when given.at is not null then given.at
                                            when members.permit_id is not null or members.state in ('CONFIRMED', 'ROLLED_BACK', 'LOST')
                                                or members.failure_phase in ('INSTALL', 'REBOOT', 'TRIAL') then :from
                                       end,
                                       case when members.state in ('CONFIRMED', 'FAILED', 'ROLLED_BACK', 'LOST', 'CANCELED', 'SUPERSEDED')
                                            then members.state_since end,
                                       'infinity'::timestamptz), edge.times) as stopped,
                                   width_bucket(coalesce(seen.last_seen_at, '-infinity'::timestamptz), edge.times) as seen
                            from members
                            cross join (select :edges::timestamptz[] as times) edge
                            join node n on (n.tenant_id, n.id) = (:tenant, members.node_id)
                            left join node_presence seen on (seen.tenant_id, seen.node_id) = (:tenant, members.node_id)
                            left join (
                                select update_id, min(at) as at from update_transition
                                where tenant_id = :tenant and id >= :fromId and id < :untilId and to_state = 'DOWNLOADED' %3$s
                                group by update_id
                            ) done on done.update_id = members.id
                            left join (
                                select update_id, min(granted_at) as at from permit
                                where tenant_id = :tenant and id >= :fromId and id < :untilId %3$s
                                group by update_id
                            ) given on given.update_id = members.id
                        ) member
                        group by %1$s, campaign_id, began, ready, stopped, seen
                        """.formatted(
                                grouping.names(),
                                grouping.columns(),
                                // Of one node, the few rows are looked up.
                                question.node == null ? "" : "and update_id = any (array(select id from members))"))
                .param("edges", texts)
                .param("fromId", firstId(question.from))
                .param("untilId", firstId(question.until));
    }

    /** Ids carry the millisecond of their birth in front (UUID version 7). */
    static UUID firstId(Instant at) {
        return new UUID(at.toEpochMilli() << 16, 0);
    }

    private void visit(
            ResultSet row,
            NodeGrouping grouping,
            OpenTimes times,
            long[] edges,
            long until,
            Map<String, Long> neededBy,
            Visitor visitor)
            throws SQLException {
        Selectable nodes = nodes(row, grouping);
        OpenTimes.Times open = times.of(nodes);
        UUID campaign = row.getObject("campaign_id", UUID.class);
        int many = row.getInt("nodes");
        int began = row.getInt("began");
        Integer ready = row.getObject("ready", Integer.class);
        int stopped = row.getInt("stopped");
        int seen = row.getInt("seen");
        String hardware = nodes.hardware();
        long needed = (hardware == null
                        ? timings.unmeasured().toMillis()
                        : neededBy.getOrDefault(hardware, timings.unmeasured().toMillis()))
                + settings.guardTime.toMillis();
        for (int i = 0; i < open.size(); i++) {
            int end = place(edges, open.end(i));
            if (open.end(i) > until || end == 0 || began >= end || stopped < end) {
                continue;
            }
            int start = place(edges, Math.max(open.start(i), edges[0]));
            Reason reason;
            if (open.end(i) - open.start(i) < needed) {
                reason = Reason.TOO_SHORT;
            } else if (seen < start) {
                reason = Reason.OFFLINE;
            } else if (ready == null || ready >= end) {
                reason = Reason.DOWNLOAD_UNFINISHED;
            } else {
                reason = Reason.NO_SLOT;
            }
            visitor.missed(
                    campaign,
                    nodes,
                    many,
                    open.windowName(i),
                    Instant.ofEpochMilli(open.start(i)),
                    Instant.ofEpochMilli(open.end(i)),
                    reason);
        }
        for (int i = 0; i < open.frozenSize(); i++) {
            int end = place(edges, open.frozenEnd(i));
            if (open.frozenEnd(i) <= until && end > 0 && began < end && stopped >= end) {
                visitor.missed(
                        campaign,
                        nodes,
                        many,
                        open.freezeName(i),
                        Instant.ofEpochMilli(open.frozenStart(i)),
                        Instant.ofEpochMilli(open.frozenEnd(i)),
                        Reason.FROZEN);
            }
        }
    }

    /** How many edges are not later, as the database counts; 0 for one that is no edge because it is too early. */
    private static int place(long[] edges, long time) {
        int found = Arrays.binarySearch(edges, time);
        return found >= 0 ? found + 1 : -found - 1;
    }
}

package org.maintenancemanager.core.window;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.query.Cursor;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.Reach;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.window.Census.Questions;
import org.maintenancemanager.core.window.Expansion.Openings;
import org.maintenancemanager.core.window.Schedules.Group;
import org.maintenancemanager.core.window.WindowCoverage.SiteGap;
import org.maintenancemanager.core.window.WindowCoverage.State;
import org.maintenancemanager.core.window.WindowCoverage.Usage;
import org.maintenancemanager.core.window.WindowDefinition.Default;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowOpenings.OfNode;
import org.maintenancemanager.core.window.WindowOpenings.Opening;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * What the windows and freezes of the tenant of the call come to for its nodes: which nodes they cover, when those open. Nodes
 * are counted by groups, so a question costs one pass of the database over them and then as much as there are groups.
 */
@Service
public class WindowOutlook {
    private static final Duration LONGEST_SPAN = Duration.ofDays(31);
    private static final Duration LONGEST_SPAN_OF_NODE = Duration.ofDays(366);
    private static final int MAX_OF_NODE = 1000;

    /** Nodes read at once, and at most for one page, when few of them open. */
    private static final int NODES_AT_ONCE = 5000;

    private static final int NODES_A_PAGE = 50_000;
    private static final String ORDER = "openings";
    private static final int TENANTS_KEPT = 50;

    private final Windows windows;
    private final Census census;
    private final JdbcClient jdbc;
    private final Cache<TenantId, Schedules> known =
            Caffeine.newBuilder().maximumSize(TENANTS_KEPT).build();

    WindowOutlook(Windows windows, Census census, JdbcClient jdbc) {
        this.windows = windows;
        this.census = census;
        this.jdbc = jdbc;
    }

    /** Those of the tenant's present version. */
    private Schedules schedules(TenantId tenant) {
        long version = jdbc.sql("select window_version from tenant where id = :tenant")
                .param("tenant", tenant.value())
                .query(Long.class)
                .single();
        Schedules kept = known.getIfPresent(tenant);
        if (kept != null && kept.version() == version) {
            return kept;
        }
        WindowSet set = windows.definitions(tenant);
        var read = new Schedules(set.version(), set.definitions());
        known.put(tenant, read);
        return read;
    }

    /** How well the tenant's windows cover its nodes. */
    @Transactional(readOnly = true)
    public WindowCoverage coverage(Instant now) {
        TenantId tenant = CallContext.current().tenant();
        Schedules schedules = schedules(tenant);
        var tally = new Tally(schedules, now);
        census.forEachGroup(tenant, Questions.of(schedules), tally::add);
        return tally.result(windows.definitions(tenant).definitions());
    }

    /** Counts what coverage shows. */
    private static final class Tally {
        private final Schedules schedules;
        private final Instant now;
        private final Foresight foresight;
        private final Map<Group, Boolean> opens = new HashMap<>();
        private final Map<String, long[]> bySite = new TreeMap<>();
        private final Map<WindowId, Long> nodesOf = new HashMap<>();
        private final Map<WindowId, Instant> nextStarts = new HashMap<>();
        private long nodes;
        private long withoutWindow;
        private long neverOpen;
        private long onlyByDefault;

        Tally(Schedules schedules, Instant now) {
            this.schedules = schedules;
            this.now = now;
            this.foresight = new Foresight(schedules, now);
        }

        void add(NodeGroup counted) {
            Group group = schedules.group(counted);
            long many = counted.nodes();
            nodes += many;
            boolean permitted = false;
            boolean own = false;
            ZoneId zone = group.zoneId().orElse(ZoneOffset.UTC);
            for (WindowDefinition window : schedules.windowsOf(group)) {
                nodesOf.merge(window.id(), many, Long::sum);
                Instant next = foresight.nextStart(window, zone);
                if (next != null) {
                    nextStarts.merge(window.id(), next, (one, other) -> one.isBefore(other) ? one : other);
                }
                if (window.kind() == Kind.PERMIT) {
                    permitted = true;
                    own |= !(window.target() instanceof Default);
                }
            }
            boolean never = permitted
                    && !opens.computeIfAbsent(
                            group, asked -> foresight.next(asked).isPresent());
            if (!permitted) {
                withoutWindow += many;
            } else if (!own) {
                onlyByDefault += many;
            }
            if (never) {
                neverOpen += many;
            }
            long[] site = bySite.computeIfAbsent(counted.sitePath(), path -> new long[3]);
            site[0] += many;
            site[1] += permitted ? 0 : many;
            site[2] += never ? many : 0;
        }

        WindowCoverage result(List<WindowDefinition> all) {
            List<SiteGap> gaps = bySite.entrySet().stream()
                    .map(entry ->
                            new SiteGap(entry.getKey(), entry.getValue()[0], entry.getValue()[1], entry.getValue()[2]))
                    .filter(gap -> gap.withoutWindow() + gap.neverOpen() > 0)
                    .sorted(Comparator.comparingLong((SiteGap gap) -> -gap.withoutWindow() - gap.neverOpen()))
                    .toList();
            List<Usage> usages = all.stream()
                    .map(this::usage)
                    .sorted(Comparator.comparing((Usage usage) -> usage.state() == State.USED)
                            .thenComparing(Usage::name))
                    .toList();
            return new WindowCoverage(
                    now,
                    nodes,
                    withoutWindow,
                    neverOpen,
                    onlyByDefault,
                    gaps.stream().limit(WindowCoverage.MAX_SITES).toList(),
                    usages.stream().limit(WindowCoverage.MAX_WINDOWS).toList(),
                    gaps.size() > WindowCoverage.MAX_SITES || usages.size() > WindowCoverage.MAX_WINDOWS);
        }

        private Usage usage(WindowDefinition window) {
            long many = nodesOf.getOrDefault(window.id(), 0L);
            Instant next = nextStarts.get(window.id());
            State state;
            if (!window.enabled()) {
                state = State.DISABLED;
            } else if (next == null && foresight.isOver(window)) {
                state = State.OVER;
            } else {
                state = many == 0 ? State.UNUSED : State.USED;
            }
            return new Usage(window.id(), window.name(), window.kind(), state, many, next);
        }
    }

    /**
     * All openings in {@code [from, until)} of the nodes that the caller may see.
     *
     * @param until null means 24 hours after {@code from}; at most 31 days
     * @param limit of the list, at least 1
     * @param site path of the site whose nodes, with those below it, are meant; null: all
     * @throws InvalidInput if there is no such site
     */
    @Transactional(readOnly = true)
    public WindowOpenings openings(Instant from, @Nullable Instant until, int limit, @Nullable String site) {
        TenantId tenant = CallContext.current().tenant();
        Instant end = checked(from, until, Duration.ofDays(1), LONGEST_SPAN);
        Schedules schedules = schedules(tenant);
        if (site != null && !hasSite(tenant, site)) {
            throw InvalidInput.at("/site", "is '%s'; there is no such site".formatted(site));
        }
        Map<Group, Long> groups = new HashMap<>();
        for (String path : CallContext.reach().within(site)) {
            Questions all = Questions.of(schedules);
            census.forEachGroup(
                    tenant,
                    path == null ? all : all.at(path),
                    counted -> groups.merge(schedules.group(counted), counted.nodes(), Long::sum));
        }
        var expansion = new Expansion(schedules, from, end);
        Map<Shared, Long> folded = new HashMap<>();
        long nodes = 0;
        for (Map.Entry<Group, Long> entry : groups.entrySet()) {
            Openings found = expansion.of(entry.getKey());
            Intervals open = found.open();
            nodes += open.size() > 0 ? entry.getValue() : 0;
            for (int i = 0; i < open.size(); i++) {
                WindowDefinition window = found.windows().get(open.source(i));
                folded.merge(new Shared(window, open.start(i), open.end(i)), entry.getValue(), Long::sum);
            }
        }
        List<Opening> openings = inOrder(folded).stream().limit(limit).toList();
        return new WindowOpenings(from, end, nodes, openings, folded.size() > limit);
    }

    private boolean hasSite(TenantId tenant, String path) {
        return jdbc.sql("select exists (select from site where tenant_id = :tenant and path = :path)")
                .param("tenant", tenant.value())
                .param("path", path)
                .query(Boolean.class)
                .single();
    }

    /**
     * All openings and freezes of the nodes at a site and below, in {@code [from, until)}.
     *
     * @param freezes whether a window would be open then or not
     */
    public record OfSite(List<Opening> openings, List<Opening> freezes) {
        public OfSite {
            openings = List.copyOf(openings);
            freezes = List.copyOf(freezes);
        }
    }

    @Transactional(readOnly = true)
    public OfSite ofSite(String path, Instant from, Instant until) {
        TenantId tenant = CallContext.current().tenant();
        Schedules schedules = schedules(tenant);
        Map<Group, Long> groups = new HashMap<>();
        census.forEachGroup(
                tenant,
                Questions.of(schedules).at(path),
                counted -> groups.merge(schedules.group(counted), counted.nodes(), Long::sum));
        var expansion = new Expansion(schedules, from, until);
        Map<Shared, Long> openings = new HashMap<>();
        Map<Shared, Long> freezes = new HashMap<>();
        groups.forEach((group, nodes) -> {
            Openings found = expansion.of(group);
            for (int i = 0; i < found.open().size(); i++) {
                WindowDefinition window = found.windows().get(found.open().source(i));
                openings.merge(
                        new Shared(window, found.open().start(i), found.open().end(i)), nodes, Long::sum);
            }
            ZoneId zone = group.zoneId().orElse(ZoneOffset.UTC);
            for (WindowDefinition window : found.windows()) {
                if (window.kind() == Kind.FREEZE) {
                    for (Recurrences.Occurrence occurrence : expansion.of(window, zone)) {
                        if (occurrence.end() > from.toEpochMilli() && occurrence.start() < until.toEpochMilli()) {
                            freezes.merge(new Shared(window, occurrence.start(), occurrence.end()), nodes, Long::sum);
                        }
                    }
                }
            }
        });
        return new OfSite(inOrder(openings), inOrder(freezes));
    }

    private static List<Opening> inOrder(Map<Shared, Long> shared) {
        return shared.entrySet().stream()
                .map(entry -> entry.getKey().opening(entry.getValue()))
                .sorted(Comparator.comparing(Opening::start)
                        .thenComparing(Opening::end)
                        .thenComparing(Opening::windowName))
                .toList();
    }

    /** An opening that several groups have. */
    private record Shared(WindowDefinition window, long start, long end) {
        Opening opening(long nodes) {
            return new Opening(
                    window.id(), window.name(), Instant.ofEpochMilli(start), Instant.ofEpochMilli(end), nodes);
        }
    }

    /**
     * The nodes that the caller may see and that are open at some time in {@code [from, until)}, by their id. A page may hold
     * fewer than asked for, even none, where few nodes are open then; the last one has no cursor.
     */
    @Transactional(readOnly = true)
    public Page<OfNode> openingNodes(Instant from, @Nullable Instant until, @Nullable String cursor, int limit) {
        TenantId tenant = CallContext.current().tenant();
        var firsts = new Firsts(tenant, from, until);
        UUID after = cursor == null ? NodeGroup.NOBODY : Cursor.id(cursor, ORDER);
        List<OfNode> items = new ArrayList<>();
        for (int read = 0; read < NODES_A_PAGE; ) {
            int atOnce = Math.min(NODES_AT_ONCE, Math.max(limit, 100));
            List<NodeGroup> nodes = census.nodesAfter(tenant, firsts.questions, after, atOnce);
            for (NodeGroup node : nodes) {
                after = node.nodeId();
                firsts.of(node).ifPresent(items::add);
                if (items.size() == limit) {
                    return new Page<>(items, Cursor.ofId(after, ORDER));
                }
            }
            if (nodes.size() < atOnce) {
                return new Page<>(items, null);
            }
            read += nodes.size();
        }
        return new Page<>(items, Cursor.ofId(after, ORDER));
    }

    /** Those of these nodes that the caller may see and that are open at some time in {@code [from, until)}, by their id. */
    @Transactional(readOnly = true)
    public List<OfNode> openingsOf(Set<UUID> nodes, Instant from, @Nullable Instant until) {
        TenantId tenant = CallContext.current().tenant();
        var firsts = new Firsts(tenant, from, until);
        return census.nodes(tenant, firsts.questions, nodes).stream()
                .flatMap(node -> firsts.of(node).stream())
                .toList();
    }

    /** The first openings in some time, each group of nodes looked at once. */
    private final class Firsts {
        private final Schedules schedules;
        private final Questions questions;
        private final Expansion expansion;
        private final Reach reach = CallContext.reach();
        private final Map<Group, Optional<Opening>> known = new HashMap<>();

        Firsts(TenantId tenant, Instant from, @Nullable Instant until) {
            schedules = schedules(tenant);
            questions = Questions.of(schedules);
            expansion = new Expansion(schedules, from, checked(from, until, Duration.ofDays(1), LONGEST_SPAN));
        }

        Optional<OfNode> of(NodeGroup node) {
            if (!reach.covers(node.sitePath())) {
                return Optional.empty();
            }
            return known.computeIfAbsent(schedules.group(node), group -> first(expansion.of(group)))
                    .map(opening -> new OfNode(node.nodeId(), node.name(), node.sitePath(), opening));
        }
    }

    private static Optional<Opening> first(Openings found) {
        if (found.open().size() == 0) {
            return Optional.empty();
        }
        WindowDefinition window = found.windows().get(found.open().source(0));
        return Optional.of(
                new Shared(window, found.open().start(0), found.open().end(0)).opening(1));
    }

    /**
     * When one node may be disturbed.
     *
     * @param until null means a week after {@code from}; at most 366 days
     * @throws NotFound if the tenant has no such node, or it is decommissioned
     */
    @Transactional(readOnly = true)
    public NodeWindows ofNode(NodeId id, Instant now, Instant from, @Nullable Instant until) {
        TenantId tenant = CallContext.current().tenant();
        Instant end = checked(from, until, Duration.ofDays(7), LONGEST_SPAN_OF_NODE);
        Schedules schedules = schedules(tenant);
        NodeGroup node = census.node(tenant, Questions.of(schedules), id);
        if (node == null) {
            throw new NotFound("node", id.toString());
        }
        Group group = schedules.group(node);
        MergedSchedule schedule = schedules.of(group);
        Openings found = new Expansion(schedules, from, end).of(group);
        return new NodeWindows(
                id,
                ZoneId.of(node.zone()),
                node.ownZone(),
                from,
                end,
                found.windows(),
                NodeWindows.state(schedule, now),
                schedule.openAt(now),
                schedule.nextAfter(now),
                shown(found.windows(), found.open()),
                shown(found.windows(), found.frozen()),
                Math.max(found.open().size(), found.frozen().size()) > MAX_OF_NODE);
    }

    private static List<Schedule.Opening> shown(List<WindowDefinition> windows, Intervals intervals) {
        List<Schedule.Opening> shown = new ArrayList<>();
        for (int i = 0; i < Math.min(intervals.size(), MAX_OF_NODE); i++) {
            WindowDefinition window = windows.get(intervals.source(i));
            shown.add(new Schedule.Opening(
                    window.id(),
                    window.name(),
                    Instant.ofEpochMilli(intervals.start(i)),
                    Instant.ofEpochMilli(intervals.end(i))));
        }
        return shown;
    }

    private static Instant checked(Instant from, @Nullable Instant until, Duration usual, Duration longest) {
        Instant end = until == null ? from.plus(usual) : until;
        var problems = new Problems();
        if (!end.isAfter(from)) {
            problems.add("/until", "is %s, not after from, %s".formatted(end, from));
        } else if (end.isAfter(from.plus(longest))) {
            problems.add(
                    "/until",
                    "is %s; expected at most %d days after from, %s"
                            .formatted(end, longest.toDays(), from.plus(longest)));
        }
        problems.throwIfAny();
        return end;
    }
}

package org.maintenancemanager.web.admin;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.NodeOpening;
import org.maintenancemanager.api.admin.NodeWindow;
import org.maintenancemanager.api.admin.NodeWindowTime;
import org.maintenancemanager.api.admin.NodeWindows;
import org.maintenancemanager.api.admin.WindowCoverage;
import org.maintenancemanager.api.admin.WindowKind;
import org.maintenancemanager.api.admin.WindowOpening;
import org.maintenancemanager.api.admin.WindowOpenings;
import org.maintenancemanager.api.admin.WindowSiteGap;
import org.maintenancemanager.api.admin.WindowUsage;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.window.Schedule;
import org.maintenancemanager.core.window.WindowOpenings.OfNode;
import org.maintenancemanager.core.window.WindowOutlook;
import org.maintenancemanager.web.rest.QueryTime;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What windows and freezes come to for the nodes. */
@RestController
@RequestMapping("/api/v1")
class WindowOutlookResource {
    private static final int MAX_OPENINGS = 10_000;
    private static final int MAX_NODES = 1000;

    private final WindowOutlook outlook;

    WindowOutlookResource(WindowOutlook outlook) {
        this.outlook = outlook;
    }

    @GetMapping("/windows/coverage")
    WindowCoverage coverage() {
        var coverage = outlook.coverage(Instant.now());
        return new WindowCoverage(
                coverage.at(),
                coverage.nodes(),
                coverage.withoutWindow(),
                coverage.neverOpen(),
                coverage.onlyByDefault(),
                coverage.sites().stream()
                        .map(gap ->
                                new WindowSiteGap(gap.sitePath(), gap.nodes(), gap.withoutWindow(), gap.neverOpen()))
                        .toList(),
                coverage.windows().stream()
                        .map(usage -> new WindowUsage(
                                usage.id().value(),
                                usage.name(),
                                WindowKind.valueOf(usage.kind().name()),
                                WindowUsage.State.valueOf(usage.state().name()),
                                usage.nodes(),
                                usage.nextStart()))
                        .toList(),
                coverage.truncated());
    }

    @GetMapping("/windows/openings")
    WindowOpenings openings(
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String until,
            @RequestParam(defaultValue = "1000") int limit,
            @RequestParam(required = false) @Nullable String site) {
        checkLimit(limit, MAX_OPENINGS);
        var found =
                outlook.openings(QueryTime.of("from", from, Instant.now()), QueryTime.of("until", until), limit, site);
        return new WindowOpenings(
                found.from(),
                found.until(),
                found.nodes(),
                found.openings().stream()
                        .map(opening -> new WindowOpening(
                                opening.windowId().value(),
                                opening.windowName(),
                                opening.start(),
                                opening.end(),
                                opening.nodes()))
                        .toList(),
                found.truncated());
    }

    @GetMapping("/windows/openings/nodes")
    Page<NodeOpening> openingNodes(
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String until,
            @RequestParam(required = false) @Nullable Set<UUID> nodes,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(defaultValue = "50") int limit) {
        checkLimit(limit, MAX_NODES);
        Instant begin = QueryTime.of("from", from, Instant.now());
        Instant end = QueryTime.of("until", until);
        if (nodes == null) {
            return outlook.openingNodes(begin, end, cursor, limit).map(WindowOutlookResource::shown);
        }
        if (nodes.size() > MAX_NODES) {
            throw InvalidInput.at("/nodes", "are %d; expected at most %d".formatted(nodes.size(), MAX_NODES));
        }
        return new Page<>(outlook.openingsOf(nodes, begin, end), null).map(WindowOutlookResource::shown);
    }

    private static NodeOpening shown(OfNode node) {
        return new NodeOpening(
                node.nodeId(),
                node.nodeName(),
                node.sitePath(),
                node.opening().windowId().value(),
                node.opening().windowName(),
                node.opening().start(),
                node.opening().end());
    }

    @GetMapping("/nodes/{id}/windows")
    NodeWindows ofNode(
            @PathVariable UUID id,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String until) {
        Instant now = Instant.now();
        var found = outlook.ofNode(new NodeId(id), now, QueryTime.of("from", from, now), QueryTime.of("until", until));
        ZoneId zone = found.zone();
        return new NodeWindows(
                id,
                zone.getId(),
                found.ownZone() ? NodeWindows.ZoneOf.NODE : NodeWindows.ZoneOf.SITE,
                found.from(),
                found.until(),
                NodeWindows.State.valueOf(found.state().name()),
                found.openAt().map(opening -> time(opening, zone)).orElse(null),
                found.next().map(opening -> time(opening, zone)).orElse(null),
                found.windows().stream()
                        .map(window -> new NodeWindow(
                                window.id().value(),
                                window.name(),
                                WindowKind.valueOf(window.kind().name()),
                                window.text(),
                                window.zoneAt(zone).getId(),
                                WindowResource.target(window)))
                        .toList(),
                times(found.openings(), zone),
                times(found.frozen(), zone),
                found.truncated());
    }

    private static List<NodeWindowTime> times(List<Schedule.Opening> openings, ZoneId zone) {
        return openings.stream().map(opening -> time(opening, zone)).toList();
    }

    private static NodeWindowTime time(Schedule.Opening opening, ZoneId zone) {
        var window = opening.windowId();
        return new NodeWindowTime(
                window == null ? null : window.value(),
                opening.windowName(),
                opening.start(),
                opening.end(),
                opening.start().atZone(zone).toOffsetDateTime().toString(),
                opening.end().atZone(zone).toOffsetDateTime().toString());
    }

    private static void checkLimit(int limit, int max) {
        if (limit < 1 || limit > max) {
            throw InvalidInput.at("/limit", "is %d; allowed are 1 to %d".formatted(limit, max));
        }
    }
}

package org.maintenancemanager.core.window;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.window.Census.Questions;
import org.maintenancemanager.core.window.Expansion.Openings;
import org.maintenancemanager.core.window.LintReport.Code;
import org.maintenancemanager.core.window.LintReport.Finding;
import org.maintenancemanager.core.window.LintReport.Impact;
import org.maintenancemanager.core.window.LintReport.Severity;
import org.maintenancemanager.core.window.LintReport.SiteImpact;
import org.maintenancemanager.core.window.Recurrences.Occurrence;
import org.maintenancemanager.core.window.Schedules.Group;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Says what would probably not be meant of a window or freeze, and whom a change of it concerns; changes nothing. */
@Service
public class WindowLinter {
    /** In which other windows are looked at for overlaps and lengths. */
    private static final Duration NEAR = Duration.ofDays(40);

    private static final int NAMES_SHOWN = 5;

    private final Windows windows;
    private final Census census;
    private final NeededTimes neededTimes;

    WindowLinter(Windows windows, Census census, NeededTimes neededTimes) {
        this.windows = windows;
        this.census = census;
        this.neededTimes = neededTimes;
    }

    /** What a new window would do. */
    @Transactional
    public LintReport created(WindowDraft draft, Instant now) {
        return report(windows.checked(draft), now);
    }

    /**
     * What a change of a window would do. To disable it tells what its removal would do.
     *
     * @param change gets what is said now, and gives what would be said
     */
    @Transactional
    public LintReport changed(WindowId id, UnaryOperator<WindowDraft> change, Instant now) {
        return report(windows.checked(id, change.apply(windows.load(id).draft())), now);
    }

    private LintReport report(WindowDefinition window, Instant now) {
        TenantId tenant = CallContext.current().tenant();
        WindowSet set = windows.definitions(tenant);
        List<WindowDefinition> others = set.definitions().stream()
                .filter(other -> !other.id().equals(window.id()))
                .toList();
        var before = new Schedules(set.version(), set.definitions());
        // A window that is not enabled is looked at as if it were, but changes nothing.
        var looked = new Schedules(set.version(), with(others, window.enabled(true)));
        var after = window.enabled() ? looked : new Schedules(set.version(), others);
        var survey = new Survey(window, now, before, looked, after, neededTimes.of(tenant));
        census.forEachGroup(
                tenant, Questions.of(before).and(Questions.of(looked)).and(Census.HARDWARE), survey::add);
        return survey.report();
    }

    private static List<WindowDefinition> with(List<WindowDefinition> others, WindowDefinition window) {
        List<WindowDefinition> all = new ArrayList<>(others);
        all.add(window);
        return all;
    }

    /** Looks at all groups of nodes, then says what it saw. */
    private static final class Survey {
        private final WindowDefinition window;
        private final Instant now;
        private final Schedules before;
        private final Schedules looked;
        private final Schedules after;
        private final NeededTimes.Of needed;
        private final Foresight nextBefore;
        private final Foresight nextAfter;
        private final Expansion near;

        private final Map<Place, WindowLint> lints = new HashMap<>();
        private final Map<Group, Duration> longest = new HashMap<>();
        private final Set<Group> lookedForOverlaps = new HashSet<>();
        private final Set<String> overlapping = new TreeSet<>();
        private final Map<String, Long> tooShort = new TreeMap<>();
        private final Map<Fate, Long> fates = new HashMap<>();
        private final Set<Place> swallowedPlaces = new HashSet<>();
        private long nodes;
        private long swallowed;
        private long partlyFrozen;
        private long withoutWindow;
        private long changed;
        private long otherNextOpening;
        private long firstWindow;
        private long lastWindow;

        Survey(
                WindowDefinition window,
                Instant now,
                Schedules before,
                Schedules looked,
                Schedules after,
                NeededTimes.Of needed) {
            this.window = window;
            this.now = now;
            this.before = before;
            this.looked = looked;
            this.after = after;
            this.needed = needed;
            this.nextBefore = new Foresight(before, now);
            this.nextAfter = new Foresight(after, now);
            this.near = new Expansion(looked, now, now.plus(NEAR));
        }

        /** Where the window is to be looked at: the zone, and the freezes that hold there. */
        private record Place(ZoneId zone, List<WindowDefinition> freezes) {}

        private record Fate(
                String sitePath,
                @Nullable Instant before,
                @Nullable Instant after) {}

        void add(NodeGroup counted) {
            Group was = before.group(counted);
            Group is = after.group(counted);
            List<WindowDefinition> afterwards = after.windowsOf(is);
            List<WindowDefinition> beforehand = before.windowsOf(was);
            boolean hadWindow = hasPermit(beforehand);
            boolean hasWindow = hasPermit(afterwards);
            withoutWindow += hasWindow ? 0 : counted.nodes();
            if (!beforehand.equals(afterwards)) {
                changed += counted.nodes();
                firstWindow += !hadWindow && hasWindow ? counted.nodes() : 0;
                lastWindow += hadWindow && !hasWindow ? counted.nodes() : 0;
                var fate = new Fate(
                        counted.sitePath(),
                        nextBefore.next(was).orElse(null),
                        nextAfter.next(is).orElse(null));
                otherNextOpening += Objects.equals(fate.before, fate.after) ? 0 : counted.nodes();
                fates.merge(fate, counted.nodes(), Long::sum);
            }
            look(counted, looked.group(counted));
        }

        private static boolean hasPermit(List<WindowDefinition> windows) {
            return windows.stream().anyMatch(window -> window.kind() == Kind.PERMIT);
        }

        private void look(NodeGroup counted, Group group) {
            List<WindowDefinition> here = looked.windowsOf(group);
            if (here.stream().noneMatch(other -> other.id().equals(window.id()))) {
                return;
            }
            nodes += counted.nodes();
            if (window.kind() == Kind.FREEZE) {
                lintAt(new Place(zone(group), List.of()));
                return;
            }
            var place = new Place(
                    zone(group),
                    here.stream().filter(other -> other.kind() == Kind.FREEZE).toList());
            WindowLint lint = lintAt(place);
            if (lint.findings().contains(WindowLint.Finding.SWALLOWED_BY_FREEZE)) {
                swallowed += counted.nodes();
                swallowedPlaces.add(place);
            }
            partlyFrozen += lint.findings().contains(WindowLint.Finding.PARTLY_FROZEN) ? counted.nodes() : 0;
            Openings found = near.of(group);
            Duration open = longest.computeIfAbsent(
                    group,
                    asked -> Duration.ofMillis(Math.max(
                            found.open().longest(), lint.longestOpening().toMillis())));
            String hardware = counted.hardware();
            if (!open.isZero() && open.compareTo(needed.of(hardware)) < 0) {
                tooShort.merge(hardware == null ? "" : hardware, counted.nodes(), Long::sum);
            }
            if (lookedForOverlaps.add(group)) {
                overlaps(found.windows(), zone(group));
            }
        }

        private static ZoneId zone(Group group) {
            return group.zoneId().orElse(ZoneOffset.UTC);
        }

        private WindowLint lintAt(Place place) {
            return lints.computeIfAbsent(place, at -> WindowLint.of(window, at.zone, at.freezes, now));
        }

        private void overlaps(List<WindowDefinition> here, ZoneId zone) {
            Intervals own = intervals(window, zone);
            for (WindowDefinition other : here) {
                if (other.kind() == Kind.PERMIT && !other.id().equals(window.id())) {
                    Intervals theirs = intervals(other, zone);
                    if (own.minus(theirs).length() < own.length()) {
                        overlapping.add(other.name());
                    }
                }
            }
        }

        private Intervals intervals(WindowDefinition one, ZoneId zone) {
            return Intervals.union(near.of(one, zone).stream()
                    .map((Occurrence occurrence) -> new Intervals.Interval(occurrence.start(), occurrence.end(), 0))
                    .toList());
        }

        LintReport report() {
            if (lints.isEmpty()) {
                // No node: the definition by itself is all there is to look at.
                lintAt(new Place(ZoneOffset.UTC, List.of()));
            }
            WindowLint most = lints.values().stream()
                    .max(Comparator.comparing(WindowLint::openInAYear))
                    .orElseThrow();
            List<Finding> findings = new ArrayList<>(WindowLint.findings(window, lints.values(), nodes));
            ofNodes(findings);
            findings.sort(Comparator.comparing(Finding::severity).thenComparing(Finding::code));
            return new LintReport(WindowText.of(window), most.openInAYear(), nodes, findings, impact());
        }

        private void ofNodes(List<Finding> findings) {
            if (nodes == 0) {
                findings.add(
                        new Finding(Code.UNUSED, Severity.WARNING, 0, "No node is in its target, so it does nothing."));
            }
            if (swallowed > 0) {
                findings.add(new Finding(
                        Code.SWALLOWED_BY_FREEZE,
                        swallowed == nodes ? Severity.ERROR : Severity.WARNING,
                        swallowed,
                        "For %s a freeze holds whenever it would open within a year: %s."
                                .formatted(
                                        nodes(swallowed),
                                        names(swallowedPlaces.stream()
                                                .flatMap(place -> place.freezes.stream())
                                                .map(WindowDefinition::name)
                                                .distinct()
                                                .sorted()
                                                .toList()))));
            }
            if (partlyFrozen > 0) {
                double share = lints.values().stream()
                        .filter(lint -> lint.findings().contains(WindowLint.Finding.PARTLY_FROZEN))
                        .mapToDouble(lint -> (double) lint.frozenInAYear().toMillis()
                                / lint.openInAYear().toMillis())
                        .max()
                        .orElse(0);
                findings.add(new Finding(
                        Code.PARTLY_FROZEN,
                        Severity.INFO,
                        partlyFrozen,
                        "For %s freezes take up to %.0f %% of its time within a year."
                                .formatted(nodes(partlyFrozen), Math.max(1, share * 100))));
            }
            tooShort.forEach((hardware, many) -> findings.add(new Finding(
                    Code.TOO_SHORT,
                    Severity.ERROR,
                    many,
                    "%s needs %d minutes to install, restart and be checked, longer than any opening of %s."
                            .formatted(
                                    hardware.isEmpty() ? "Unknown hardware" : "Hardware " + hardware,
                                    minutes(needed.of(hardware.isEmpty() ? null : hardware)),
                                    nodes(many)))));
            if (withoutWindow > 0) {
                findings.add(new Finding(
                        Code.NODES_WITHOUT_WINDOW,
                        lastWindow > 0 ? Severity.ERROR : Severity.INFO,
                        withoutWindow,
                        lastWindow > 0
                                ? "%s would lose the last window and never be updated; %s would have none at all."
                                        .formatted(nodes(lastWindow), nodes(withoutWindow))
                                : "%s of the tenant have no window, with this one too."
                                        .formatted(nodes(withoutWindow))));
            }
            if (!overlapping.isEmpty()) {
                findings.add(new Finding(
                        Code.OVERLAPS,
                        Severity.INFO,
                        0,
                        "It overlaps with %s for some nodes; together they make one opening."
                                .formatted(names(List.copyOf(overlapping)))));
            }
        }

        private Impact impact() {
            List<SiteImpact> sites = fates.entrySet().stream()
                    .map(entry -> new SiteImpact(
                            entry.getKey().sitePath, entry.getValue(), entry.getKey().before, entry.getKey().after))
                    .sorted(Comparator.comparingLong((SiteImpact site) -> -site.nodes())
                            .thenComparing(SiteImpact::sitePath))
                    .toList();
            return new Impact(
                    changed,
                    otherNextOpening,
                    firstWindow,
                    lastWindow,
                    sites.stream().limit(Impact.MAX_SITES).toList(),
                    sites.size() > Impact.MAX_SITES);
        }

        private static long minutes(Duration duration) {
            return Math.max(1, duration.plusSeconds(59).toMinutes());
        }

        private static String nodes(long many) {
            return many == 1 ? "1 node" : many + " nodes";
        }

        private static String names(List<String> names) {
            String shown = String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size())));
            return names.size() > NAMES_SHOWN ? "%s and %d more".formatted(shown, names.size() - NAMES_SHOWN) : shown;
        }
    }
}

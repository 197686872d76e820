package org.maintenancemanager.core.window;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.node.Selectable;
import org.maintenancemanager.core.node.Selector;
import org.maintenancemanager.core.window.WindowDefinition.BySelector;
import org.maintenancemanager.core.window.WindowDefinition.Default;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDefinition.NodeLocal;
import org.maintenancemanager.core.window.WindowDefinition.SingleNode;
import org.maintenancemanager.core.window.WindowDefinition.SiteSubtree;
import org.maintenancemanager.core.window.WindowDefinition.Tenant;

/**
 * All windows and freezes of one tenant, as they are at one version. Nodes to which the same definitions apply in the same
 * zone share one schedule, so a million nodes need as many as there are sites, at most. Safe for use by many threads.
 */
public final class Schedules {
    private final long version;
    private final List<WindowDefinition> windows;

    /** Which windows a node may have, by what their targets ask for; the selectors are then asked themselves. */
    private final BitSet ofTenant = new BitSet();

    private final BitSet ofRest = new BitSet();
    private final Map<String, BitSet> ofSite = new HashMap<>();
    private final Map<UUID, BitSet> ofNode = new HashMap<>();
    private final Map<String, Map<String, BitSet>> bySelector = new HashMap<>();
    private final BitSet byAnySelector = new BitSet();
    private final BitSet permits = new BitSet();
    private final BitSet local = new BitSet();

    private final ConcurrentHashMap<String, BitSet> atOrAboveSite = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Group, MergedSchedule> schedules = new ConcurrentHashMap<>();

    /**
     * @param version of the tenant's windows that these are
     * @param windows valid ones; those that are not enabled are left out
     */
    public Schedules(long version, List<WindowDefinition> windows) {
        this.version = version;
        this.windows = windows.stream().filter(WindowDefinition::enabled).toList();
        for (int i = 0; i < this.windows.size(); i++) {
            index(i, this.windows.get(i));
        }
    }

    private void index(int i, WindowDefinition window) {
        permits.set(i, window.kind() == Kind.PERMIT);
        local.set(i, window.zone() instanceof NodeLocal);
        switch (window.target()) {
            case Tenant all -> ofTenant.set(i);
            case Default rest -> ofRest.set(i);
            case SiteSubtree site ->
                ofSite.computeIfAbsent(site.path(), path -> new BitSet()).set(i);
            case SingleNode single ->
                ofNode.computeIfAbsent(single.node().value(), node -> new BitSet())
                        .set(i);
            case BySelector by -> {
                Selector.Requirement required = by.selector().requirement().orElse(null);
                if (required == null) {
                    byAnySelector.set(i);
                } else {
                    Map<String, BitSet> byValue =
                            bySelector.computeIfAbsent(required.attribute(), attribute -> new HashMap<>());
                    required.values()
                            .forEach(value -> byValue.computeIfAbsent(value, any -> new BitSet())
                                    .set(i));
                }
            }
        }
    }

    /** For a tenant without windows: nothing is ever open. */
    public static Schedules none() {
        return new Schedules(0, List.of());
    }

    public long version() {
        return version;
    }

    /** When this node may be disturbed. Keep the answer with the node's facts. */
    public Schedule forNode(Selectable node) {
        return of(group(node));
    }

    /** The nodes that no window tells from this one. */
    Group group(Selectable node) {
        BitSet applying = applying(node);
        // Where every window has a zone of its own, the node's does not matter.
        return new Group(applying.intersects(local) ? node.zone() : ZoneOffset.UTC.getId(), applying);
    }

    MergedSchedule of(Group group) {
        return schedules.computeIfAbsent(group, this::schedule);
    }

    /** The enabled windows and freezes that hold for these nodes, in the order of the tenant's. */
    List<WindowDefinition> windowsOf(Group group) {
        return group.windows.stream().mapToObj(windows::get).toList();
    }

    /** The attributes of a node that decide which windows it has, besides its id, site and zone. */
    Set<String> attributes() {
        Set<String> attributes = new TreeSet<>();
        for (WindowDefinition window : windows) {
            if (window.target() instanceof BySelector by) {
                attributes.addAll(by.selector().attributes());
            }
        }
        return attributes;
    }

    /** The nodes that windows name one by one. */
    Set<UUID> singleNodes() {
        return Set.copyOf(ofNode.keySet());
    }

    List<WindowDefinition> windows() {
        return windows;
    }

    private BitSet applying(Selectable node) {
        BitSet applying = (BitSet) atOrAbove(node.sitePath()).clone();
        BitSet own = ofNode.get(node.nodeId());
        if (own != null) {
            applying.or(own);
        }
        select(byAnySelector, node, applying);
        bySelector.forEach((attribute, byValue) -> {
            String value = Selector.value(attribute, node);
            BitSet candidates = value == null ? null : byValue.get(value);
            if (candidates != null) {
                select(candidates, node, applying);
            }
        });
        if (!applying.intersects(permits)) {
            applying.or(ofRest);
        }
        return applying;
    }

    private void select(BitSet candidates, Selectable node, BitSet applying) {
        for (int i = candidates.nextSetBit(0); i >= 0; i = candidates.nextSetBit(i + 1)) {
            if (windows.get(i).target() instanceof BySelector by
                    && by.selector().matches(node)) {
                applying.set(i);
            }
        }
    }

    /** Windows of the tenant, and of the sites from the root down to this one. Never changed once it is made. */
    private BitSet atOrAbove(String path) {
        return atOrAboveSite.computeIfAbsent(path, site -> {
            BitSet found = (BitSet) ofTenant.clone();
            for (int end = site.indexOf('/', 1); end >= 0; end = site.indexOf('/', end + 1)) {
                or(found, ofSite.get(site.substring(0, end)));
            }
            or(found, ofSite.get(site));
            return found;
        });
    }

    private static void or(BitSet set, @Nullable BitSet other) {
        if (other != null) {
            set.or(other);
        }
    }

    /** How many different schedules the nodes asked for so far have. */
    int size() {
        return schedules.size();
    }

    private MergedSchedule schedule(Group group) {
        Optional<ZoneId> nodeZone = group.zoneId();
        // A zone that this machine does not know: a freeze could not be honoured, so nothing is open.
        return new MergedSchedule(nodeZone.map(zone -> windowsOf(group).stream()
                        .map(window -> new MergedSchedule.Part(window, window.zoneAt(zone)))
                        .toList())
                .orElse(List.of()));
    }

    /**
     * Nodes to which the same definitions apply in the same zone.
     *
     * @param zone of the nodes; UTC where it does not matter
     * @param windows their places in the tenant's list
     */
    record Group(String zone, BitSet windows) {
        /** Empty if this machine does not know the zone. */
        Optional<ZoneId> zoneId() {
            try {
                return Optional.of(ZoneId.of(zone));
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        }
    }
}

package org.maintenancemanager.core.window;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.maintenancemanager.core.node.Selectable;
import org.maintenancemanager.core.window.WindowDefinition.BySelector;
import org.maintenancemanager.core.window.WindowDefinition.FixedZone;
import org.maintenancemanager.core.window.WindowDefinition.NodeLocal;
import org.maintenancemanager.core.window.WindowDefinition.SingleNode;
import org.maintenancemanager.core.window.WindowDefinition.SiteSubtree;
import org.maintenancemanager.core.window.WindowDefinition.Target;
import org.maintenancemanager.core.window.WindowDefinition.Tenant;

/**
 * All windows and freezes of one tenant, as they are at one version. Nodes to which the same definitions apply in the same
 * zone share one schedule, so a million nodes need as many as there are sites, at most. Safe for use by many threads.
 */
public final class Schedules {
    private final long version;
    private final List<WindowDefinition> windows;
    private final ConcurrentHashMap<Group, Schedule> schedules = new ConcurrentHashMap<>();

    /**
     * @param version of the tenant's windows that these are
     * @param windows valid ones; those that are not enabled are left out
     */
    public Schedules(long version, List<WindowDefinition> windows) {
        this.version = version;
        this.windows = windows.stream().filter(WindowDefinition::enabled).toList();
    }

    /** For a tenant without windows: nothing is ever open. */
    public static Schedules none() {
        return new Schedules(0, List.of());
    }

    public long version() {
        return version;
    }

    /** When this node may be disturbed. Costs a look at every definition, so keep the answer with the node's facts. */
    public Schedule forNode(Selectable node) {
        var applying = new BitSet(windows.size());
        boolean local = false;
        for (int i = 0; i < windows.size(); i++) {
            if (applies(windows.get(i).target(), node)) {
                applying.set(i);
                local |= windows.get(i).zone() instanceof NodeLocal;
            }
        }
        // Where every window has a zone of its own, the node's does not matter.
        String zone = local ? node.zone() : ZoneOffset.UTC.getId();
        return schedules.computeIfAbsent(new Group(zone, applying), this::schedule);
    }

    /** How many different schedules the nodes asked for so far have. */
    int size() {
        return schedules.size();
    }

    private Schedule schedule(Group group) {
        ZoneId nodeZone;
        try {
            nodeZone = ZoneId.of(group.zone);
        } catch (DateTimeException e) {
            // A zone that this machine does not know: a freeze could not be honoured, so nothing is open.
            return new MergedSchedule(List.of());
        }
        List<MergedSchedule.Part> parts = new ArrayList<>();
        for (int i = group.windows.nextSetBit(0); i >= 0; i = group.windows.nextSetBit(i + 1)) {
            WindowDefinition window = windows.get(i);
            ZoneId zone = switch (window.zone()) {
                case FixedZone fixed -> fixed.id();
                case NodeLocal unused -> nodeZone;
            };
            parts.add(new MergedSchedule.Part(window, zone));
        }
        return new MergedSchedule(parts);
    }

    private static boolean applies(Target target, Selectable node) {
        return switch (target) {
            case Tenant unused -> true;
            case SiteSubtree site -> isWithin(node.sitePath(), site.path());
            case BySelector selected -> selected.selector().matches(node);
            case SingleNode single -> single.node().value().equals(node.nodeId());
        };
    }

    private static boolean isWithin(String path, String root) {
        return path.startsWith(root) && (path.length() == root.length() || path.charAt(root.length()) == '/');
    }

    /** Nodes to which the same definitions apply in the same zone. */
    private record Group(String zone, BitSet windows) {}
}

package org.maintenancemanager.api.admin;

import java.util.List;
import java.util.Map;

/**
 * Counters of nodes.
 *
 * @param nodes by their state
 * @param updates active ones, by their state
 * @param ended updates that came to an end within 24 hours, by their state
 * @param silent active nodes that nobody heard of for an hour
 * @param versions what active slots hold, the most frequent first
 */
public record FleetCounts(
        Map<String, Integer> nodes,
        Map<String, Integer> updates,
        Map<String, Integer> ended,
        int silent,
        List<VersionCount> versions) {
    public FleetCounts {
        nodes = Map.copyOf(nodes);
        updates = Map.copyOf(updates);
        ended = Map.copyOf(ended);
        versions = List.copyOf(versions);
    }
}

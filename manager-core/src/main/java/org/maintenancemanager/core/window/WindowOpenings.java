package org.maintenancemanager.core.window;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Which effective windows of a tenant are open at some time in {@code [from, until)}, freezes taken away.
 *
 * @param nodes that are open then at all
 * @param openings by their start
 * @param truncated whether there are more openings; {@code nodes} counts all
 */
public record WindowOpenings(Instant from, Instant until, long nodes, List<Opening> openings, boolean truncated) {
    public WindowOpenings {
        openings = List.copyOf(openings);
    }

    /**
     * {@code [start, end)}, which may reach out of the time asked for.
     *
     * @param windowName of the window that it begins with, where several follow each other
     * @param nodes that open so
     */
    public record Opening(WindowId windowId, String windowName, Instant start, Instant end, long nodes) {}

    /** The first opening of one node. */
    public record OfNode(UUID nodeId, String nodeName, String sitePath, Opening opening) {}
}

package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;

/**
 * The first opening of a node in the time asked for.
 *
 * @param windowName of the window that it begins with, where several follow each other
 */
public record NodeOpening(
        UUID nodeId,
        String nodeName,
        String sitePath,
        UUID windowId,
        String windowName,
        Instant startsAt,
        Instant endsAt) {}

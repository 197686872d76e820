package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;

/**
 * One opening, [startsAt, endsAt).
 *
 * @param windowName of the window that it begins with, where several follow each other
 * @param nodes that open so
 */
public record WindowOpening(UUID windowId, String windowName, Instant startsAt, Instant endsAt, long nodes) {}

package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;

/**
 * Which effective windows are open at some time in [from, until), freezes taken away.
 *
 * @param nodes that are open then at all
 * @param openings by their start
 * @param truncated whether there are more openings; nodes counts all
 */
public record WindowOpenings(
        Instant from, Instant until, long nodes, List<WindowOpening> openings, boolean truncated) {}

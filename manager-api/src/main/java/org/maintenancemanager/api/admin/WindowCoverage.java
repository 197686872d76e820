package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;

/**
 * How well windows cover the nodes; decommissioned ones are not counted.
 *
 * @param at when it was counted
 * @param withoutWindow nodes to which no PERMIT applies: they are never updated
 * @param neverOpen nodes that have windows, none of which opens within a year
 * @param onlyByDefault nodes that have nothing but DEFAULT windows
 * @param sites those with nodes without a window or that never open, most of them first, at most 100
 * @param windows those that no node uses first, at most 1000
 * @param truncated whether sites or windows were left out
 */
public record WindowCoverage(
        Instant at,
        long nodes,
        long withoutWindow,
        long neverOpen,
        long onlyByDefault,
        List<WindowSiteGap> sites,
        List<WindowUsage> windows,
        boolean truncated) {}

package org.maintenancemanager.api.admin;

import java.util.List;

/**
 * What a change of windows does to nodes.
 *
 * @param nodes whose windows change
 * @param otherNextOpening of these, those whose next opening changes
 * @param firstWindow of these, those that had no window
 * @param lastWindow of these, those that have none afterwards
 * @param sites most nodes first, at most 100
 * @param truncated whether there are more sites
 */
public record WindowImpact(
        long nodes,
        long otherNextOpening,
        long firstWindow,
        long lastWindow,
        List<WindowSiteImpact> sites,
        boolean truncated) {}

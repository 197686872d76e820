package org.maintenancemanager.api.admin;

import java.util.List;

/**
 * What a window would do, without keeping it.
 *
 * @param text when it is open, as a person says it
 * @param openHoursAYear of the 365 days from now, freezes not looked at
 * @param nodes to which it would apply
 * @param findings the worst first
 */
public record WindowLintReport(
        String text, double openHoursAYear, long nodes, List<WindowFinding> findings, WindowImpact impact) {}

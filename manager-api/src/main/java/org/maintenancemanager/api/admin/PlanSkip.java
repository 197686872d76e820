package org.maintenancemanager.api.admin;

/**
 * Nodes that the selector chooses and that have nothing to do.
 *
 * @param code why: {@code ALREADY_RUNNING}, {@code DOWNGRADE}, {@code BUSY} and so on
 */
public record PlanSkip(String code, int nodes, String sentence) {}

package org.maintenancemanager.api.admin;

/**
 * Openings that went by.
 *
 * @param windows each node counts for each of them
 */
public record MissedWindows(MissReason reason, int windows, String sentence) {}

package org.maintenancemanager.api.admin;

/**
 * What a site loads.
 */
public record PlanSite(String sitePath, int nodes, long bytes) {}

package org.maintenancemanager.api.admin;

/**
 * One site of a report.
 */
public record NightSite(String sitePath, NightCounts counts) {}

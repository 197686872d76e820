package org.maintenancemanager.api.admin;

/**
 * When a wave opens.
 */
public record ForecastWave(String name, ForecastSpan opens) {}

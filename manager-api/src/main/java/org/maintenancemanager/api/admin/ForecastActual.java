package org.maintenancemanager.api.admin;

import java.time.Instant;

/**
 * Nodes that had come to an end by then.
 */
public record ForecastActual(Instant at, int confirmed, int failed) {}

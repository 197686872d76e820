package org.maintenancemanager.api.admin;

import java.time.Instant;

/**
 * How many nodes will have come to an end by then; in one of ten cases fewer than {@code p10}.
 */
public record ForecastPoint(Instant at, int p10, int p50, int p90) {}

package org.maintenancemanager.api.admin;

import java.time.Duration;
import java.time.Instant;

/**
 * How long updates of some hardware take, from the permit to the confirmation.
 *
 * @param samples latest confirmed updates that it was measured from, 20 to 500
 * @param p50 half of them took no longer
 * @param p95 95 of 100 took no longer: without so much left of a window there is no permit, unless the campaign says otherwise
 */
public record HardwareTiming(String hardware, int samples, Duration p50, Duration p95, Instant refreshedAt) {}

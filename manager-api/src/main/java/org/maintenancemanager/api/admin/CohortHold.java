package org.maintenancemanager.api.admin;

import java.time.Instant;

/**
 * Since when a cohort gets no permits.
 *
 * @param by {@code guard}, or who held it
 */
public record CohortHold(Instant since, String by, String reason) {}

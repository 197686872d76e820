package org.maintenancemanager.api.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What plans and forecasts are compared by.
 *
 * @param p50 when it probably ends; absent where it does not by itself
 * @param p90 in nine of ten cases it has ended by then
 */
public record PlanSummary(
        Instant at,
        int members,
        @Nullable Instant p50,
        @Nullable Instant p90) {}

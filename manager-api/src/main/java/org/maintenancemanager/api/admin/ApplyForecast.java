package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a campaign comes to.
 *
 * @param members its nodes that have something to do
 * @param p50 when its last node comes to its end, in half of all cases; absent: not by itself within a year
 * @param p90 in nine of ten cases
 */
public record ApplyForecast(
        String campaign,
        int members,
        @Nullable Instant p50,
        @Nullable Instant p90,
        List<PlanFinding> findings) {}

package org.maintenancemanager.api.admin;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a campaign differs from an earlier plan or forecast of it.
 *
 * @param moreMembers fewer, if negative
 * @param p50Later sooner, if negative; absent where one of both does not end
 * @param sentence the same in words
 */
public record PlanComparison(
        PlanSummary previous,
        int moreMembers,
        @Nullable Duration p50Later,
        @Nullable Duration p90Later,
        String sentence) {}

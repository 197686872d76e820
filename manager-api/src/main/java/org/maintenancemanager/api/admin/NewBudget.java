package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * A budget to be created; and all of it that can be changed, but for the site.
 *
 * @param maxInFlight nodes below the site that may be disturbed at once; 0 lets nobody start
 */
public record NewBudget(
        @Nullable String name,
        @Nullable String sitePath,
        @Nullable Integer maxInFlight) {}

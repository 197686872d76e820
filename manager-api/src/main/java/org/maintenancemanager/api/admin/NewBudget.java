package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * A budget to be created; and all of it that can be changed, but for the site and the selector.
 *
 * @param sitePath of a site: it holds for all nodes there and below; or else
 * @param selector it holds for the nodes that this chooses
 * @param maxInFlight nodes that may be disturbed at once; 0 lets nobody start; absent only where downloads are paced
 * @param downloads absent: they are not paced
 */
public record NewBudget(
        @Nullable String name,
        @Nullable String sitePath,
        @Nullable String selector,
        @Nullable Integer maxInFlight,
        @Nullable BudgetDownloads downloads) {}

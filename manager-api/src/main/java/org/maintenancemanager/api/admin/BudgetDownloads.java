package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * How a budget paces downloads. Nodes whose window opens first download first.
 *
 * @param max nodes that may download at once; absent: any number
 * @param bytesPerSecond that downloads may begin to take on average; absent: any number
 */
public record BudgetDownloads(
        @Nullable Integer max, @Nullable Long bytesPerSecond) {}

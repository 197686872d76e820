package org.maintenancemanager.api.admin;

import java.time.Instant;

/**
 * The fleet in numbers, as it was counted last.
 *
 * @param at when it was counted: some seconds ago, longer where counting takes long or nobody looked
 * @param refreshing whether it is being counted again, so that asking once more gives newer numbers
 */
public record Overview(Instant at, boolean refreshing, FleetCounts counts) {}

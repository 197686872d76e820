package org.maintenancemanager.api.admin;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A wave to be: exactly one of percent, count, selector or rest.
 *
 * @param percent of all the campaign's nodes, more than 0 to 100, at most three decimals
 * @param minConfirmedShare 0 to 1, at most four decimals; 1 if absent
 */
public record NewWave(
        @Nullable String name,
        @Nullable BigDecimal percent,
        @Nullable Integer count,
        @Nullable String selector,
        @Nullable Boolean rest,
        @Nullable BigDecimal minConfirmedShare,
        @Nullable WaveGate gate) {}

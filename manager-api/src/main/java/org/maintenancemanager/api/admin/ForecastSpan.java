package org.maintenancemanager.api.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * In one of ten cases before {@code p10}, in five before {@code p50}, in nine before {@code p90}; absent where it does not
 * come to it by itself within a year in so many cases.
 */
public record ForecastSpan(
        @Nullable Instant p10,
        @Nullable Instant p50,
        @Nullable Instant p90) {}

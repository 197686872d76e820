package org.maintenancemanager.core.calendar;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A calendar as it is kept.
 *
 * @param events windows that it comes to
 * @param contentSha256 of the content that is in force; null before the first
 * @param checkedAt when it was fetched or uploaded last, whether that could be used or not
 * @param loadedAt when its content changed last
 * @param problem why the last one could not be used; the content before it is in force then
 * @param nextCheckAt when it is fetched again
 */
public record Calendar(
        CalendarId id,
        CalendarDraft draft,
        int events,
        @Nullable String contentSha256,
        @Nullable Instant checkedAt,
        @Nullable Instant loadedAt,
        @Nullable String problem,
        @Nullable Instant nextCheckAt,
        Instant createdAt,
        Instant updatedAt,
        long revision) {}

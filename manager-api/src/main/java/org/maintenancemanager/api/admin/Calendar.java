package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A calendar whose events are windows or freezes.
 *
 * @param events windows that it comes to
 * @param contentSha256 of the content that is in force; absent before the first
 * @param checkedAt when it was fetched or uploaded last, whether that could be used or not
 * @param loadedAt when its content changed last
 * @param problem why the last one could not be used; the content before it is in force then
 * @param nextCheckAt when it is fetched again
 * @param revision the ETag's number
 */
public record Calendar(
        UUID id,
        String name,
        WindowKind kind,
        String zone,
        WindowTarget target,
        boolean enabled,
        @Nullable String url,
        int refreshMinutes,
        int events,
        @Nullable String contentSha256,
        @Nullable Instant checkedAt,
        @Nullable Instant loadedAt,
        @Nullable String problem,
        @Nullable Instant nextCheckAt,
        Instant createdAt,
        Instant updatedAt,
        long revision) {}

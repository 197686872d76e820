package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who is logged in to the console.
 *
 * @param personId absent if it was opened with an API token
 * @param name of the person or token
 * @param client the browser, as it calls itself
 * @param authenticatedAt when it was last proved who it is
 * @param lastUsedAt some seconds late
 * @param expiresAt the latest end
 */
public record Session(
        UUID id,
        @Nullable UUID personId,
        @Nullable UUID apiTokenId,
        String name,
        String address,
        @Nullable String client,
        Instant createdAt,
        Instant authenticatedAt,
        Instant lastUsedAt,
        Instant expiresAt) {}

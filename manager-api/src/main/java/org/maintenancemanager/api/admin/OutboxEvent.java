package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A fact for followers.
 *
 * @param deliveredAt absent until it is delivered
 */
public record OutboxEvent(
        UUID id,
        String kind,
        String objectId,
        @Nullable Map<String, ?> payload,
        Instant createdAt,
        @Nullable Instant deliveredAt) {}

package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A named pointer to an image of a family.
 *
 * @param imageId absent while nothing was promoted to it
 * @param revision the ETag's number
 */
public record Channel(
        UUID id,
        String family,
        String name,
        @Nullable UUID imageId,
        Instant createdAt,
        Instant updatedAt,
        long revision) {}

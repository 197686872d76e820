package org.maintenancemanager.api.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Nodes of one site that fare alike.
 *
 * @param nextOpeningBefore as windows are now; in the past if they are open, absent if there is none within a year
 * @param nextOpeningAfter the same with the change
 */
public record WindowSiteImpact(
        String sitePath,
        long nodes,
        @Nullable Instant nextOpeningBefore,
        @Nullable Instant nextOpeningAfter) {}

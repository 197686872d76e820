package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The isolation boundary that everything belongs to.
 *
 * @param zone IANA zone for what has no site
 * @param maxInFlight the most permits in flight in the whole tenant; absent: no cap
 * @param revision grows with each change by people
 */
public record Tenant(
        UUID id,
        String name,
        String state,
        String zone,
        @Nullable Integer maxInFlight,
        int inFlight,
        Instant createdAt,
        Instant updatedAt,
        long revision) {}

package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;

/**
 * A new feed with its address.
 *
 * @param url which is its own key, and is never shown again
 */
public record CreatedCalendarFeed(
        UUID id, String name, String sitePath, String createdBy, Instant createdAt, String url) {}

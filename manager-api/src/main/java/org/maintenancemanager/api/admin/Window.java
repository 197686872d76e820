package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A maintenance window or freeze.
 *
 * @param text when it is open, as a person says it
 * @param duration ISO 8601, elapsed time; absent for a ONE_SHOT
 * @param zone IANA name, or NODE_LOCAL
 * @param revision the ETag's number
 * @param calendarId of the calendar that it comes from, by which alone it changes
 */
public record Window(
        UUID id,
        String name,
        WindowKind kind,
        WindowRecurrence recurrence,
        String text,
        @Nullable String duration,
        String zone,
        WindowTarget target,
        boolean enabled,
        @Nullable Instant validFrom,
        @Nullable Instant validUntil,
        Instant createdAt,
        Instant updatedAt,
        long revision,
        @Nullable UUID calendarId) {}

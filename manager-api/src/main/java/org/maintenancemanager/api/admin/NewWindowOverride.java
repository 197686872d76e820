package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Leave to disturb a campaign's nodes outside of their windows.
 *
 * @param reason 1 to 1000 characters; for the audit and whoever asks why a node restarted at noon
 * @param until when it ends by itself, at most 14 days from now
 * @param freezes that are overridden as well; all others hold
 */
public record NewWindowOverride(
        @Nullable String reason,
        @Nullable Instant until,
        @Nullable List<UUID> freezes) {}

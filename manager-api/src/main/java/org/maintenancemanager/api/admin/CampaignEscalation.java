package org.maintenancemanager.api.admin;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Leave to disturb nodes outside of windows once a campaign has taken too long. Given once; it ends by itself.
 *
 * @param after the beginning, a minute to 366 days
 * @param lasts how long, a minute to 14 days
 * @param reason 1 to 1000 characters; for the audit and whoever asks why a node restarted at noon
 * @param windows whose nodes it is for; absent or empty: all nodes
 * @param freezes that are overridden as well; all others hold
 */
public record CampaignEscalation(
        @Nullable Duration after,
        @Nullable Duration lasts,
        @Nullable String reason,
        @Nullable List<UUID> windows,
        @Nullable List<UUID> freezes) {}

package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Leave to disturb a campaign's nodes outside of their windows.
 *
 * @param by who gave it
 * @param until when it ends by itself; it may have ended
 * @param windows whose nodes it is for; absent: all nodes
 * @param freezes that are overridden as well; all others hold
 */
public record WindowOverride(
        String reason,
        String by,
        Instant since,
        Instant until,
        List<UUID> freezes,
        @Nullable List<UUID> windows) {}

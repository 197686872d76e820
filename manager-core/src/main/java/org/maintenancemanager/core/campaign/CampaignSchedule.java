package org.maintenancemanager.core.campaign;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.window.WindowId;

/**
 * What a campaign does as time passes, beside its start.
 *
 * @param joinLater whether nodes that match after the beginning become members too
 * @param endsAt when nodes that have no permit are called off, and the campaign is over; null: never
 * @param deadline by when it should be done: nothing stops then, it is told; null: no wish
 * @param escalation null: windows hold, however long it takes
 */
public record CampaignSchedule(
        boolean joinLater,
        @Nullable Instant endsAt,
        @Nullable Instant deadline,
        @Nullable Escalation escalation) {
    public static final CampaignSchedule DEFAULT = new CampaignSchedule(true, null, null, null);

    /**
     * Leave to disturb nodes outside of windows once the campaign has taken too long. It is given once, and ends by itself.
     *
     * @param after the beginning, a minute to 366 days
     * @param lasts how long, a minute to 14 days
     * @param windows whose nodes it is for; empty: all nodes
     * @param freezes that it overrides too; all others hold
     */
    public record Escalation(
            Duration after, Duration lasts, String reason, Set<WindowId> windows, Set<WindowId> freezes) {
        public Escalation {
            windows = Set.copyOf(windows);
            freezes = Set.copyOf(freezes);
        }
    }
}

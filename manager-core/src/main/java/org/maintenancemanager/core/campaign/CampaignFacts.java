package org.maintenancemanager.core.campaign;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.image.ImageFacts;

/**
 * What a decision needs to know of a campaign; held in memory, at most 2 s old. It can delay an offer, never grant.
 *
 * @param prestage whether nodes may write the inactive slot without a permit
 * @param permitLimit the longest that a permit may be valid
 * @param needed what install, reboot and health check take; no permit when less of the window is left
 * @param bootDeadline how long after a permit's end a silent node keeps its slot
 * @param inFlight permits in flight when the facts were read
 */
public record CampaignFacts(
        CampaignId id,
        String name,
        CampaignState state,
        @Nullable String stateReason,
        @Nullable Instant stateSince,
        ImageFacts image,
        List<WaveFacts> waves,
        int maxInFlight,
        int inFlight,
        boolean prestage,
        boolean allowDowngrade,
        Duration permitLimit,
        Duration needed,
        Duration bootDeadline) {
    public CampaignFacts {
        waves = List.copyOf(waves);
    }

    /**
     * @param openedAt when the gate of the wave before passed; null while it has not
     * @param waitsFor one sentence on what the gate before it still wants; empty when open
     */
    public record WaveFacts(
            int ordinal,
            String name,
            @Nullable Instant openedAt,
            @Nullable Instant passedAt,
            String waitsFor) {}

    /** A site's budget with its present use, as far as memory knows. */
    public record BudgetFacts(BudgetId id, String name, String sitePath, int maxInFlight, int inFlight) {}
}

package org.maintenancemanager.core.campaign;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.window.WindowOverride;

/**
 * A campaign as it stands.
 *
 * @param stateReason the code of why it is paused, {@code OPERATOR}, {@code WAVE_GATE}, {@code MAX_FAILURES} ...
 * @param stateDetail the same as a sentence
 * @param failures failed, rolled back and lost updates that speak against the image
 */
public record CampaignView(
        CampaignId id,
        CampaignSpec spec,
        CampaignState state,
        @Nullable String stateReason,
        @Nullable String stateDetail,
        int inFlight,
        int failures,
        List<WaveProgress> waves,
        @Nullable WindowOverride override,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        Instant createdAt,
        Instant updatedAt,
        long version) {
    public CampaignView {
        waves = List.copyOf(waves);
    }

    /**
     * @param unreachable members that nobody has heard of for a while
     * @param updates how many are in each state; states without any are absent
     */
    public record WaveProgress(
            int ordinal,
            String name,
            @Nullable Instant openedAt,
            @Nullable Instant passedAt,
            int unreachable,
            Map<UpdateState, Integer> updates) {
        public WaveProgress {
            updates = Map.copyOf(updates);
        }

        /** All members, without those that were skipped from the start. */
        public int members() {
            return updates.entrySet().stream()
                    .filter(entry -> entry.getKey() != UpdateState.SKIPPED)
                    .mapToInt(Map.Entry::getValue)
                    .sum();
        }
    }
}

package org.maintenancemanager.core.campaign;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.window.WindowOverride;

/**
 * A campaign as it stands.
 *
 * @param stateReason the code of why it is paused, {@code OPERATOR}, {@code WAVE_GATE}, {@code MAX_FAILURES} ...
 * @param stateDetail the same as a sentence
 * @param life what befell it beside its state
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
        CampaignLife life,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        Instant createdAt,
        Instant updatedAt,
        long version) {
    public CampaignView {
        waves = List.copyOf(waves);
    }

    /** The wave whose gate is being judged. */
    public Optional<WaveProgress> openWave() {
        return waves.stream()
                .filter(wave -> wave.openedAt() != null && wave.passedAt() == null)
                .findFirst();
    }

    int failedUpdates() {
        return count(UpdateState.FAILED) + count(UpdateState.ROLLED_BACK) + count(UpdateState.LOST);
    }

    int unfinishedUpdates() {
        return waves.stream()
                .flatMap(wave -> wave.updates().entrySet().stream())
                .filter(entry -> !entry.getKey().isTerminal())
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    int confirmedUpdates() {
        return count(UpdateState.CONFIRMED);
    }

    private int count(UpdateState state) {
        return waves.stream()
                .mapToInt(wave -> wave.updates().getOrDefault(state, 0))
                .sum();
    }

    /**
     * @param reachedAt since when the share has been reached
     * @param skippedAt since when its nodes are left out
     * @param promotedAt when an operator passed it, whatever its gate still wanted
     * @param approved whether a person let the next wave open
     * @param unreachable members that nobody has heard of for a while
     * @param updates how many are in each state; states without any are absent
     */
    public record WaveProgress(
            int ordinal,
            String name,
            @Nullable Instant openedAt,
            @Nullable Instant passedAt,
            @Nullable Instant reachedAt,
            @Nullable Instant skippedAt,
            @Nullable Instant promotedAt,
            boolean approved,
            int unreachable,
            Map<UpdateState, Integer> updates) {
        public WaveProgress {
            updates = Map.copyOf(updates);
        }

        public WaveState state() {
            return WaveState.of(openedAt, reachedAt, skippedAt, passedAt);
        }

        /** What its gate judges. */
        public WaveGates.Progress progress() {
            return new WaveGates.Progress(updates, unreachable, reachedAt, approved, openedAt);
        }

        /** Members of a wave that has passed which are still on their way: they go on under the campaign's present rules. */
        public int late() {
            return passedAt == null
                    ? 0
                    : updates.entrySet().stream()
                            .filter(entry -> !entry.getKey().isTerminal())
                            .mapToInt(Map.Entry::getValue)
                            .sum();
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

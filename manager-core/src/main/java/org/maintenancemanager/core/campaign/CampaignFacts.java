package org.maintenancemanager.core.campaign;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.guard.Cohort;
import org.maintenancemanager.core.image.ImageFacts;
import org.maintenancemanager.core.window.WindowOverride;

/**
 * What a decision needs to know of a campaign; held in memory, at most 2 s old. It can delay an offer, never grant.
 *
 * @param prestage whether nodes may write the inactive slot without a permit
 * @param permitLimit the longest that a permit may be valid
 * @param neededTime what install, restart and health check take; null: what is usual for the hardware
 * @param guardTime between the end of a permit and that of its window, at least
 * @param bootDeadline how long after a permit's end a silent node keeps its slot
 * @param waiting nodes that had downloaded and waited for a permit then
 * @param override leave to disturb nodes outside of their windows; may have expired
 * @param inFlight permits in flight when the facts were read
 * @param guard what it allows at present
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
        long waiting,
        boolean prestage,
        boolean allowDowngrade,
        Duration permitLimit,
        @Nullable Duration neededTime,
        Duration guardTime,
        Duration bootDeadline,
        @Nullable WindowOverride override,
        GuardFacts guard) {
    public CampaignFacts {
        waves = List.copyOf(waves);
    }

    /**
     * @param openedAt when the gate of the wave before passed; null while it has not
     * @param skippedAt since when its nodes are left out
     * @param gate at its end
     */
    public record WaveFacts(
            int ordinal,
            String name,
            @Nullable Instant openedAt,
            @Nullable Instant passedAt,
            @Nullable Instant skippedAt,
            GateFacts gate) {
        public boolean isOpen() {
            return openedAt != null && skippedAt == null;
        }
    }

    /** What the gate at a wave's end wants, and how far the wave is; counted only while the wave is open. */
    public record GateFacts(BigDecimal minConfirmedShare, WaveGate gate, WaveGates.Progress progress) {
        public WaveGates.Verdict judge(Instant now) {
            return WaveGates.judge(minConfirmedShare, gate, progress, now);
        }
    }

    /**
     * What the guard of a campaign allows at present.
     *
     * @param evidence against the image: 1 says nothing, {@code needed} stops the campaign
     * @param maxInFlight the most permits at a time on suspicion; without any, those of the campaign
     * @param held cohorts that get no permits
     */
    public record GuardFacts(double evidence, double needed, int maxInFlight, List<HeldCohort> held) {
        /** Nothing speaks against the image. */
        public static final GuardFacts CALM = new GuardFacts(1, 100, Integer.MAX_VALUE, List.of());

        public GuardFacts {
            held = List.copyOf(held);
        }

        /** Why a node is held; null if it is not. A cohort without a name are those whose own is unknown. */
        public @Nullable HeldCohort holding(@Nullable String hardware, String site, @Nullable String source) {
            for (HeldCohort cohort : held) {
                String name = switch (cohort.kind()) {
                    case HARDWARE -> hardware == null ? "" : hardware;
                    case SITE -> site;
                    case SOURCE -> source == null ? "" : source;
                };
                if (cohort.name().equals(name)) {
                    return cohort;
                }
            }
            return null;
        }
    }

    public record HeldCohort(Cohort.Kind kind, String name, Instant since, String by, String reason) {}

    /**
     * A budget with its present use, as far as memory knows: of a site and all below it, or of the nodes of a selector.
     *
     * @param maxInFlight {@link Integer#MAX_VALUE} where it only limits downloads
     */
    public record BudgetFacts(
            BudgetId id,
            String name,
            @Nullable String sitePath,
            @Nullable String selector,
            int maxInFlight,
            int inFlight,
            @Nullable DownloadFacts downloads) {
        /** Of a site, without a limit of downloads. */
        public BudgetFacts(BudgetId id, String name, String sitePath, int maxInFlight, int inFlight) {
            this(id, name, sitePath, null, maxInFlight, inFlight, null);
        }
    }

    /**
     * How a budget paces downloads.
     *
     * @param max at once; null: any number
     * @param bytesPerSecond on average; null: any number
     */
    public record DownloadFacts(
            @Nullable Integer max, @Nullable Long bytesPerSecond) {
        /** What each download may take so that as many as are allowed at once stay below the whole; null: any number. */
        public @Nullable Long rateOfEach() {
            return bytesPerSecond == null ? null : Math.max(1, bytesPerSecond / (max == null ? 1 : Math.max(1, max)));
        }
    }
}

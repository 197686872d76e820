package org.maintenancemanager.core.campaign;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.image.ImageId;

/**
 * What an operator asks of a campaign.
 *
 * @param selector which nodes; empty only together with {@code allNodes}
 * @param waves in order; what they leave over forms a last wave {@code rest}
 * @param maxInFlight the most permits at a time
 * @param maxFailures failed, rolled back and lost updates after which the campaign pauses itself; null: no limit
 * @param prestage whether nodes may write the inactive slot without a permit, so that only the reboot waits
 * @param permitLimit the longest that a permit may be valid, 10 s to 7 days
 * @param neededTime what install, restart and health check take, 1 s to 1 day: no permit when less of the window is left;
 *     null means what is usual for the hardware
 * @param bootDeadline how long after a permit's end a silent node keeps its slot before it counts as lost, 1 s to 1 day
 * @param startsAt when a started campaign begins; null: at once
 * @param schedule what it does as time passes
 * @param rules what it does about failures and rivals
 */
public record CampaignSpec(
        String name,
        ImageId imageId,
        String selector,
        boolean allNodes,
        List<WaveSpec> waves,
        int maxInFlight,
        @Nullable Integer maxFailures,
        boolean prestage,
        boolean allowDowngrade,
        Duration permitLimit,
        @Nullable Duration neededTime,
        Duration bootDeadline,
        @Nullable Instant startsAt,
        CampaignSchedule schedule,
        CampaignRules rules) {
    public static final int DEFAULT_MAX_IN_FLIGHT = 100;
    public static final Duration DEFAULT_PERMIT_LIMIT = Duration.ofHours(1);
    public static final Duration DEFAULT_BOOT_DEADLINE = Duration.ofMinutes(15);

    public CampaignSpec {
        waves = List.copyOf(waves);
    }

    /** With the usual rules. */
    public CampaignSpec(
            String name,
            ImageId imageId,
            String selector,
            boolean allNodes,
            List<WaveSpec> waves,
            int maxInFlight,
            @Nullable Integer maxFailures,
            boolean prestage,
            boolean allowDowngrade,
            Duration permitLimit,
            @Nullable Duration neededTime,
            Duration bootDeadline,
            @Nullable Instant startsAt,
            CampaignSchedule schedule) {
        this(
                name,
                imageId,
                selector,
                allNodes,
                waves,
                maxInFlight,
                maxFailures,
                prestage,
                allowDowngrade,
                permitLimit,
                neededTime,
                bootDeadline,
                startsAt,
                schedule,
                CampaignRules.DEFAULT);
    }

    public CampaignSpec withRules(CampaignRules rules) {
        return new CampaignSpec(
                name,
                imageId,
                selector,
                allNodes,
                waves,
                maxInFlight,
                maxFailures,
                prestage,
                allowDowngrade,
                permitLimit,
                neededTime,
                bootDeadline,
                startsAt,
                schedule,
                rules);
    }

    /** With the usual schedule and rules. */
    public CampaignSpec(
            String name,
            ImageId imageId,
            String selector,
            boolean allNodes,
            List<WaveSpec> waves,
            int maxInFlight,
            @Nullable Integer maxFailures,
            boolean prestage,
            boolean allowDowngrade,
            Duration permitLimit,
            @Nullable Duration neededTime,
            Duration bootDeadline,
            @Nullable Instant startsAt) {
        this(
                name,
                imageId,
                selector,
                allNodes,
                waves,
                maxInFlight,
                maxFailures,
                prestage,
                allowDowngrade,
                permitLimit,
                neededTime,
                bootDeadline,
                startsAt,
                CampaignSchedule.DEFAULT);
    }

    public CampaignSpec withWaves(List<WaveSpec> waves) {
        return new CampaignSpec(
                name,
                imageId,
                selector,
                allNodes,
                waves,
                maxInFlight,
                maxFailures,
                prestage,
                allowDowngrade,
                permitLimit,
                neededTime,
                bootDeadline,
                startsAt,
                schedule,
                rules);
    }

    public CampaignSpec withSchedule(CampaignSchedule schedule) {
        return new CampaignSpec(
                name,
                imageId,
                selector,
                allNodes,
                waves,
                maxInFlight,
                maxFailures,
                prestage,
                allowDowngrade,
                permitLimit,
                neededTime,
                bootDeadline,
                startsAt,
                schedule,
                rules);
    }

    /** This one, with all that may change while it runs as {@code limits} says. */
    CampaignSpec withLimitsOf(CampaignSpec limits) {
        return new CampaignSpec(
                name,
                imageId,
                selector,
                allNodes,
                withGates(waves, limits.waves),
                limits.maxInFlight,
                limits.maxFailures,
                prestage,
                allowDowngrade,
                permitLimit,
                neededTime,
                bootDeadline,
                startsAt,
                limits.schedule,
                limits.rules);
    }

    /** The waves as they are, with the gates of others where these are as many. */
    private static List<WaveSpec> withGates(List<WaveSpec> waves, List<WaveSpec> gates) {
        if (waves.size() != gates.size()) {
            return waves;
        }
        List<WaveSpec> edited = new ArrayList<>();
        for (int i = 0; i < waves.size(); i++) {
            WaveSpec wave = waves.get(i);
            edited.add(new WaveSpec(
                    wave.name(),
                    wave.share(),
                    gates.get(i).minConfirmedShare(),
                    gates.get(i).gate()));
        }
        return edited;
    }

    /** Safe by default: a canary of 5 % that has to be confirmed to 95 %, then the rest. */
    public static List<WaveSpec> defaultWaves() {
        return List.of(
                new WaveSpec("canary", new Percent(BigDecimal.valueOf(5)), new BigDecimal("0.95")),
                new WaveSpec("rest", new Rest(), BigDecimal.ZERO));
    }

    /**
     * @param minConfirmedShare of its reachable nodes, 0 to 1, before the next wave opens
     * @param gate what else is wanted before the next wave opens
     */
    public record WaveSpec(String name, Share share, BigDecimal minConfirmedShare, WaveGate gate) {
        public WaveSpec {
            minConfirmedShare = plain(minConfirmedShare);
        }

        public WaveSpec(String name, Share share, BigDecimal minConfirmedShare) {
            this(name, share, minConfirmedShare, WaveGate.NONE);
        }

        /** Which of the campaign's nodes a wave takes. Selectors choose first; the others share what they leave. */
        @JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION, defaultImpl = Rest.class)
        @JsonSubTypes({
            @JsonSubTypes.Type(Percent.class),
            @JsonSubTypes.Type(Count.class),
            @JsonSubTypes.Type(BySelector.class),
            @JsonSubTypes.Type(Rest.class)
        })
        public sealed interface Share {}
    }

    /** Of all the campaign's nodes, more than 0 to 100. */
    public record Percent(BigDecimal percent) implements WaveSpec.Share {
        public Percent {
            percent = plain(percent);
        }
    }

    public record Count(int nodes) implements WaveSpec.Share {}

    public record BySelector(String selector) implements WaveSpec.Share {}

    public record Rest() implements WaveSpec.Share {}

    /** So that 10, 10.0 and 1E+1 are equal. */
    private static BigDecimal plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}

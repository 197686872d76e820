package org.maintenancemanager.core.campaign;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a campaign does about failures and rivals. All of it may change while it runs, with effect for what happens next.
 *
 * @param priority of two campaigns that want the same node the one with more goes first, -1000 to 1000
 * @param retries how nodes are tried again, by what failed; what is absent is not
 * @param phaseLimits the permitted time that a phase may take, 10 s to 30 days; what is absent has no limit of its own
 */
public record CampaignRules(int priority, Guarding guard, Map<Phase, Retry> retries, Map<Phase, Duration> phaseLimits) {
    /** What can fail. A verification has no time of its own; a loss is none of these. */
    public enum Phase {
        DOWNLOAD,
        VERIFY,
        INSTALL,
        REBOOT,
        TRIAL,
        LOST
    }

    /**
     * @param limit how often a node is tried again after such a failure, 0 to 10
     * @param backoff how long it waits before the first time, 1 min to 7 days; twice as long before each further one, 7 days
     *     at most
     */
    public record Retry(int limit, Duration backoff) {}

    /**
     * @param baseline failure rate that is accepted, 0.001 to 0.5; null: what the tenant's earlier campaigns teach, or 2 %
     * @param alpha accepted chance to stop a healthy image, 0.0001 to 0.2
     * @param cohorts whether a single kind of hardware, site or source image may be held while the others go on
     * @param maxFailurePercent share of failed nodes above which the campaign pauses itself, more than 0 to 100; null: no
     *     limit
     * @param percentFrom how many nodes must have finished before that share means anything
     */
    public record Guarding(
            boolean enabled,
            @Nullable BigDecimal baseline,
            BigDecimal alpha,
            boolean cohorts,
            @Nullable BigDecimal maxFailurePercent,
            int percentFrom) {
        public Guarding {
            baseline = baseline == null ? null : plain(baseline);
            alpha = plain(alpha);
            maxFailurePercent = maxFailurePercent == null ? null : plain(maxFailurePercent);
        }

        private static BigDecimal plain(BigDecimal number) {
            BigDecimal stripped = number.stripTrailingZeros();
            return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
        }
    }

    /** Safe by default: the guard is on, and what failed to download is tried again. */
    public static final CampaignRules DEFAULT = new CampaignRules(
            0,
            new Guarding(true, null, new BigDecimal("0.01"), true, null, 20),
            Map.of(Phase.DOWNLOAD, new Retry(3, Duration.ofMinutes(15))),
            Map.of(Phase.DOWNLOAD, Duration.ofDays(2)));

    public CampaignRules {
        retries = Map.copyOf(retries);
        phaseLimits = Map.copyOf(phaseLimits);
    }

    /** In the order of the phases, for whoever writes them. */
    static <T> Map<Phase, T> inOrder(Map<Phase, T> byPhase) {
        var ordered = new EnumMap<Phase, T>(Phase.class);
        ordered.putAll(byPhase);
        return ordered;
    }
}

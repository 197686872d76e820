package org.maintenancemanager.core.campaign;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;

/** The gate at a wave's end, as a pure function: the clockwork, decisions and forecasts ask the same one. */
public final class WaveGates {
    private static final Set<UpdateState> FAILURES =
            EnumSet.of(UpdateState.FAILED, UpdateState.ROLLED_BACK, UpdateState.LOST);
    /** Ends that say nothing about the image: neither in the share nor under it. */
    private static final Set<UpdateState> OUT_OF_THE_COUNT =
            EnumSet.of(UpdateState.SKIPPED, UpdateState.CANCELED, UpdateState.SUPERSEDED);

    private WaveGates() {}

    /** What a gate says. */
    public sealed interface Verdict {}

    /** The share is not reached. */
    public record Waits(Count count) implements Verdict {}

    /**
     * None of its nodes can be reached, so nothing can be judged.
     *
     * @param passesAt when it passes all the same; null: only by a person's word
     */
    public record Unheard(int nodes, @Nullable Instant passesAt) implements Verdict {}

    /** The share is reached, and has to stay so. */
    public record Soaks(Instant until) implements Verdict {}

    public record NotBefore(Instant until) implements Verdict {}

    public record AwaitsApproval() implements Verdict {}

    /** The next wave may open. */
    public record Passes() implements Verdict {}

    /** So many failed that the share cannot be reached any more. */
    public record CannotPass(Count count) implements Verdict {}

    /**
     * The figures of a verdict.
     *
     * @param reachable members that count: all but those with nothing to do, and those that nobody hears of
     * @param wanted how many of them must be confirmed
     */
    public record Count(int reachable, int wanted, int confirmed, int failed) {}

    /**
     * How the wave does so far.
     *
     * @param unreachable members on their way that nobody has heard of for a while
     * @param reachedAt since when the share has been reached; null: it has not
     * @param approved whether a person let the next wave open
     * @param openedAt when the wave opened; null: not known
     */
    public record Progress(
            Map<UpdateState, Integer> updates,
            int unreachable,
            @Nullable Instant reachedAt,
            boolean approved,
            @Nullable Instant openedAt) {
        public Progress(
                Map<UpdateState, Integer> updates, int unreachable, @Nullable Instant reachedAt, boolean approved) {
            this(updates, unreachable, reachedAt, approved, null);
        }
    }

    /** What the gate of a wave that is open says at {@code now}. */
    public static Verdict judge(BigDecimal minConfirmedShare, WaveGate gate, Progress progress, Instant now) {
        Count count = count(minConfirmedShare, progress);
        boolean nobody = count.reachable == 0 && progress.unreachable == 0;
        boolean unheard = count.reachable == 0 && progress.unreachable > 0;
        if (!isReached(minConfirmedShare, progress)) {
            if (unheard) {
                Instant passesAt = progress.openedAt == null || gate.unheardAfter() == null
                        ? null
                        : progress.openedAt.plus(gate.unheardAfter());
                return passesAt == null || now.isBefore(passesAt)
                        ? new Unheard(progress.unreachable, passesAt)
                        : unlessLater(gate, progress, now);
            }
            return count.reachable - count.failed < count.wanted ? new CannotPass(count) : new Waits(count);
        }
        Instant reachedAt = progress.reachedAt == null ? now : progress.reachedAt;
        Instant soaked = reachedAt.plus(gate.soakTime());
        // Nobody is there to be watched.
        if (!nobody && now.isBefore(soaked)) {
            return new Soaks(soaked);
        }
        return unlessLater(gate, progress, now);
    }

    /** What a gate wants that has nothing to do with how its nodes fared. */
    private static Verdict unlessLater(WaveGate gate, Progress progress, Instant now) {
        if (gate.notBefore() != null && now.isBefore(gate.notBefore())) {
            return new NotBefore(gate.notBefore());
        }
        return gate.approval() && !progress.approved ? new AwaitsApproval() : new Passes();
    }

    /**
     * Whether the share holds. Once reached, nodes that come back late do not count as long as they are on their way: they
     * neither block the wave nor speak against it. Those that fail meanwhile do.
     */
    public static boolean isReached(BigDecimal minConfirmedShare, Progress progress) {
        Count count = count(minConfirmedShare, progress);
        if (progress.reachedAt != null && count.confirmed >= share(minConfirmedShare, count.confirmed + count.failed)) {
            return true;
        }
        // With nobody reachable there is no verdict yet, unless there never was anybody.
        boolean nobody = count.reachable == 0 && progress.unreachable == 0;
        return nobody || count.reachable > 0 && count.confirmed >= count.wanted;
    }

    private static Count count(BigDecimal minConfirmedShare, Progress progress) {
        int members = 0;
        int failed = 0;
        for (Map.Entry<UpdateState, Integer> entry : progress.updates.entrySet()) {
            if (!OUT_OF_THE_COUNT.contains(entry.getKey())) {
                members += entry.getValue();
            }
            if (FAILURES.contains(entry.getKey())) {
                failed += entry.getValue();
            }
        }
        int reachable = Math.max(0, members - progress.unreachable);
        int confirmed = progress.updates.getOrDefault(UpdateState.CONFIRMED, 0);
        return new Count(reachable, share(minConfirmedShare, reachable), confirmed, failed);
    }

    private static int share(BigDecimal minConfirmedShare, int of) {
        return minConfirmedShare
                .multiply(BigDecimal.valueOf(of))
                .setScale(0, RoundingMode.CEILING)
                .intValue();
    }
}

package org.maintenancemanager.core.image;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.query.Problems;

/**
 * From which releases an image may be installed. All numbers are release counters.
 *
 * @param floor the lowest release that it can be installed from; null: any
 * @param barrier whether no older node may go past it: whoever goes further has to run it first
 * @param forbidden releases that it must not be installed from
 */
public record PathRules(@Nullable Long floor, boolean barrier, List<Forbidden> forbidden) {
    /** An image that can be installed from anywhere. */
    public static final PathRules NONE = new PathRules(null, false, List.of());

    private static final int MAX_FORBIDDEN = 100;
    private static final int MAX_REASON = 1000;

    /**
     * Releases from one to another, both included.
     *
     * @param upTo null: only the first
     */
    public record Forbidden(
            @Nullable Long from,
            @Nullable Long upTo,
            @Nullable String reason) {
        boolean holds(long release) {
            return from != null && release >= from && release <= (upTo == null ? from : upTo);
        }
    }

    public PathRules {
        forbidden = List.copyOf(forbidden);
    }

    public boolean isEmpty() {
        return equals(NONE);
    }

    /** Why it must not be installed from this release; null if nothing forbids it. */
    @Nullable
    Forbidden forbids(long release) {
        for (Forbidden one : forbidden) {
            if (one.holds(release)) {
                return one;
            }
        }
        return null;
    }

    /** Adds what is wrong, below {@code pointer}. */
    void check(String pointer, @Nullable Long releaseCounter, Problems problems) {
        problems.range(pointer + "/floor", floor, 0, Long.MAX_VALUE);
        if (floor != null && releaseCounter != null && floor >= releaseCounter) {
            problems.add(pointer + "/floor", "must be below the releaseCounter, which is " + releaseCounter);
        }
        if (forbidden.size() > MAX_FORBIDDEN) {
            problems.add(
                    pointer + "/forbidden",
                    "has %d entries; allowed are at most %d".formatted(forbidden.size(), MAX_FORBIDDEN));
        }
        for (int i = 0; i < forbidden.size(); i++) {
            Forbidden one = forbidden.get(i);
            String at = pointer + "/forbidden/" + i;
            Long from = one.from;
            Long upTo = one.upTo;
            problems.present(at + "/from", from);
            problems.range(at + "/from", from, 0, Long.MAX_VALUE);
            if (from != null && upTo != null && upTo < from) {
                problems.add(at + "/upTo", "must not be below from, which is " + from);
            }
            String reason = one.reason;
            problems.present(at + "/reason", reason);
            if (reason != null && reason.isBlank()) {
                problems.add(at + "/reason", "must say why");
            }
            problems.text(at + "/reason", reason, MAX_REASON);
        }
    }
}

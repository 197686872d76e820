package org.maintenancemanager.core.window;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.maintenancemanager.core.window.WindowDefinition.Kind;

/**
 * What a valid definition comes to in a year, and what about it is probably not meant.
 *
 * @param openInAYear how much of the 365 days from now it covers, whether a freeze holds then or not
 */
public record WindowLint(Duration openInAYear, Set<Finding> findings) {
    public WindowLint {
        findings = Set.copyOf(findings);
    }

    /** What is probably not meant. */
    public enum Finding {
        /** Not in the next ten years. */
        NEVER_OPENS,
        NOT_WITHIN_A_YEAR,
        /** A freeze holds whenever it would open within a year. */
        SWALLOWED_BY_FREEZE
    }

    private static final long YEAR = Duration.ofDays(365).toMillis();
    private static final int YEARS_TO_SEARCH = 10;

    /**
     * Looks at a definition from {@code now} on.
     *
     * @param zone for the times of a NODE_LOCAL definition; a fixed zone is its own
     * @param others that hold at the same place; only enabled freezes matter
     */
    public static WindowLint of(WindowDefinition window, ZoneId zone, List<WindowDefinition> others, Instant now) {
        long from = now.toEpochMilli();
        Intervals inAYear = intervals(window, zone, from, from + YEAR);
        Set<Finding> findings = EnumSet.noneOf(Finding.class);
        if (inAYear.size() == 0) {
            boolean later =
                    intervals(window, zone, from, from + YEARS_TO_SEARCH * YEAR).size() > 0;
            findings.add(later ? Finding.NOT_WITHIN_A_YEAR : Finding.NEVER_OPENS);
        } else if (window.kind() == Kind.PERMIT) {
            Intervals left = inAYear;
            for (WindowDefinition other : others) {
                if (other.kind() == Kind.FREEZE && other.enabled()) {
                    left = left.minus(intervals(other, zone, from, from + YEAR));
                }
            }
            if (left.size() == 0) {
                findings.add(Finding.SWALLOWED_BY_FREEZE);
            }
        }
        return new WindowLint(length(inAYear), findings);
    }

    /** What the definition covers within {@code [from, to)}. */
    private static Intervals intervals(WindowDefinition window, ZoneId zone, long from, long to) {
        ZoneId place = switch (window.zone()) {
            case WindowDefinition.FixedZone fixed -> fixed.id();
            case WindowDefinition.NodeLocal unused -> zone;
        };
        return Intervals.union(Recurrences.between(window, place, from, to).stream()
                .map(occurrence ->
                        new Intervals.Interval(Math.max(occurrence.start(), from), Math.min(occurrence.end(), to), 0))
                .toList());
    }

    private static Duration length(Intervals intervals) {
        long millis = 0;
        for (int i = 0; i < intervals.size(); i++) {
            millis += intervals.end(i) - intervals.start(i);
        }
        return Duration.ofMillis(millis);
    }
}

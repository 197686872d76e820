package org.maintenancemanager.core.window;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.maintenancemanager.core.window.LintReport.Code;
import org.maintenancemanager.core.window.LintReport.Severity;
import org.maintenancemanager.core.window.Recurrences.Occurrence;
import org.maintenancemanager.core.window.WindowDefinition.Kind;

/**
 * What a valid definition comes to at one place in a year, and what about it is probably not meant.
 *
 * @param openInAYear how much of the 365 days from now it covers, whether a freeze holds then or not
 * @param frozenInAYear how much of that freezes take away
 * @param longestOpening of that year, freezes taken away
 * @param movedStarts how many of its starts of that year fall into a gap of the clock
 * @param doubledStarts how many of its starts of that year exist twice
 */
record WindowLint(
        Duration openInAYear,
        Duration frozenInAYear,
        Duration longestOpening,
        int movedStarts,
        int doubledStarts,
        Set<Finding> findings) {
    WindowLint {
        findings = Set.copyOf(findings);
    }

    /** What is probably not meant. */
    enum Finding {
        /** Not in the next ten years. */
        NEVER_OPENS,
        NOT_WITHIN_A_YEAR,
        /** A freeze holds whenever it would open within a year. */
        SWALLOWED_BY_FREEZE,
        /** A freeze holds at some of the time that it would be open within a year. */
        PARTLY_FROZEN,
        /** A change of the clocks moves or doubles a start within a year. */
        DST_AFFECTED
    }

    private static final long YEAR = Duration.ofDays(365).toMillis();
    private static final int YEARS_TO_SEARCH = 10;

    /**
     * Looks at a definition from {@code now} on.
     *
     * @param zone for the times of a NODE_LOCAL definition; a fixed zone is its own
     * @param others that hold at the same place; only enabled freezes matter
     */
    static WindowLint of(WindowDefinition window, ZoneId zone, List<WindowDefinition> others, Instant now) {
        long from = now.toEpochMilli();
        ZoneId place = window.zoneAt(zone);
        List<Occurrence> occurrences = Recurrences.between(window, place, from, from + YEAR);
        Intervals inAYear = clipped(occurrences, from, from + YEAR);
        Intervals left = inAYear;
        Set<Finding> findings = EnumSet.noneOf(Finding.class);
        if (inAYear.size() == 0) {
            boolean later = !Recurrences.between(window, place, from, from + YEARS_TO_SEARCH * YEAR)
                    .isEmpty();
            findings.add(later ? Finding.NOT_WITHIN_A_YEAR : Finding.NEVER_OPENS);
        } else if (window.kind() == Kind.PERMIT) {
            for (WindowDefinition other : others) {
                if (other.kind() == Kind.FREEZE && other.enabled()) {
                    left = left.minus(clipped(
                            Recurrences.between(other, other.zoneAt(zone), from, from + YEAR), from, from + YEAR));
                }
            }
            if (left.size() == 0) {
                findings.add(Finding.SWALLOWED_BY_FREEZE);
            } else if (left.length() < inAYear.length()) {
                findings.add(Finding.PARTLY_FROZEN);
            }
        }
        int moved = 0;
        int doubled = 0;
        for (Occurrence occurrence : occurrences) {
            LocalDateTime said =
                    LocalDateTime.ofEpochSecond(Math.floorDiv(occurrence.wallClock(), 1000), 0, ZoneOffset.UTC);
            ZoneOffsetTransition change = place.getRules().getTransition(said);
            if (change != null && change.isGap()) {
                moved++;
            } else if (change != null) {
                doubled++;
            }
        }
        if (moved + doubled > 0) {
            findings.add(Finding.DST_AFFECTED);
        }
        return new WindowLint(
                Duration.ofMillis(inAYear.length()),
                Duration.ofMillis(inAYear.length() - left.length()),
                Duration.ofMillis(left.joined().longest()),
                moved,
                doubled,
                findings);
    }

    /**
     * What is to be said of a definition by itself.
     *
     * @param lints of it at all its places, at least one
     * @param nodes to which it applies
     */
    static List<LintReport.Finding> findings(WindowDefinition window, Collection<WindowLint> lints, long nodes) {
        List<LintReport.Finding> findings = new ArrayList<>();
        boolean permit = window.kind() == Kind.PERMIT;
        String verb = permit ? "open" : "hold";
        if (lints.stream().allMatch(lint -> lint.findings.contains(Finding.NEVER_OPENS))) {
            findings.add(new LintReport.Finding(
                    Code.NEVER_OPENS,
                    permit ? Severity.ERROR : Severity.WARNING,
                    nodes,
                    "It does not %s in the next ten years: look at its dates, validFrom and validUntil."
                            .formatted(verb)));
        } else if (lints.stream().allMatch(lint -> lint.openInAYear.isZero())) {
            findings.add(new LintReport.Finding(
                    Code.NOT_WITHIN_A_YEAR, Severity.WARNING, nodes, "It does not %s within a year.".formatted(verb)));
        }
        int moved = lints.stream().mapToInt(WindowLint::movedStarts).max().orElse(0);
        int doubled = lints.stream().mapToInt(WindowLint::doubledStarts).max().orElse(0);
        if (moved + doubled > 0) {
            findings.add(new LintReport.Finding(
                    Code.DST_AFFECTED,
                    Severity.INFO,
                    0,
                    "Of its starts within a year %d fall into a gap of the clock and move to its end; %d exist twice and count once, the first time."
                            .formatted(moved, doubled)));
        }
        return findings;
    }

    private static Intervals clipped(List<Occurrence> occurrences, long from, long to) {
        return Intervals.union(occurrences.stream()
                .map(occurrence ->
                        new Intervals.Interval(Math.max(occurrence.start(), from), Math.min(occurrence.end(), to), 0))
                .toList());
    }
}

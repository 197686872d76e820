package org.maintenancemanager.core.window;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;

/**
 * The next occurrences of a window by itself: other windows and freezes are not looked at.
 *
 * @param text when the window is open, as a person says it
 * @param zone that they are shown in
 * @param openInAYear how much of the 365 days from then it covers, whether a freeze holds then or not
 * @param findings what is probably not meant
 */
public record WindowPreview(
        String text,
        ZoneId zone,
        Duration openInAYear,
        List<Occurrence> occurrences,
        List<LintReport.Finding> findings) {
    /** Enough to see the pattern, and the next change of the clocks. */
    private static final int OCCURRENCES = 10;

    /** A rule for each 29th of February fires once in eight years at most; nobody plans ten of those. */
    private static final Duration HORIZON = Duration.ofDays(366 * 9);

    public WindowPreview {
        occurrences = List.copyOf(occurrences);
        findings = List.copyOf(findings);
    }

    /** What the change of clocks does to an occurrence. */
    public enum ClockChange {
        NONE,
        /** The start does not exist on that day; it is the first instant after the gap. */
        START_MOVED,
        /** The start exists twice on that day; the earlier one counts. */
        START_AMBIGUOUS,
        /** The clocks change before its end; the duration is elapsed time all the same. */
        INSIDE
    }

    /** Half open, {@code [start, end)}. */
    public record Occurrence(ZonedDateTime start, ZonedDateTime end, ClockChange clockChange) {}

    static WindowPreview of(WindowDefinition window, ZoneId zone, Instant from) {
        long first = from.toEpochMilli();
        List<Occurrence> next = List.of();
        // Most windows show all within weeks; only rare ones have to be searched for years.
        for (Duration ahead = Duration.ofDays(90); ; ahead = ahead.multipliedBy(4)) {
            Duration span = ahead.compareTo(HORIZON) < 0 ? ahead : HORIZON;
            next = Recurrences.between(window, zone, first, first + span.toMillis()).stream()
                    .limit(OCCURRENCES)
                    .map(found -> occurrence(found, zone))
                    .toList();
            if (next.size() == OCCURRENCES || span.equals(HORIZON)) {
                WindowLint lint = WindowLint.of(window, zone, List.of(), from);
                return new WindowPreview(
                        WindowText.of(window),
                        zone,
                        lint.openInAYear(),
                        next,
                        WindowLint.findings(window, List.of(lint), 0));
            }
        }
    }

    private static Occurrence occurrence(Recurrences.Occurrence found, ZoneId zone) {
        Instant start = Instant.ofEpochMilli(found.start());
        Instant end = Instant.ofEpochMilli(found.end());
        LocalDateTime said = LocalDateTime.ofInstant(Instant.ofEpochMilli(found.wallClock()), ZoneOffset.UTC);
        return new Occurrence(start.atZone(zone), end.atZone(zone), clockChange(said, start, end, zone.getRules()));
    }

    private static ClockChange clockChange(LocalDateTime said, Instant start, Instant end, ZoneRules rules) {
        ZoneOffsetTransition at = rules.getTransition(said);
        if (at != null && at.isGap()) {
            return ClockChange.START_MOVED;
        }
        if (at != null) {
            return ClockChange.START_AMBIGUOUS;
        }
        ZoneOffsetTransition next = rules.nextTransition(start);
        return next != null && next.getInstant().isBefore(end) ? ClockChange.INSIDE : ClockChange.NONE;
    }
}

package org.maintenancemanager.core.forecast;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a campaign will probably come to.
 *
 * @param at the present that it was made for
 * @param runs how often the campaign was let happen
 * @param members nodes of the campaign, without those that have nothing to do
 * @param confirmed of them so far
 * @param failed of them so far: failed, rolled back or lost
 * @param stranded nodes under way that cannot come to an end by themselves, since no window is long enough for them
 * @param silent nodes under way that nobody has heard of for long; the end does not wait for them
 * @param end when the last of the others comes to its end
 * @param curve how many nodes have come to an end by when; a hundred points at most
 * @param waves in order
 * @param risks what may keep the campaign from ending, the likeliest first
 * @param causes what takes the time, the longest first
 */
public record Forecast(
        Instant at,
        int runs,
        int members,
        int confirmed,
        int failed,
        int stranded,
        int silent,
        Span end,
        List<Point> curve,
        List<WaveSpan> waves,
        List<Risk> risks,
        List<Cause> causes) {
    public Forecast {
        curve = List.copyOf(curve);
        waves = List.copyOf(waves);
        risks = List.copyOf(risks);
        causes = List.copyOf(causes);
    }

    /** The same with another name for a risk. */
    Forecast renamed(RiskKind from, RiskKind to) {
        return new Forecast(
                at,
                runs,
                members,
                confirmed,
                failed,
                stranded,
                silent,
                end,
                curve,
                waves,
                risks.stream()
                        .map(risk -> risk.kind() == from ? new Risk(to, risk.share()) : risk)
                        .toList(),
                causes);
    }

    /**
     * In one of ten cases sooner than {@code p10}, in five than {@code p50}, in nine than {@code p90}. Null: in so many cases it
     * never comes to it by itself, or not within a year.
     */
    public record Span(
            @Nullable Instant p10,
            @Nullable Instant p50,
            @Nullable Instant p90) {}

    /** Nodes that have come to an end; in one of ten cases fewer than {@code p10}. */
    public record Point(Instant at, int p10, int p50, int p90) {}

    public record WaveSpan(String name, Span opens) {}

    /** @param share of the cases, 0 to 1 */
    public record Risk(RiskKind kind, double share) {}

    /** What keeps a campaign from ending. */
    public enum RiskKind {
        /** It is not over within a year, or it waits for something that does not come by itself. */
        NOT_WITHIN_A_YEAR,
        MAX_FAILURES,
        /** The guard takes the image for a bad one, rightly or not. */
        GUARD,
        WAVE_GATE,
        /** The campaign's own end comes first. */
        CALLED_OFF,
        AFTER_DEADLINE
    }

    /** What takes the time. */
    public enum CauseKind {
        WINDOW,
        MAX_IN_FLIGHT,
        BUDGET,
        WAVES,
        AWAY
    }

    /**
     * One reason why the campaign takes as long as it does.
     *
     * @param subject the place or budget; empty where there is none
     * @param window that is waited for, of a WINDOW
     * @param opens when it opens, of a WINDOW
     * @param first whether that is the first opening in which these nodes can be updated
     * @param adds by how much the campaign would probably end sooner otherwise
     */
    public record Cause(
            CauseKind kind,
            String subject,
            String window,
            @Nullable Instant opens,
            boolean first,
            Duration adds) {
        private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("EEE d MMM HH:mm zzz", Locale.ENGLISH);

        /** {@code /eu/no/osl-3 opens only on Mon 1 Dec 22:00 CET (First of the month): +23 days.} */
        public String sentence(ZoneId zone) {
            String what = switch (kind) {
                case WINDOW ->
                    opens == null
                            ? "%s is last".formatted(subject)
                            : "%s %s on %s (%s)"
                                    .formatted(
                                            subject,
                                            subject.contains(" and ")
                                                    ? first ? "open only" : "need several openings, the last"
                                                    : first ? "opens only" : "needs several openings, the last",
                                            DAY.format(opens.atZone(zone)),
                                            window);
                case MAX_IN_FLIGHT ->
                    "The campaign's limit of updates in flight; with twice as many it would end sooner";
                case BUDGET -> "Budget %s; with twice as much it would end sooner".formatted(subject);
                case WAVES -> "The waves and their gates; with all nodes in one it would end sooner";
                case AWAY -> "Nodes that cannot be reached now and then";
            };
            return "%s: +%s.".formatted(what, length(adds));
        }

        private static String length(Duration time) {
            if (time.toHours() >= 48) {
                return Math.round(time.toHours() / 24.0) + " days";
            }
            return time.toMinutes() >= 90 ? Math.round(time.toMinutes() / 60.0) + " h" : time.toMinutes() + " min";
        }
    }
}

package org.maintenancemanager.core.window;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.Selector;
import org.maintenancemanager.core.query.FieldProblem;

/**
 * A maintenance window or a freeze, as an operator defines it. Times are those of the wall clocks at the nodes' place; they
 * become instants only when they are asked for, by the rules that the zone has then.
 *
 * @param validFrom nothing is open before
 * @param validUntil nothing is open from then on
 */
public record WindowDefinition(
        WindowId id,
        String name,
        Kind kind,
        Recurrence recurrence,
        Zone zone,
        Target target,
        boolean enabled,
        @Nullable Instant validFrom,
        @Nullable Instant validUntil) {
    /** When it is open, as a person says it: "every Tuesday, 22:00-02:00, Europe/Berlin". */
    public String text() {
        return WindowText.of(this);
    }

    /**
     * The zone in which its times are meant.
     *
     * @param nodeZone of the node that it is asked for
     */
    public ZoneId zoneAt(ZoneId nodeZone) {
        return switch (zone) {
            case FixedZone fixed -> fixed.id();
            case NodeLocal local -> nodeZone;
        };
    }

    /** How often a valid one starts in the year after its first start, counted no further than the limit. */
    public int startsInFirstYear(int limit) {
        return switch (recurrence) {
            case OneShot once -> 1;
            case Weekly weekly -> Recurrences.countInFirstYear(List.of(Recurrences.asRule(weekly)), limit);
            case RRule rule -> Recurrences.countInFirstYear(List.of(rule), limit);
            case Cron cron -> Recurrences.countInFirstYear(Recurrences.asRules(cron), limit);
        };
    }

    /** The same, but enabled or not. */
    WindowDefinition enabled(boolean wanted) {
        return new WindowDefinition(id, name, kind, recurrence, zone, target, wanted, validFrom, validUntil);
    }

    public enum Kind {
        PERMIT,
        /** Wins over every PERMIT. */
        FREEZE
    }

    public sealed interface Recurrence {}

    public record OneShot(LocalDateTime start, LocalDateTime end) implements Recurrence {}

    /**
     * On these days of every {@code interval}-th week, weeks begin on Monday.
     *
     * @param start the time of day; and the day from which it holds, whose week is the first
     * @param duration elapsed time, whatever the clocks do meanwhile
     */
    public record Weekly(Set<DayOfWeek> days, int interval, LocalDateTime start, Duration duration)
            implements Recurrence {
        public Weekly {
            days = days.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(days));
        }
    }

    /**
     * RFC 5545. The start is where counting begins; it is an occurrence only if the rule says so.
     *
     * @param rule without {@code RRULE:}
     * @param exdates starts to leave out, from the rule and from {@code rdates}
     * @param rdates further starts
     * @param duration elapsed time, whatever the clocks do meanwhile
     * @param wholeDays whether the duration is so many days of the wall clock instead, from midnight to midnight, though a
     *     change of the clocks makes one of them 23 or 25 hours long
     */
    public record RRule(
            LocalDateTime start,
            String rule,
            List<LocalDateTime> exdates,
            List<LocalDateTime> rdates,
            Duration duration,
            boolean wholeDays)
            implements Recurrence {
        public RRule(
                LocalDateTime start,
                String rule,
                List<LocalDateTime> exdates,
                List<LocalDateTime> rdates,
                Duration duration) {
            this(start, rule, exdates, rdates, duration, false);
        }

        public RRule {
            exdates = List.copyOf(exdates);
            rdates = List.copyOf(rdates);
        }
    }

    /**
     * As {@code cron} says it: minute, hour, day of month, month, day of week. Has no beginning; {@code validFrom} may give
     * it one.
     *
     * @param duration elapsed time, whatever the clocks do meanwhile
     */
    public record Cron(String expression, Duration duration) implements Recurrence {}

    public sealed interface Zone {
        /** How the zone of a node's own place is written. */
        String NODE_LOCAL = "NODE_LOCAL";

        /** Reads a zone that was checked before. */
        static Zone of(String text) {
            return text.equals(NODE_LOCAL) ? new NodeLocal() : new FixedZone(ZoneId.of(text));
        }

        /** {@code Europe/Berlin}, or {@value #NODE_LOCAL}. */
        String text();
    }

    public record FixedZone(ZoneId id) implements Zone {
        @Override
        public String text() {
            return id.getId();
        }
    }

    /** The node's own zone, else its site's. */
    public record NodeLocal() implements Zone {
        @Override
        public String text() {
            return NODE_LOCAL;
        }
    }

    public sealed interface Target {}

    /** Every node of the tenant. */
    public record Tenant() implements Target {}

    /** Every node of the tenant to which no other enabled PERMIT applies; only for a PERMIT. */
    public record Default() implements Target {}

    /** @param path of the site at the root, {@code /eu/de} */
    public record SiteSubtree(String path) implements Target {}

    public record BySelector(Selector selector) implements Target {}

    public record SingleNode(NodeId node) implements Target {}

    /**
     * What is wrong with it; nothing when it can be used. Pointers follow the names of the components,
     * {@code /recurrence/rule}.
     */
    public List<FieldProblem> validate() {
        return WindowCheck.problems(this);
    }

    /** What is wrong with the text of a zone; nothing when {@link Zone#of} can read it. */
    public static List<FieldProblem> validateZone(String zone, String pointer) {
        return WindowCheck.zoneProblems(zone, pointer);
    }
}

package org.maintenancemanager.core.window;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.Selector;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.window.WindowDefinition.BySelector;
import org.maintenancemanager.core.window.WindowDefinition.Cron;
import org.maintenancemanager.core.window.WindowDefinition.Default;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDefinition.OneShot;
import org.maintenancemanager.core.window.WindowDefinition.RRule;
import org.maintenancemanager.core.window.WindowDefinition.Recurrence;
import org.maintenancemanager.core.window.WindowDefinition.SingleNode;
import org.maintenancemanager.core.window.WindowDefinition.SiteSubtree;
import org.maintenancemanager.core.window.WindowDefinition.Target;
import org.maintenancemanager.core.window.WindowDefinition.Tenant;
import org.maintenancemanager.core.window.WindowDefinition.Weekly;
import org.maintenancemanager.core.window.WindowDefinition.Zone;

/**
 * What people say of a window or freeze: not checked yet, so anything may be missing or unreadable. Shaped as in the API.
 *
 * @param duration ISO 8601, {@code PT2H}; not for a one-shot, which says when it ends
 * @param zone IANA name, or NODE_LOCAL
 * @param enabled null means yes
 */
public record WindowDraft(
        @Nullable String name,
        @Nullable Kind kind,
        @Nullable RecurrenceDraft recurrence,
        @Nullable String duration,
        @Nullable String zone,
        @Nullable TargetDraft target,
        @Nullable Boolean enabled,
        @Nullable Instant validFrom,
        @Nullable Instant validUntil) {
    public enum RecurrenceType {
        ONE_SHOT,
        WEEKLY,
        RRULE,
        CRON
    }

    public enum TargetType {
        TENANT,
        DEFAULT,
        SITE,
        SELECTOR,
        NODE
    }

    /**
     * Times are on the wall clock, {@code 2026-03-29T02:30:00}.
     *
     * @param endsAt of a one-shot
     * @param days of a weekly one
     * @param interval of a weekly one: every so many weeks; null means 1
     * @param cron five fields, for CRON, which has no start
     * @param wholeDays of an RRULE: the duration is so many days of the wall clock
     */
    public record RecurrenceDraft(
            @Nullable RecurrenceType type,
            @Nullable String startsAt,
            @Nullable String endsAt,
            @Nullable List<DayOfWeek> days,
            @Nullable Integer interval,
            @Nullable String rrule,
            @Nullable List<String> exdates,
            @Nullable List<String> rdates,
            @Nullable String cron,
            @Nullable Boolean wholeDays) {
        public RecurrenceDraft(
                @Nullable RecurrenceType type,
                @Nullable String startsAt,
                @Nullable String endsAt,
                @Nullable List<DayOfWeek> days,
                @Nullable Integer interval,
                @Nullable String rrule,
                @Nullable List<String> exdates,
                @Nullable List<String> rdates,
                @Nullable String cron) {
            this(type, startsAt, endsAt, days, interval, rrule, exdates, rdates, cron, null);
        }
    }

    public record TargetDraft(
            @Nullable TargetType type,
            @Nullable String sitePath,
            @Nullable String selector,
            @Nullable UUID nodeId) {}

    /** What is wrong with it, but for whether its target exists; none: it can be a window. */
    public List<FieldProblem> problems() {
        var problems = new Problems();
        define(new WindowId(Ids.next()), "", problems);
        return problems.all();
    }

    /** The definition, or null with the reasons added below {@code pointer}. Does not ask whether the target exists. */
    @Nullable
    WindowDefinition define(WindowId id, String pointer, Problems problems) {
        return new Reading(pointer, problems).define(id);
    }

    /** How a definition is said. */
    public static WindowDraft of(WindowDefinition window) {
        return new WindowDraft(
                window.name(),
                window.kind(),
                recurrence(window.recurrence()),
                duration(window.recurrence()),
                window.zone().text(),
                target(window.target()),
                window.enabled(),
                window.validFrom(),
                window.validUntil());
    }

    private static RecurrenceDraft recurrence(Recurrence recurrence) {
        return switch (recurrence) {
            case OneShot once ->
                new RecurrenceDraft(
                        RecurrenceType.ONE_SHOT,
                        once.start().toString(),
                        once.end().toString(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null);
            case Weekly weekly ->
                new RecurrenceDraft(
                        RecurrenceType.WEEKLY,
                        weekly.start().toString(),
                        null,
                        weekly.days().stream().sorted().toList(),
                        weekly.interval(),
                        null,
                        null,
                        null,
                        null);
            case RRule rule ->
                new RecurrenceDraft(
                        RecurrenceType.RRULE,
                        rule.start().toString(),
                        null,
                        null,
                        null,
                        rule.rule(),
                        texts(rule.exdates()),
                        texts(rule.rdates()),
                        null,
                        rule.wholeDays() ? true : null);
            case Cron cron ->
                new RecurrenceDraft(RecurrenceType.CRON, null, null, null, null, null, null, null, cron.expression());
        };
    }

    private static @Nullable String duration(Recurrence recurrence) {
        return switch (recurrence) {
            case OneShot once -> null;
            case Weekly weekly -> weekly.duration().toString();
            case RRule rule -> rule.duration().toString();
            case Cron cron -> cron.duration().toString();
        };
    }

    private static TargetDraft target(Target target) {
        return switch (target) {
            case Tenant tenant -> new TargetDraft(TargetType.TENANT, null, null, null);
            case Default rest -> new TargetDraft(TargetType.DEFAULT, null, null, null);
            case SiteSubtree site -> new TargetDraft(TargetType.SITE, site.path(), null, null);
            case BySelector by ->
                new TargetDraft(TargetType.SELECTOR, null, by.selector().toString(), null);
            case SingleNode single ->
                new TargetDraft(TargetType.NODE, null, null, single.node().value());
        };
    }

    static List<String> texts(List<LocalDateTime> times) {
        return times.stream().map(LocalDateTime::toString).toList();
    }

    /** Reads one draft. */
    private final class Reading {
        private final String pointer;
        private final Problems problems;

        Reading(String pointer, Problems problems) {
            this.pointer = pointer;
            this.problems = problems;
        }

        @Nullable
        WindowDefinition define(WindowId id) {
            boolean named = problems.line(at("/name"), name, 200);
            given("/kind", kind, "PERMIT");
            Recurrence when = recurrence();
            Zone where = zone();
            Target whom = target();
            if (!named || name == null || kind == null || when == null || where == null || whom == null) {
                return null;
            }
            boolean on = enabled == null || enabled;
            var definition = new WindowDefinition(id, name, kind, when, where, whom, on, validFrom, validUntil);
            List<FieldProblem> wrong = definition.validate();
            wrong.forEach(problem -> problems.add(at(asSaid(problem.pointer())), problem.message()));
            return wrong.isEmpty() ? definition : null;
        }

        private @Nullable Recurrence recurrence() {
            RecurrenceDraft said = recurrence;
            if (!given("/recurrence", said, "{\"type\": \"CRON\", \"cron\": \"0 22 * * MON-FRI\"}") || said == null) {
                return null;
            }
            boolean typed = given("/recurrence/type", said.type(), "WEEKLY");
            if (said.type() == RecurrenceType.CRON) {
                return cron(said);
            }
            LocalDateTime start = given("/recurrence/startsAt", said.startsAt(), "2026-03-29T02:30:00")
                    ? time("/recurrence/startsAt", said.startsAt())
                    : null;
            if (!typed || said.type() == null) {
                return null;
            }
            refuse("/recurrence/cron", said.cron(), said.type().name());
            if (said.type() != RecurrenceType.RRULE) {
                refuse("/recurrence/wholeDays", said.wholeDays(), said.type().name() + "; say it as an RRULE");
            }
            return switch (said.type()) {
                case ONE_SHOT -> oneShot(said, start);
                case WEEKLY -> weekly(said, start);
                case RRULE -> rule(said, start);
                case CRON -> cron(said);
            };
        }

        private @Nullable Recurrence cron(RecurrenceDraft said) {
            refuse("/recurrence/startsAt", said.startsAt(), "CRON; see validFrom");
            refuse("/recurrence/wholeDays", said.wholeDays(), "CRON; say it as an RRULE");
            refuse("/recurrence/endsAt", said.endsAt(), "CRON; see duration and validUntil");
            refuse("/recurrence/days", said.days(), "CRON; see its fifth field");
            refuse("/recurrence/interval", said.interval(), "CRON");
            refuse("/recurrence/rrule", said.rrule(), "CRON");
            refuse("/recurrence/exdates", said.exdates(), "CRON; say it as an RRULE, or add a FREEZE");
            refuse("/recurrence/rdates", said.rdates(), "CRON; say it as an RRULE, or add another window");
            Duration length = length();
            String expression = said.cron();
            return given("/recurrence/cron", expression, CronForm.EXAMPLE) && expression != null && length != null
                    ? new Cron(expression.strip(), length)
                    : null;
        }

        private @Nullable Recurrence oneShot(RecurrenceDraft said, @Nullable LocalDateTime start) {
            refuse("/duration", duration, "ONE_SHOT, which says when it ends: endsAt");
            refuse("/recurrence/days", said.days(), "ONE_SHOT");
            refuse("/recurrence/interval", said.interval(), "ONE_SHOT");
            refuse("/recurrence/rrule", said.rrule(), "ONE_SHOT");
            refuse("/recurrence/exdates", said.exdates(), "ONE_SHOT");
            refuse("/recurrence/rdates", said.rdates(), "ONE_SHOT");
            LocalDateTime end = given("/recurrence/endsAt", said.endsAt(), "2026-03-29T06:00:00")
                    ? time("/recurrence/endsAt", said.endsAt())
                    : null;
            return start == null || end == null ? null : new OneShot(start, end);
        }

        private @Nullable Recurrence weekly(RecurrenceDraft said, @Nullable LocalDateTime start) {
            refuse("/recurrence/endsAt", said.endsAt(), "WEEKLY; see duration and validUntil");
            refuse("/recurrence/rrule", said.rrule(), "WEEKLY");
            refuse("/recurrence/exdates", said.exdates(), "WEEKLY");
            refuse("/recurrence/rdates", said.rdates(), "WEEKLY");
            Duration length = length();
            List<DayOfWeek> days = said.days();
            if (!given("/recurrence/days", days, "[\"MONDAY\", \"FRIDAY\"]") || days == null) {
                return null;
            }
            EnumSet<DayOfWeek> set = EnumSet.noneOf(DayOfWeek.class);
            for (int i = 0; i < days.size(); i++) {
                if (problems.present(at("/recurrence/days/" + i), days.get(i))) {
                    set.add(days.get(i));
                }
            }
            int interval = said.interval() == null ? 1 : said.interval();
            return start == null || length == null || set.size() < Math.min(days.size(), 1)
                    ? null
                    : new Weekly(set, interval, start, length);
        }

        private @Nullable Recurrence rule(RecurrenceDraft said, @Nullable LocalDateTime start) {
            refuse("/recurrence/endsAt", said.endsAt(), "RRULE; see duration and UNTIL");
            refuse("/recurrence/days", said.days(), "RRULE; see BYDAY");
            refuse("/recurrence/interval", said.interval(), "RRULE; see INTERVAL");
            Duration length = length();
            List<LocalDateTime> exdates = times("/recurrence/exdates", said.exdates());
            List<LocalDateTime> rdates = times("/recurrence/rdates", said.rdates());
            if (!given("/recurrence/rrule", said.rrule(), "FREQ=MONTHLY;BYDAY=-1SU")
                    || said.rrule() == null
                    || start == null
                    || length == null
                    || exdates == null
                    || rdates == null) {
                return null;
            }
            return new RRule(start, said.rrule(), exdates, rdates, length, Boolean.TRUE.equals(said.wholeDays()));
        }

        private @Nullable Zone zone() {
            if (!given("/zone", zone, "Europe/Berlin, or NODE_LOCAL") || zone == null) {
                return null;
            }
            List<FieldProblem> wrong = WindowDefinition.validateZone(zone, at("/zone"));
            wrong.forEach(problem -> problems.add(problem.pointer(), problem.message()));
            return wrong.isEmpty() ? Zone.of(zone) : null;
        }

        private @Nullable Target target() {
            TargetDraft said = target;
            if (!given("/target", said, "{\"type\": \"SITE\", \"sitePath\": \"/eu/de\"}") || said == null) {
                return null;
            }
            if (!given("/target/type", said.type(), "SITE") || said.type() == null) {
                return null;
            }
            String type = said.type().name();
            if (said.type() != TargetType.SITE) {
                refuse("/target/sitePath", said.sitePath(), type);
            }
            if (said.type() != TargetType.SELECTOR) {
                refuse("/target/selector", said.selector(), type);
            }
            if (said.type() != TargetType.NODE) {
                refuse("/target/nodeId", said.nodeId(), type);
            }
            return switch (said.type()) {
                case TENANT -> new Tenant();
                case DEFAULT -> new Default();
                case SITE ->
                    given("/target/sitePath", said.sitePath(), "/eu/de") && said.sitePath() != null
                            ? new SiteSubtree(said.sitePath())
                            : null;
                case SELECTOR -> selector(said.selector());
                case NODE ->
                    given("/target/nodeId", said.nodeId(), "019a1b2c-0000-7000-8000-000000000017")
                                    && said.nodeId() != null
                            ? new SingleNode(new NodeId(said.nodeId()))
                            : null;
            };
        }

        private @Nullable Target selector(@Nullable String text) {
            String at = at("/target/selector");
            if (!given("/target/selector", text, "label.ring==canary")
                    || text == null
                    || !problems.text(at, text, 4000)) {
                return null;
            }
            if (text.isBlank()) {
                problems.add(
                        at,
                        "is empty; expected a selector such as label.ring==canary, or the target TENANT for all nodes");
                return null;
            }
            try {
                return new BySelector(Selector.parse(text, at));
            } catch (InvalidInput invalid) {
                invalid.problems().forEach(problem -> problems.add(problem.pointer(), problem.message()));
                return null;
            }
        }

        private @Nullable Duration length() {
            if (!given("/duration", duration, "PT4H") || duration == null) {
                return null;
            }
            try {
                return Duration.parse(duration);
            } catch (DateTimeException | ArithmeticException e) {
                problems.add(
                        at("/duration"),
                        "is no ISO 8601 duration; expected PT5M (5 minutes) to P7D (7 days), such as PT4H");
                return null;
            }
        }

        private @Nullable List<LocalDateTime> times(String field, @Nullable List<String> texts) {
            List<LocalDateTime> times = new ArrayList<>();
            if (texts != null && texts.size() > WindowCheck.MAX_DATES) {
                // Before any is read: a million of them need no million of problems.
                problems.add(
                        at(field), "has %d dates; expected at most %d".formatted(texts.size(), WindowCheck.MAX_DATES));
                return null;
            }
            boolean readable = true;
            for (int i = 0; texts != null && i < texts.size(); i++) {
                String place = field + "/" + i;
                LocalDateTime time = problems.present(at(place), texts.get(i)) ? time(place, texts.get(i)) : null;
                readable &= time != null;
                if (time != null) {
                    times.add(time);
                }
            }
            return readable ? times : null;
        }

        private @Nullable LocalDateTime time(String field, @Nullable String text) {
            if (text == null) {
                return null;
            }
            try {
                return LocalDateTime.parse(text);
            } catch (DateTimeException e) {
                problems.add(
                        at(field), "is no local time; expected one without zone or offset such as 2026-03-29T02:30:00");
                return null;
            }
        }

        /** Whether it is there; if not, a problem that shows a right one. */
        private boolean given(String field, @Nullable Object value, String example) {
            if (value == null) {
                problems.add(at(field), "is required, such as " + example);
                return false;
            }
            return true;
        }

        private void refuse(String field, @Nullable Object said, String type) {
            boolean nothing = said == null || said instanceof List<?> list && list.isEmpty();
            if (!nothing) {
                problems.add(at(field), "does not belong to " + type);
            }
        }

        private String at(String field) {
            return pointer + field;
        }

        /** The definition's words for a field, in those of the draft. */
        private static String asSaid(String field) {
            return switch (field) {
                case "/recurrence/start" -> "/recurrence/startsAt";
                case "/recurrence/end" -> "/recurrence/endsAt";
                case "/recurrence/rule" -> "/recurrence/rrule";
                case "/recurrence/duration" -> "/duration";
                case "/target/path" -> "/target/sitePath";
                case String other -> other;
            };
        }
    }
}

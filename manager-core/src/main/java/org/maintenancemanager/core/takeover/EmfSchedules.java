package org.maintenancemanager.core.takeover;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.EmfImport;
import org.maintenancemanager.api.admin.EmfImportItem;
import org.maintenancemanager.api.admin.EmfImportKind;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDraft;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceDraft;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceType;
import org.maintenancemanager.core.window.WindowDraft.TargetDraft;
import org.maintenancemanager.core.window.WindowDraft.TargetType;
import org.maintenancemanager.core.window.Windows;
import org.springframework.stereotype.Component;

/** Makes windows of schedules: in UTC, as they were. */
@Component
class EmfSchedules {
    private static final String UTC = "UTC";

    private final Windows windows;
    private final DatabaseClock clock;

    EmfSchedules(Windows windows, DatabaseClock clock) {
        this.windows = windows;
        this.clock = clock;
    }

    /** @param draft null: it cannot be kept, for this reason */
    private record Read(
            @Nullable WindowDraft draft, @Nullable String reason) {}

    /** @param nodes by their hosts' old ids */
    List<EmfImportItem> take(EmfImport wanted, OldPlaces places, Map<String, UUID> nodes) {
        List<EmfImportItem> items = new ArrayList<>();
        Map<String, OldItem> byName = new LinkedHashMap<>();
        Map<String, Boolean> single = new LinkedHashMap<>();
        gather(EmfTakeover.given(wanted.singleSchedules()), "/singleSchedules/", true, byName, single, items);
        gather(EmfTakeover.given(wanted.repeatedSchedules()), "/repeatedSchedules/", false, byName, single, items);
        Map<String, UUID> here = windows.idsByName(byName.keySet());
        Map<OldItem, WindowDraft> drafts = new LinkedHashMap<>();
        Instant now = clock.now();
        byName.forEach((name, item) -> {
            UUID id = here.get(name);
            if (id != null) {
                items.add(item.existed(id, name));
                return;
            }
            TargetDraft target = target(item, places, nodes);
            if (target == null) {
                items.add(item.notKept(noTarget(item)));
                return;
            }
            Read read = Boolean.TRUE.equals(single.get(name))
                    ? single(item, name, target, now)
                    : repeated(item, name, target);
            WindowDraft draft = read.draft();
            if (draft == null) {
                items.add(item.notKept(String.valueOf(read.reason())));
                return;
            }
            List<FieldProblem> problems = draft.problems();
            if (problems.isEmpty()) {
                drafts.put(item, draft);
            } else {
                items.add(item.notKept("As a window its %s %s."
                        .formatted(
                                problems.getFirst().pointer().substring(1),
                                problems.getFirst().message())));
            }
        });
        if (!drafts.isEmpty()) {
            var made = windows.create(List.copyOf(drafts.values())).iterator();
            drafts.forEach(
                    (item, draft) -> items.add(item.made(made.next().id().value(), String.valueOf(draft.name()))));
        }
        return items;
    }

    private static void gather(
            List<Map<String, Object>> schedules,
            String place,
            boolean isSingle,
            Map<String, OldItem> byName,
            Map<String, Boolean> single,
            List<EmfImportItem> items) {
        for (int i = 0; i < schedules.size(); i++) {
            OldItem item = OldItem.of(
                    EmfImportKind.WINDOW,
                    schedules.get(i),
                    place + i,
                    "resourceId",
                    "singleScheduleID",
                    "repeatedScheduleID",
                    "singleScheduleId",
                    "repeatedScheduleId");
            String status = item.text("scheduleStatus");
            if (item.from().startsWith("/")) {
                items.add(item.notKept("It has no resourceId, by which it would be known again."));
            } else if (status != null && !status.endsWith("_MAINTENANCE") && !status.endsWith("_OS_UPDATE")) {
                items.add(item.notKept("Its scheduleStatus is %s: nothing is updated in it.".formatted(status)));
            } else {
                // With its old id, since names need not differ there; so it is also known again.
                String name = item.text("name");
                String own = name == null || name.length() > 100 ? item.from() : "%s (%s)".formatted(name, item.from());
                if (byName.putIfAbsent(own, item) != null) {
                    items.add(item.notKept("It stands twice in this call."));
                } else {
                    single.put(own, isSingle);
                }
            }
        }
    }

    private static @Nullable TargetDraft target(OldItem item, OldPlaces places, Map<String, UUID> nodes) {
        String host = id(item, "targetHost", "targetHostId");
        if (host != null) {
            UUID node = nodes.get(host);
            return node == null ? null : new TargetDraft(TargetType.NODE, null, null, node);
        }
        String site = id(item, "targetSite", "targetSiteId");
        if (site == null) {
            site = id(item, "targetRegion", "targetRegionId");
        }
        String path = places.path(site);
        return path == null ? null : new TargetDraft(TargetType.SITE, path, null, null);
    }

    private static @Nullable String id(OldItem item, String object, String text) {
        String id = OldItem.text(item.object(object), "resourceId", "siteID", "regionID");
        return id == null ? item.text(text) : id;
    }

    private static String noTarget(OldItem item) {
        String host = id(item, "targetHost", "targetHostId");
        if (host != null) {
            return "Its host %s is not among the hosts of this call that are nodes.".formatted(host);
        }
        String site = id(item, "targetSite", "targetSiteId");
        if (site == null) {
            site = id(item, "targetRegion", "targetRegionId");
        }
        return site == null
                ? "It has no target, so it was nobody's."
                : "Nothing is said of %s; say its path under /sites.".formatted(site);
    }

    private static Read single(OldItem item, String name, TargetDraft target, Instant now) {
        Long start = item.number("startSeconds");
        Long end = item.number("endSeconds");
        if (start == null || start <= 0 || start > Integer.MAX_VALUE * 2L) {
            return new Read(null, "It has no startSeconds.");
        }
        if (end == null || end <= 0 || end > Integer.MAX_VALUE * 2L) {
            return new Read(null, "It has no endSeconds; a window has an end.");
        }
        Instant over = Instant.ofEpochSecond(end);
        if (!over.isAfter(now)) {
            return new Read(null, "It was over at %s.".formatted(over));
        }
        return new Read(
                new WindowDraft(
                        name,
                        Kind.PERMIT,
                        new RecurrenceDraft(
                                RecurrenceType.ONE_SHOT,
                                utc(Instant.ofEpochSecond(start)),
                                utc(over),
                                null,
                                null,
                                null,
                                null,
                                null,
                                null),
                        null,
                        UTC,
                        target,
                        true,
                        null,
                        null),
                null);
    }

    private static String utc(Instant instant) {
        return LocalDateTime.ofInstant(instant, ZoneOffset.UTC).toString();
    }

    private static Read repeated(OldItem item, String name, TargetDraft target) {
        Long duration = item.number("durationSeconds");
        if (duration == null || duration <= 0) {
            return new Read(null, "It has no durationSeconds.");
        }
        List<String> fields = new ArrayList<>();
        for (String field : List.of("cronMinutes", "cronHours", "cronDayMonth", "cronMonth", "cronDayWeek")) {
            String value = item.text(field);
            if (value == null) {
                return new Read(null, "It has no %s.".formatted(field));
            }
            fields.add(value.replaceAll("\\s", ""));
        }
        item.lose(
                null,
                "It stays in UTC, so where clocks change it moves by an hour; give it the sites' zone, or NODE_LOCAL, if local time is meant.");
        return new Read(
                new WindowDraft(
                        name,
                        Kind.PERMIT,
                        new RecurrenceDraft(
                                RecurrenceType.CRON,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                String.join(" ", fields)),
                        Duration.ofSeconds(duration).toString(),
                        UTC,
                        target,
                        true,
                        null,
                        null),
                null);
    }
}

package org.maintenancemanager.core.takeover;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.EmfImport;
import org.maintenancemanager.api.admin.EmfImportCount;
import org.maintenancemanager.api.admin.EmfImportItem;
import org.maintenancemanager.api.admin.EmfImportKind;
import org.maintenancemanager.api.admin.EmfImportOutcome;
import org.maintenancemanager.api.admin.EmfImportReport;
import org.maintenancemanager.core.query.Problems;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Takes over what the old manager of Edge Microvisor Toolkit knew, all of it in one transaction. What is here already stays
 * as it is, so the same call may be made again; one item that cannot be kept does not stop the others, but is reported.
 */
@Service
public class EmfTakeover {
    /** As many as can be created in one call of the other kind. */
    private static final int MOST_ITEMS = 10_000;

    private static final Pattern PATH = Pattern.compile("(/[a-z0-9][a-z0-9._-]*)+");
    private static final String PATH_IN_WORDS = "a site's path such as /eu/de";
    private static final Pattern SERVER = Pattern.compile("https?://[^/\\s?#]+(/[^\\s?#]*)?");
    private static final Pattern ARCHITECTURE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,49}");
    private static final int LONGEST_PATH = 300;

    private final TransactionTemplate kept;
    private final TransactionTemplate undone;
    private final EmfSites sites;
    private final EmfImages images;
    private final EmfHosts hosts;
    private final EmfSchedules schedules;

    EmfTakeover(
            PlatformTransactionManager transactions,
            EmfSites sites,
            EmfImages images,
            EmfHosts hosts,
            EmfSchedules schedules) {
        this.kept = new TransactionTemplate(transactions);
        this.undone = new TransactionTemplate(transactions);
        // Of its own, so that the caller's may be kept.
        this.undone.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.sites = sites;
        this.images = images;
        this.hosts = hosts;
        this.schedules = schedules;
    }

    /**
     * @throws org.maintenancemanager.core.query.InvalidInput if what is said beside the items is wrong
     * @throws org.maintenancemanager.core.query.Conflict if the tenant may not have so many nodes
     */
    public EmfImportReport take(EmfImport wanted) {
        check(wanted);
        boolean dryRun = Boolean.TRUE.equals(wanted.dryRun());
        List<EmfImportItem> items = requireNonNull((dryRun ? undone : kept).execute(status -> {
            if (dryRun) {
                // Everything is done and undone, so the report is what the same call without it would say.
                status.setRollbackOnly();
            }
            return items(wanted);
        }));
        if (dryRun) {
            items.replaceAll(EmfTakeover::withoutId);
        }
        return new EmfImportReport(dryRun, counts(items), items);
    }

    private List<EmfImportItem> items(EmfImport wanted) {
        var places = new OldPlaces(String.valueOf(wanted.site()), given(wanted.sites()));
        given(wanted.hosts()).forEach(host -> places.learn(OldItem.object(host, "site")));
        List.of(given(wanted.singleSchedules()), given(wanted.repeatedSchedules()))
                .forEach(list -> list.forEach(schedule -> {
                    places.learn(OldItem.object(schedule, "targetSite"));
                    places.learn(OldItem.object(schedule, "targetRegion"));
                    Map<String, Object> host = OldItem.object(schedule, "targetHost");
                    places.learn(OldItem.object(host, "site"));
                }));
        List<EmfImportItem> items = new ArrayList<>(sites.take(wanted, places));
        items.addAll(images.take(wanted));
        EmfHosts.Taken taken = hosts.take(wanted, places);
        items.addAll(taken.items());
        items.addAll(schedules.take(wanted, places, taken.nodes()));
        return items;
    }

    static <T> List<T> given(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static Map<String, String> given(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
    }

    private static void check(EmfImport wanted) {
        var problems = new Problems();
        if (problems.present("/site", wanted.site())) {
            path("/site", wanted.site(), problems);
        }
        given(wanted.sites())
                .forEach((id, path) -> path("/sites/" + id.replace("~", "~0").replace("/", "~1"), path, problems));
        problems.form(
                "/releaseServer",
                wanted.releaseServer(),
                SERVER,
                "an address such as https://files.example.com, without ? and #");
        problems.form(
                "/architecture",
                wanted.architecture(),
                ARCHITECTURE,
                "1 to 50 letters, digits, dots, dashes and underscores, such as x86_64");
        items("/hosts", wanted.hosts(), problems);
        items("/operatingSystems", wanted.operatingSystems(), problems);
        items("/singleSchedules", wanted.singleSchedules(), problems);
        items("/repeatedSchedules", wanted.repeatedSchedules(), problems);
        problems.throwIfAny();
    }

    private static void path(String at, @Nullable String path, Problems problems) {
        if (problems.text(at, path, LONGEST_PATH)) {
            problems.form(at, path, PATH, PATH_IN_WORDS);
        }
    }

    private static void items(String at, @Nullable List<Map<String, Object>> items, Problems problems) {
        if (items == null) {
            return;
        }
        if (items.size() > MOST_ITEMS) {
            problems.add(
                    at,
                    "has %d items; at most %d are allowed, send them in several calls"
                            .formatted(items.size(), MOST_ITEMS));
        }
        if (Collections.frequency(items, null) > 0) {
            problems.add(at, "holds null; expected objects");
        }
    }

    private static EmfImportItem withoutId(EmfImportItem item) {
        return item.outcome() == EmfImportOutcome.MADE
                ? new EmfImportItem(item.kind(), item.from(), item.outcome(), null, item.name(), item.losses())
                : item;
    }

    private static List<EmfImportCount> counts(List<EmfImportItem> items) {
        Map<EmfImportKind, Map<EmfImportOutcome, int[]>> counted = new EnumMap<>(EmfImportKind.class);
        for (EmfImportItem item : items) {
            int[] count = counted.computeIfAbsent(item.kind(), kind -> new EnumMap<>(EmfImportOutcome.class))
                    .computeIfAbsent(item.outcome(), outcome -> new int[2]);
            count[0]++;
            count[1] += item.losses().isEmpty() ? 0 : 1;
        }
        List<EmfImportCount> counts = new ArrayList<>();
        counted.forEach((kind, outcomes) -> outcomes.forEach(
                (outcome, count) -> counts.add(new EmfImportCount(kind, outcome, count[0], count[1]))));
        return counts;
    }
}

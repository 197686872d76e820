package org.maintenancemanager.core.takeover;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.EmfImport;
import org.maintenancemanager.api.admin.EmfImportItem;
import org.maintenancemanager.api.admin.EmfImportKind;
import org.maintenancemanager.api.admin.NewSite;
import org.maintenancemanager.api.admin.Site;
import org.maintenancemanager.core.node.Sites;
import org.springframework.stereotype.Component;

/** Makes sites of regions and sites. */
@Component
class EmfSites {
    private static final int LONGEST_NAME = 200;

    private final Sites sites;

    EmfSites(Sites sites) {
        this.sites = sites;
    }

    List<EmfImportItem> take(EmfImport wanted, OldPlaces places) {
        Map<String, OldItem> named = places.all();
        Set<String> paths = new LinkedHashSet<>();
        String base = String.valueOf(wanted.site());
        paths.add(base);
        paths.addAll(named.keySet());
        Map<String, UUID> here = new HashMap<>(sites.idsByPath(paths));
        List<NewSite> missing = paths.stream()
                .filter(path -> !here.containsKey(path))
                .map(path -> new NewSite(path, name(named.get(path)), null))
                .toList();
        Map<String, Site> made = new HashMap<>();
        if (!missing.isEmpty()) {
            sites.create(missing).forEach(site -> made.put(site.path(), site));
        }
        List<EmfImportItem> items = new ArrayList<>();
        for (String path : paths) {
            OldItem item = named.get(path);
            Site site = made.get(path);
            if (item == null && site == null) {
                continue;
            }
            OldItem told = item == null ? new OldItem(EmfImportKind.SITE, Map.of(), "/site") : item;
            if (site == null) {
                items.add(told.existed(Objects.requireNonNull(here.get(path)), path));
                continue;
            }
            boolean located = isSaid(told.number("siteLat")) || isSaid(told.number("siteLng"));
            if (located) {
                told.lose(
                        "siteLat",
                        "Geographic positions are not kept. Its zone is %s, as above it; change it if its clocks show another."
                                .formatted(site.zone()));
            }
            told.loseIfSaid("metadata", "Sites have no labels; hosts that inherit these get them.");
            told.loseIfSaid("provider", "Provisioning is not this manager's.");
            items.add(told.made(site.id(), path));
        }
        places.unknownOnes().forEach(id -> {
            // Not wrong: the items that name it may come with another call.
            items.add(new OldItem(EmfImportKind.SITE, Map.of(), id).notKept("No item of this call names it."));
        });
        return items;
    }

    private static boolean isSaid(@Nullable Long position) {
        return position != null && position != 0;
    }

    private static @Nullable String name(@Nullable OldItem item) {
        String name = item == null ? null : item.text("name");
        return name == null || name.length() > LONGEST_NAME ? null : name;
    }
}

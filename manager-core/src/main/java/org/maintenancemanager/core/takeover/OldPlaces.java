package org.maintenancemanager.core.takeover;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.EmfImportKind;

/**
 * The regions and sites that the old manager's items name, and the paths that they get here: below the region that they are
 * in, after their names, unless somebody said another.
 */
final class OldPlaces {
    private static final String[] ID = {"resourceId", "siteID", "regionID", "regionId", "siteId"};

    private final String base;
    private final Map<String, String> said;

    /** By their old id; in the order of ids, so that the same items always get the same paths. */
    private final Map<String, Map<String, Object>> known = new TreeMap<>();

    private final Map<String, String> paths = new HashMap<>();
    private final Map<String, String> owners = new HashMap<>();

    OldPlaces(String base, Map<String, String> said) {
        this.base = base;
        this.said = said;
    }

    /** Remembers a place and those above it. What says more of a place counts. */
    void learn(@Nullable Map<String, Object> place) {
        String id = OldItem.text(place, ID);
        if (place == null || id == null) {
            return;
        }
        known.merge(id, place, (before, now) -> now.size() > before.size() ? now : before);
        learn(above(place));
    }

    private static @Nullable Map<String, Object> above(Map<String, Object> place) {
        Map<String, Object> region = OldItem.object(place, "region");
        return region == null ? OldItem.object(place, "parentRegion") : region;
    }

    /** The path of a place by its old id; null if nothing is known of it. */
    @Nullable
    String path(@Nullable String id) {
        return id == null ? null : path(id, new LinkedHashSet<>());
    }

    private @Nullable String path(String id, Set<String> below) {
        String given = said.get(id);
        if (given != null) {
            return given;
        }
        String found = paths.get(id);
        Map<String, Object> place = known.get(id);
        // A region that lies in itself is nowhere.
        if (found != null || place == null || !below.add(id)) {
            return found;
        }
        Map<String, Object> above = above(place);
        String aboveId = above == null ? OldItem.text(place, "regionId", "parentId") : OldItem.text(above, ID);
        String parent = aboveId == null ? base : path(aboveId, below);
        if (parent == null) {
            parent = base;
        }
        String part = part(OldItem.text(place, "name"), id);
        String path = parent + "/" + part;
        if (owners.getOrDefault(path, id).equals(id)) {
            owners.put(path, id);
        } else {
            path = path + "-" + part(id, id);
        }
        paths.put(id, path);
        return path;
    }

    private static String part(@Nullable String name, String id) {
        String part = (name == null ? id : name)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9._-]+", "-")
                .replaceAll("^[._-]+|[-]+$", "");
        return part.isEmpty() ? part(id, "unnamed") : part;
    }

    /** Every place that was named, with its path; those that others lie in come first. */
    Map<String, OldItem> all() {
        Map<String, OldItem> all = new LinkedHashMap<>();
        known.keySet().stream()
                .sorted(Comparator.comparingInt(
                                (String id) -> String.valueOf(path(id)).length())
                        .thenComparing(id -> id))
                .forEach(id -> all.put(
                        String.valueOf(path(id)),
                        new OldItem(EmfImportKind.SITE, known.getOrDefault(id, Map.of()), id)));
        return all;
    }

    /** What somebody said of a place that no item names would be a slip of the pen. */
    List<String> unknownOnes() {
        return said.keySet().stream()
                .filter(id -> !known.containsKey(id))
                .sorted()
                .toList();
    }
}

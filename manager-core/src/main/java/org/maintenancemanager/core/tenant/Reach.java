package org.maintenancemanager.core.tenant;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The places that a call may touch: everywhere in its tenant, or the subtrees of some sites. It is that of the one
 * permission which the call needs: what somebody may do at one site says nothing about another.
 *
 * @param sites paths; empty, and not {@link #EVERYWHERE}: nowhere
 */
public record Reach(boolean everywhere, List<String> sites) {
    public static final Reach EVERYWHERE = new Reach(true, List.of());

    public Reach {
        sites = List.copyOf(sites);
    }

    /** The subtrees of these sites. */
    public static Reach of(List<String> sites) {
        return new Reach(false, sites);
    }

    /** The sites, without those that lie below another. */
    public List<String> subtrees() {
        return sites.stream()
                .filter(site -> sites.stream().noneMatch(other -> site.startsWith(other + "/")))
                .distinct()
                .toList();
    }

    /**
     * What of the subtree of a site lies within, as subtrees.
     *
     * @param path of the site; null: the whole tenant. A null within the answer is the whole tenant as well
     */
    public List<@Nullable String> within(@Nullable String path) {
        List<@Nullable String> found = new ArrayList<>();
        if (path == null ? everywhere : covers(path)) {
            found.add(path);
        } else {
            subtrees().stream()
                    .filter(site -> path == null || site.startsWith(path + "/"))
                    .forEach(found::add);
        }
        return Collections.unmodifiableList(found);
    }

    /** Whether the site with this path lies within. */
    public boolean covers(String path) {
        return everywhere || sites.stream().anyMatch(site -> path.equals(site) || path.startsWith(site + "/"));
    }
}

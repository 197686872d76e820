package org.maintenancemanager.core.tenant;

import java.util.List;

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

    /** Whether the site with this path lies within. */
    public boolean covers(String path) {
        return everywhere || sites.stream().anyMatch(site -> path.equals(site) || path.startsWith(site + "/"));
    }
}

package org.maintenancemanager.core.overview;

import java.util.List;
import org.maintenancemanager.core.tenant.Reach;
import org.maintenancemanager.core.tenant.TenantId;

/**
 * What is counted together: a tenant, or the subtrees of some of its sites.
 *
 * @param sites their paths, none below another; empty together with {@code whole}: the tenant, else nothing
 */
record Scope(TenantId tenant, boolean whole, List<String> sites) {
    Scope {
        sites = List.copyOf(sites);
    }

    static Scope of(TenantId tenant, Reach reach) {
        return new Scope(
                tenant, reach.everywhere(), reach.subtrees().stream().sorted().toList());
    }

    /** As the table keeps it. A site's path begins with a slash, so that nothing is told from everything. */
    String key() {
        return whole ? "" : sites.isEmpty() ? "-" : String.join("\n", sites);
    }
}

package org.maintenancemanager.core.event;

import java.util.List;
import java.util.UUID;
import org.maintenancemanager.core.tenant.TenantId;

/** Holds facts in memory, and drops them when told that they are stale. Called from one thread at a time or several. */
public interface ChangeListener {
    /** @param ids for {@code NODES}: the nodes; empty means all of the tenant */
    void changed(ChangeNotes.Kind kind, TenantId tenant, List<UUID> ids);

    /** Notes may have been missed: drop everything. */
    void forgetEverything();
}

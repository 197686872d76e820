package org.maintenancemanager.core.window;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.tenant.TenantId;

/** How long nodes need to be open for an update; from what updates took before. */
public interface NeededTimes {
    Of of(TenantId tenant);

    /** As it was when asked for. */
    interface Of {
        /** Installing, restarting and checking; that of unknown hardware too. */
        Duration of(@Nullable String hardware);
    }
}

package org.maintenancemanager.core.window;

import java.util.UUID;

/** The id of a maintenance window or freeze. */
public record WindowId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}

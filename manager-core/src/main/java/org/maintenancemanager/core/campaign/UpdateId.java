package org.maintenancemanager.core.campaign;

import java.util.UUID;

/** The id of a node update. */
public record UpdateId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}

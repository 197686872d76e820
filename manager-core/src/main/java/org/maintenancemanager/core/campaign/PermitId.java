package org.maintenancemanager.core.campaign;

import java.util.UUID;

/** The id of a permit. */
public record PermitId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}

package org.maintenancemanager.core.campaign;

import java.util.UUID;

/** The id of a policy. */
public record PolicyId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}

package org.maintenancemanager.core.node;

import java.util.UUID;

/** The id of a node. */
public record NodeId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}

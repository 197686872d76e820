package org.maintenancemanager.core.node;

import java.util.UUID;

/** The id of a site. */
public record SiteId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}

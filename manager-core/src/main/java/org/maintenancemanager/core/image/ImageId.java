package org.maintenancemanager.core.image;

import java.util.UUID;

/** The id of an image. */
public record ImageId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}

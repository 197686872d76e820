package org.maintenancemanager.core.tenant;

import java.util.UUID;

/** The id of a tenant. */
public record TenantId(UUID value) {
    /** The tenant that exists from the start. */
    public static final TenantId DEFAULT = new TenantId(UUID.fromString("00000000-0000-7000-8000-000000000001"));

    @Override
    public String toString() {
        return value.toString();
    }
}

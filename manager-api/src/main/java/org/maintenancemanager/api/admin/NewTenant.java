package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * A tenant to be created.
 *
 * @param name lower-case letters, digits and dashes
 * @param zone IANA zone for what has no site; UTC if absent
 */
public record NewTenant(
        @Nullable String name,
        @Nullable String zone,
        @Nullable TenantQuotas quotas) {}

package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * A site to be created. The places above it need not exist as sites.
 *
 * @param name the path's last part if absent
 * @param zone that of the nearest site above if absent, else the tenant's
 */
public record NewSite(
        @Nullable String path,
        @Nullable String name,
        @Nullable String zone) {}

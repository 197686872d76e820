package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/** All of a tenant that can be changed. */
public record TenantChange(@Nullable String zone, @Nullable Integer maxInFlight) {}

package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * Why a tenant is suspended or resumed.
 *
 * @param reason shown with the tenant and in the audit
 */
public record TenantAction(@Nullable String reason) {}

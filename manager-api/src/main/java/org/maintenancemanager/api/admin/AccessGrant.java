package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * A role in a place.
 *
 * @param role {@code viewer}, {@code operator}, {@code release-manager}, {@code fleet-admin}, {@code security-admin} or
 *     {@code auditor}
 * @param site path; the role holds there and below. Absent: in the whole tenant
 */
public record AccessGrant(@Nullable String role, @Nullable String site) {}

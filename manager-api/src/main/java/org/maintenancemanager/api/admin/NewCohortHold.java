package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * Names a cohort to hold or release.
 *
 * @param name hardware, path of a site, or digest of the image that ran before; empty means unknown
 * @param reason to hold it; not used to release it
 */
public record NewCohortHold(
        @Nullable CohortKind kind,
        @Nullable String name,
        @Nullable String reason) {}

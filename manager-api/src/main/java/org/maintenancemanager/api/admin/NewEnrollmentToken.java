package org.maintenancemanager.api.admin;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An enrollment token to be created.
 *
 * @param site path of the site that nodes will belong to
 * @param approval {@code AUTO} if absent
 * @param maxUses 1 if absent
 * @param validFor 24 hours if absent; at most 366 days
 */
public record NewEnrollmentToken(
        @Nullable String name,
        @Nullable String site,
        @Nullable String approval,
        @Nullable Integer maxUses,
        @Nullable Duration validFor) {}

package org.maintenancemanager.api.admin;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An enrollment token to be created.
 *
 * @param site path of the site that nodes will belong to
 * @param approval {@code AUTO} if absent
 * @param maxUses 1 if absent
 * @param validFor 24 hours if absent; at most 366 days
 * @param hardwareIds what the machine must say of its hardware, each of them, for example its serial number; absent: any
 */
public record NewEnrollmentToken(
        @Nullable String name,
        @Nullable String site,
        @Nullable String approval,
        @Nullable Integer maxUses,
        @Nullable Duration validFor,
        @Nullable Map<String, String> hardwareIds) {}

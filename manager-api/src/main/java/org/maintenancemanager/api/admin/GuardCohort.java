package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * Nodes that have their hardware, site, or former image in common.
 *
 * @param name hardware, path of the site, or digest of the image that ran before; empty where it is unknown
 * @param label what a person calls it
 * @param held absent while its nodes go on
 */
public record GuardCohort(
        CohortKind kind,
        String name,
        String label,
        int finished,
        int failures,
        int downloadFailures,
        double evidence,
        @Nullable CohortHold held) {}

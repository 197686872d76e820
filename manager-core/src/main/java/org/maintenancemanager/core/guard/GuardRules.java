package org.maintenancemanager.core.guard;

import org.jspecify.annotations.Nullable;

/**
 * What a guard shall hold a campaign to.
 *
 * @param test null: the campaign has none
 * @param cohorts whether a single cohort may be held while the others go on
 * @param maxFailures failed updates that stop the campaign whatever the test says; null: no limit
 * @param maxFailurePercent share of failed nodes above which it stops, more than 0 to 100; null: no limit
 * @param percentFrom how many nodes must have finished before a share means anything
 */
public record GuardRules(
        @Nullable SequentialTest test,
        boolean cohorts,
        @Nullable Integer maxFailures,
        @Nullable Double maxFailurePercent,
        int percentFrom) {}

package org.maintenancemanager.api.admin;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * When a campaign stops itself because of failures.
 *
 * @param enabled whether the sequential test watches; true if absent
 * @param baseline failure rate that is accepted; absent: what the tenant's earlier campaigns teach, or 2 %
 * @param alpha accepted chance to stop a healthy image; 0.01 if absent
 * @param cohorts whether a single kind of hardware, site or source image may be held alone; true if absent
 * @param maxFailurePercent share of failed nodes above which it pauses itself; absent: no limit
 * @param percentFrom how many nodes must have finished before that share means anything; 20 if absent
 */
public record GuardRules(
        @Nullable Boolean enabled,
        @Nullable BigDecimal baseline,
        @Nullable BigDecimal alpha,
        @Nullable Boolean cohorts,
        @Nullable BigDecimal maxFailurePercent,
        @Nullable Integer percentFrom) {}

package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * What a campaign does about failures and rivals; all of it may change while it runs.
 *
 * @param priority of two campaigns that want the same node the one with more goes first; 0 if absent
 * @param retries how nodes are tried again, by what failed
 * @param phaseLimits the permitted time that a phase may take
 */
public record CampaignRules(
        @Nullable Integer priority,
        @Nullable GuardRules guard,
        @Nullable RetryRules retries,
        @Nullable PhaseLimits phaseLimits) {}

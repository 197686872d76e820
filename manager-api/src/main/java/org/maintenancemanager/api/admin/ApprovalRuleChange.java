package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/** What can be changed of the {@link ApprovalRule}. */
public record ApprovalRuleChange(
        @Nullable Integer maxNodes,
        @Nullable String selector,
        @Nullable Boolean downgrade,
        @Nullable Boolean override) {}

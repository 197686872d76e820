package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * How nodes are tried again, by what failed. What is absent is as usual: downloads three times, all else never. An image that
 * rolled back is blocked on its node and never tried again by itself.
 */
public record RetryRules(
        @Nullable RetryRule download,
        @Nullable RetryRule verify,
        @Nullable RetryRule install,
        @Nullable RetryRule reboot,
        @Nullable RetryRule trial,
        @Nullable RetryRule lost) {}

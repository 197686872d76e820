package org.maintenancemanager.api.admin;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How often a node is tried again.
 *
 * @param limit 0: not at all
 * @param backoff how long it waits before the first time, twice as long before each further one; 15 minutes if absent
 */
public record RetryRule(@Nullable Integer limit, @Nullable Duration backoff) {}

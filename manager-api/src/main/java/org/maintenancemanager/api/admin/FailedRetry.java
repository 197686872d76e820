package org.maintenancemanager.api.admin;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which failed updates get another attempt.
 *
 * @param nodes 1 to 1,000 ids; absent: all nodes whose update failed, rolled back or was lost
 */
public record FailedRetry(@Nullable List<UUID> nodes) {}

package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * Why nodes are brought back to what they ran before.
 *
 * @param reason 1 to 1000 characters
 */
public record RollBackReason(@Nullable String reason) {}

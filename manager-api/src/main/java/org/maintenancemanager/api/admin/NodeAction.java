package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * Why a node is quarantined, released, decommissioned or approved.
 *
 * @param reason shown with the node and in the audit
 */
public record NodeAction(@Nullable String reason) {}

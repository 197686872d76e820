package org.maintenancemanager.core.campaign;

import org.jspecify.annotations.Nullable;

/**
 * When a tenant wants a second person to approve a campaign before it starts; any of them is enough.
 *
 * @param maxNodes campaigns of more nodes; null: of any size go without
 * @param selector campaigns with a node that it selects; null: none
 * @param downgrade campaigns that may bring older images
 * @param override campaigns with an escalation; overrides of windows are asked for as well
 * @param revision 0 while nobody has set it
 */
public record ApprovalRule(
        @Nullable Integer maxNodes, @Nullable String selector, boolean downgrade, boolean override, long revision) {}

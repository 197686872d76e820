package org.maintenancemanager.api.node;

import org.maintenancemanager.api.node.NodeMessages.RenewResponse;

/** What became of a request for the next credential. */
public sealed interface RenewResult permits RenewResult.Renewed, Retry, Refused {
    /** Keep it safe before it is used: with its first use the one before ends. */
    record Renewed(RenewResponse response) implements RenewResult {}
}

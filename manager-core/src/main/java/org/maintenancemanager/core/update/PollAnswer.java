package org.maintenancemanager.core.update;

import org.maintenancemanager.api.node.NodeMessages.PollResponse;

/** What a poll comes to. */
public sealed interface PollAnswer {
    /**
     * Nothing that the node does not know: 204.
     *
     * @param serverEpoch also here: after a restore a node may know more than the manager, and has to hear of that
     */
    record Unchanged(int nextPollSeconds, String serverEpoch) implements PollAnswer {}

    record Changed(PollResponse response) implements PollAnswer {}

    /** The manager has more to do than it can: 503 with Retry-After. */
    record Overloaded(int retryAfterSeconds) implements PollAnswer {}
}

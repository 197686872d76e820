package org.maintenancemanager.api.node;

import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeMessages.PollResponse;

/** What became of a poll. */
public sealed interface PollResult permits PollResult.Unchanged, PollResult.Changed, Retry, Refused {
    /**
     * Nothing new since the known version: go on with what was said last.
     *
     * @param serverEpoch null from managers before it was said here
     */
    record Unchanged(int nextPollSeconds, @Nullable String serverEpoch) implements PollResult {}

    record Changed(PollResponse response) implements PollResult {}
}

package org.maintenancemanager.api.node;

import org.maintenancemanager.api.node.NodeMessages.EnrollResponse;

/** What became of an enrollment. */
public sealed interface EnrollResult permits EnrollResult.Enrolled, EnrollResult.Pending, Retry, Refused {
    /**
     * The node has an identity. Keep the token safe before the first poll; whoever lost it enrolls again with the same key.
     *
     * @param nodeToken for {@link NodeClient#withToken}; new with each enrollment, and the one before ends
     */
    record Enrolled(EnrollResponse response, String nodeToken) implements EnrollResult {}

    /** An operator has to approve the node first: enroll again with the same key after {@code nextPollSeconds}. */
    record Pending(EnrollResponse response) implements EnrollResult {}
}

package org.maintenancemanager.api.node;

import org.maintenancemanager.api.node.NodeMessages.EnrollResponse;
import org.maintenancemanager.api.node.NodeMessages.IssuedCertificate;

/** What became of an enrollment. */
public sealed interface EnrollResult
        permits EnrollResult.Enrolled, EnrollResult.Certified, EnrollResult.Pending, Retry, Refused {
    /**
     * The node has an identity. Keep the token safe before the first poll; whoever lost it enrolls again with the same key.
     *
     * @param nodeToken for {@link NodeClient#withToken}; new with each enrollment, and the one before ends
     */
    record Enrolled(EnrollResponse response, String nodeToken) implements EnrollResult {}

    /**
     * The node has a certificate instead of a token. Keep it safe before the first poll; then call with
     * {@link NodeClient#withCertificate} over an HTTP client or channel that presents it ({@link NodeTls}).
     */
    record Certified(EnrollResponse response, IssuedCertificate certificate) implements EnrollResult {}

    /** An operator has to approve the node first: enroll again with the same key after {@code nextPollSeconds}. */
    record Pending(EnrollResponse response) implements EnrollResult {}
}

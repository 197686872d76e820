package org.maintenancemanager.api.node;

import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.RenewRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;

/**
 * Carries the calls of the node API. Safe for any number of threads and nodes at once; a call blocks, and never throws
 * because of what the manager or the network did. Without a token, the certificate of the connection says who the node is.
 */
public interface NodeTransport {
    EnrollResult enroll(EnrollRequest request) throws InterruptedException;

    RenewResult renew(@Nullable String nodeToken, RenewRequest request) throws InterruptedException;

    PollResult poll(@Nullable String nodeToken, PollRequest request) throws InterruptedException;

    ReportResult report(@Nullable String nodeToken, ReportRequest request) throws InterruptedException;
}

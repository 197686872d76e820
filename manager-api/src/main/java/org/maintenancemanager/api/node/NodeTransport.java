package org.maintenancemanager.api.node;

import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;

/**
 * Carries the three calls of the node API. Safe for any number of threads and nodes at once; a call blocks, and never throws
 * because of what the manager or the network did.
 */
public interface NodeTransport {
    EnrollResult enroll(EnrollRequest request) throws InterruptedException;

    PollResult poll(String nodeToken, PollRequest request) throws InterruptedException;

    ReportResult report(String nodeToken, ReportRequest request) throws InterruptedException;
}

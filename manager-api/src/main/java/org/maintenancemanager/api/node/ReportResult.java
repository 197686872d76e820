package org.maintenancemanager.api.node;

import org.maintenancemanager.api.node.NodeMessages.ReportResponse;

/** What became of a batch of reports. */
public sealed interface ReportResult permits ReportResult.Stored, Retry, Refused {
    /** The manager has them for good; those up to {@code ackedSeq} need never be sent again. */
    record Stored(ReportResponse response) implements ReportResult {}
}

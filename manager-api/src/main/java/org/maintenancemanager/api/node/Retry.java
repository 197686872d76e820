package org.maintenancemanager.api.node;

/**
 * The manager was busy or not reached, or what answered was not the manager. It is open whether the call took effect: send
 * the same again later; all calls of this API may be repeated.
 *
 * @param afterSeconds how long the manager asks to wait; 0 if nobody said, and the node then waits as it sees fit, longer
 *     each time and never in step with other nodes
 * @param why for the node's log
 */
public record Retry(int afterSeconds, String why)
        implements EnrollResult, RenewResult, PollResult, ReportResult, DownloadResult, Failure {}

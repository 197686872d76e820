package org.maintenancemanager.api.node;

/**
 * The manager understood and said no; the same call again will be refused again, until somebody changes something.
 *
 * @param status the HTTP status, also over gRPC
 * @param code the stable code of the problem ({@link org.maintenancemanager.api.problem.ProblemType#code()}), or
 *     {@code http-<status>} where the answer named none
 * @param detail one or more sentences for the node's log; may be empty
 */
public record Refused(int status, String code, String detail)
        implements EnrollResult, RenewResult, PollResult, ReportResult, DownloadResult, Failure {}

package org.maintenancemanager.api.problem;

import java.util.Locale;

/**
 * Every problem that a client can meet: the stable code, the HTTP status, the name of the gRPC code, a title, and a
 * sentence on what to do next. RFC 9457 carries the code as {@code type} ({@code urn:maintmgr:problem:<code>}) and again
 * as {@code code}.
 */
public enum ProblemType {
    INVALID_REQUEST(400, "INVALID_ARGUMENT", "The request is not valid", "Correct the fields listed under errors."),
    MALFORMED_BODY(400, "INVALID_ARGUMENT", "The body is not valid JSON", "Send one well-formed JSON document."),
    INVALID_FILTER(
            400,
            "INVALID_ARGUMENT",
            "The filter, selector or sort cannot be read",
            "See the position and the field names that are allowed."),
    INVALID_CURSOR(400, "INVALID_ARGUMENT", "The cursor is not valid", "Start the listing again without a cursor."),
    UNAUTHENTICATED(401, "UNAUTHENTICATED", "No valid credential", "Send a valid token as Authorization: Bearer."),
    CODE_REQUIRED(
            401,
            "UNAUTHENTICATED",
            "A code is required",
            "Send the code of your authenticator app, or a recovery code, as totp."),
    FORBIDDEN(403, "PERMISSION_DENIED", "Not permitted", "Ask for the permission named in detail."),
    TENANT_SUSPENDED(
            403,
            "PERMISSION_DENIED",
            "The tenant is suspended",
            "Nothing is lost; ask whoever runs the manager, and try again after Retry-After."),
    REAUTHENTICATION_REQUIRED(
            403,
            "PERMISSION_DENIED",
            "Prove again who you are",
            "Send your password to /console/session:reauthenticate, then repeat the request."),
    NOT_FOUND(404, "NOT_FOUND", "There is no such object", "Check the id; it may have been deleted."),
    METHOD_NOT_ALLOWED(405, "UNIMPLEMENTED", "The method is not allowed here", "See the Allow header."),
    NOT_ACCEPTABLE(406, "INVALID_ARGUMENT", "No representation fits the Accept header", "Accept application/json."),
    CONFLICT(
            409, "ALREADY_EXISTS", "It conflicts with an object that exists", "See detail; choose another name or id."),
    ILLEGAL_STATE(
            409, "FAILED_PRECONDITION", "Not possible in the present state", "See detail for the state it must be in."),
    IDEMPOTENCY_MISMATCH(
            409,
            "FAILED_PRECONDITION",
            "The Idempotency-Key was used for another request",
            "Use a new key for a new request."),
    QUOTA_EXCEEDED(
            409, "FAILED_PRECONDITION", "It is more than the tenant may have", "See detail for the quota and its use."),
    IN_USE(409, "FAILED_PRECONDITION", "It is still in use", "Remove the objects named in detail first."),
    PRECONDITION_FAILED(
            412, "ABORTED", "It was changed by someone else", "Load it again, and repeat the change on the new ETag."),
    TOO_LARGE(413, "INVALID_ARGUMENT", "The body is too large", "See detail for the limit; send less at once."),
    UNSUPPORTED_MEDIA_TYPE(
            415, "INVALID_ARGUMENT", "The media type is not supported", "See detail for those that are."),
    RANGE_NOT_SATISFIABLE(416, "OUT_OF_RANGE", "The range lies outside the content", "See the Content-Range header."),
    PRECONDITION_REQUIRED(428, "FAILED_PRECONDITION", "If-Match is required", "Send the ETag of the last GET."),
    TOO_MANY_REQUESTS(429, "RESOURCE_EXHAUSTED", "Too many requests", "Wait as long as Retry-After says."),
    INTERNAL(500, "INTERNAL", "The manager failed", "Try again; report the request id if it persists."),
    UNAVAILABLE(503, "UNAVAILABLE", "The manager cannot serve this now", "Wait as long as Retry-After says.");

    private final int httpStatus;
    private final String grpcCode;
    private final String title;
    private final String advice;

    ProblemType(int httpStatus, String grpcCode, String title, String advice) {
        this.httpStatus = httpStatus;
        this.grpcCode = grpcCode;
        this.title = title;
        this.advice = advice;
    }

    /** The stable code, for example {@code invalid-request}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The RFC 9457 {@code type}. */
    public String uri() {
        return "urn:maintmgr:problem:" + code();
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** The name of the {@code io.grpc.Status.Code}. */
    public String grpcCode() {
        return grpcCode;
    }

    public String title() {
        return title;
    }

    /** What the client should do next. */
    public String advice() {
        return advice;
    }
}

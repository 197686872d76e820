package org.maintenancemanager.api.problem;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of every answer that is not a success: RFC 9457, {@code application/problem+json}.
 *
 * @param type {@code urn:maintmgr:problem:<code>}
 * @param status the HTTP status again
 * @param detail what is wrong in this very case; absent when the title says it all
 * @param code the stable code that programs branch on
 * @param advice what to do next
 * @param requestId names the request in the manager's logs and audit; absent if it never reached the manager's own code
 * @param errors one entry a wrong field; absent if no field is to blame
 */
public record Problem(
        String type,
        String title,
        int status,
        @Nullable String detail,
        String code,
        String advice,
        @Nullable String requestId,
        @Nullable List<FieldError> errors) {
    /**
     * What is wrong with one field.
     *
     * @param pointer JSON pointer into the request's body (RFC 6901), {@code /waves/0/percent}; a query parameter stands as
     *     {@code ?name}
     * @param detail what was found and what is allowed
     */
    public record FieldError(String pointer, String detail) {}

    public static Problem of(
            ProblemType type, @Nullable String detail, @Nullable String requestId, List<FieldError> errors) {
        return new Problem(
                type.uri(),
                type.title(),
                type.httpStatus(),
                detail,
                type.code(),
                type.advice(),
                requestId,
                errors.isEmpty() ? null : List.copyOf(errors));
    }
}

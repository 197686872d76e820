package org.maintenancemanager.web.problem;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.Problem.FieldError;
import org.maintenancemanager.api.problem.ProblemType;

/** A request that cannot be served, found at the edge before the core was asked. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ProblemType type;
    private final transient List<FieldError> errors;
    private final transient Map<String, String> headers;

    private ProblemException(
            ProblemType type, @Nullable String detail, List<FieldError> errors, Map<String, String> headers) {
        // Part of the conversation, not a fault: nobody reads its stack trace.
        super(detail, null, false, false);
        this.type = type;
        this.errors = List.copyOf(errors);
        this.headers = Map.copyOf(headers);
    }

    public static ProblemException of(ProblemType type, @Nullable String detail) {
        return new ProblemException(type, detail, List.of(), Map.of());
    }

    public static ProblemException of(ProblemType type, List<FieldError> errors) {
        return new ProblemException(type, null, errors, Map.of());
    }

    /** The client may come again after so many seconds. */
    public static ProblemException retryAfter(ProblemType type, String detail, int seconds) {
        return new ProblemException(type, detail, List.of(), Map.of("Retry-After", String.valueOf(seconds)));
    }

    public ProblemType type() {
        return type;
    }

    public List<FieldError> errors() {
        return errors;
    }

    public Map<String, String> headers() {
        return headers;
    }
}

package org.maintenancemanager.web.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.Problem;
import org.maintenancemanager.api.problem.Problem.FieldError;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.web.ops.RequestIds;
import tools.jackson.databind.json.JsonMapper;

/** Writes a problem where Spring MVC is not there to do it: in filters, and on the node API. */
public final class ProblemWriter {
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final JsonMapper JSON = JsonMapper.builder()
            .changeDefaultPropertyInclusion(value -> value.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();

    /** Long enough for a restart of the database, short enough for a person. */
    static final int UNSERVED_RETRY_SECONDS = 5;

    static final String UNSERVED = "The database does not serve at the moment.";

    private ProblemWriter() {}

    /** Says "later", since the database does not serve. */
    public static void writeUnserved(HttpServletResponse response) throws IOException {
        response.setIntHeader("Retry-After", UNSERVED_RETRY_SECONDS);
        write(response, ProblemType.UNAVAILABLE, UNSERVED);
    }

    public static void write(HttpServletResponse response, ProblemType type, @Nullable String detail)
            throws IOException {
        write(response, type, detail, List.of());
    }

    /** Answers with the problem; the request id is taken from the answer's header. */
    public static void write(
            HttpServletResponse response, ProblemType type, @Nullable String detail, List<FieldError> errors)
            throws IOException {
        if (response.isCommitted()) {
            return;
        }
        byte[] body = JSON.writeValueAsBytes(Problem.of(type, detail, response.getHeader(RequestIds.HEADER), errors));
        response.resetBuffer();
        response.setStatus(type.httpStatus());
        if (type == ProblemType.UNAUTHENTICATED) {
            response.setHeader("WWW-Authenticate", "Bearer realm=\"maintenance-manager\"");
        }
        response.setContentType(MEDIA_TYPE);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}

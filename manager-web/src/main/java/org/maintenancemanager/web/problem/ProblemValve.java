package org.maintenancemanager.web.problem;

import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.web.ops.RequestIds;

/**
 * The last word on requests that the container refuses or that failed outside of everything else: a problem instead of
 * Tomcat's page, which would tell its version.
 */
public class ProblemValve extends ErrorReportValve {
    public ProblemValve() {
        setShowReport(false);
        setShowServerInfo(false);
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        ProblemType type = typeOf(status);
        if (type == null) {
            return;
        }
        if (response.getHeader(RequestIds.HEADER) == null) {
            response.setHeader(RequestIds.HEADER, RequestIds.of(request.getHeader(RequestIds.HEADER)));
        }
        try {
            ProblemWriter.write(response.getResponse(), type, null);
            response.finishResponse();
        } catch (IOException | IllegalStateException clientIsGone) {
            // Nobody is there to read it.
            return;
        }
    }

    private static @Nullable ProblemType typeOf(int status) {
        for (ProblemType type : ProblemType.values()) {
            if (type.httpStatus() == status) {
                return type;
            }
        }
        return null;
    }
}

package org.maintenancemanager.web.rest;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.web.problem.ProblemException;

/** Reads a body whole, but never more of it than allowed. */
public record BodyLimit(int maxBytes) {
    public byte[] read(HttpServletRequest request) throws IOException {
        if (request.getContentLengthLong() > maxBytes) {
            throw tooLarge();
        }
        byte[] body = request.getInputStream().readNBytes(maxBytes);
        if (body.length == maxBytes && request.getInputStream().read() >= 0) {
            throw tooLarge();
        }
        return body;
    }

    private ProblemException tooLarge() {
        return ProblemException.of(
                ProblemType.TOO_LARGE, "The limit is %d bytes; send the items in several calls.".formatted(maxBytes));
    }
}

package org.maintenancemanager.web.ddi;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.web.agent.Refusal;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** The two names of the device API's JSON: a client gets the one that it asks for. */
final class DdiMedia {
    private static final String JSON = MediaType.APPLICATION_JSON_VALUE;
    private static final String HAL = "application/hal+json";
    private static final MediaType HAL_TYPE = MediaType.parseMediaType(HAL);

    private DdiMedia() {}

    /** @throws Refusal if the client takes neither */
    static String of(HttpServletRequest request) {
        String accept = request.getHeader("Accept");
        // What the clients in the field say; nothing of it has to be taken apart.
        if (accept == null || accept.isBlank() || accept.equals(JSON)) {
            return JSON;
        }
        if (accept.equals(HAL)) {
            return HAL;
        }
        List<MediaType> accepted = accepted(String.join(",", Collections.list(request.getHeaders("Accept"))));
        if (accepted.stream().anyMatch(HAL_TYPE::equalsTypeAndSubtype)) {
            return HAL;
        }
        if (accepted.stream().anyMatch(type -> type.includes(MediaType.APPLICATION_JSON))) {
            return JSON;
        }
        if (accepted.stream().anyMatch(type -> type.includes(HAL_TYPE))) {
            return HAL;
        }
        throw Refusal.of(ProblemType.NOT_ACCEPTABLE, "Accept %s or %s.".formatted(JSON, HAL));
    }

    private static List<MediaType> accepted(String accept) {
        try {
            return MediaType.parseMediaTypes(accept).stream()
                    .filter(type -> type.getQualityValue() > 0)
                    .toList();
        } catch (InvalidMediaTypeException e) {
            throw Refusal.of(ProblemType.NOT_ACCEPTABLE, "The Accept header is not valid: " + e.getMessage());
        }
    }
}

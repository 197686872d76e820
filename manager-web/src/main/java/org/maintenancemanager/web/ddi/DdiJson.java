package org.maintenancemanager.web.ddi;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.ddi.DdiAttributes;
import org.maintenancemanager.core.ddi.DdiFeedback;
import org.maintenancemanager.core.ddi.DdiFeedback.Execution;
import org.maintenancemanager.core.ddi.DdiFeedback.Finished;
import org.maintenancemanager.web.agent.Refusal;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON of the device API. Read leniently, since the clients in the field never learn why they were refused: unknown
 * fields are ignored, a single value is taken for a list, and no text is refused.
 */
final class DdiJson {
    private static final int LONGEST_BODY = 256 * 1024;
    private static final int DEEPEST_NESTING = 32;
    private static final int MOST_LINES = 500;

    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST_NESTING)
                            .maxDocumentLength(LONGEST_BODY)
                            .build())
                    // Clients put log lines into their JSON without escaping what stands in them.
                    .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
                    .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
                    .build())
            .build();

    private DdiJson() {}

    /** @throws Refusal without {@code status.result.finished} or {@code status.execution}, or with other words there */
    static DdiFeedback feedback(HttpServletRequest request) throws IOException {
        JsonNode status = read(request).path("status");
        JsonNode result = status.path("result");
        Finished finished = word(Finished.class, "/status/result/finished", result.path("finished"));
        Execution execution = word(Execution.class, "/status/execution", status.path("execution"));
        JsonNode details = status.path("details");
        List<String> lines = new ArrayList<>();
        if (details.isArray()) {
            details.values().stream().limit(MOST_LINES).forEach(line -> lines.add(text(line)));
        } else if (!details.isMissingNode() && !details.isNull()) {
            lines.add(text(details));
        }
        JsonNode code = status.path("code");
        return new DdiFeedback(
                execution,
                finished,
                progress(result.path("progress")),
                code.canConvertToInt() ? code.intValue() : null,
                lines);
    }

    private static String text(JsonNode value) {
        return value.isString() ? value.stringValue() : value.toString();
    }

    private static @Nullable Integer progress(JsonNode progress) {
        JsonNode done = progress.path("cnt");
        JsonNode all = progress.path("of");
        if (!done.canConvertToInt() || !all.canConvertToInt() || all.intValue() <= 0) {
            return null;
        }
        return Math.clamp(100L * done.intValue() / all.intValue(), 0, 100);
    }

    private static <E extends Enum<E>> E word(Class<E> type, String at, JsonNode value) {
        for (E word : type.getEnumConstants()) {
            if (value.isString() && word.name().equalsIgnoreCase(value.stringValue())) {
                return word;
            }
        }
        throw Refusal.at(
                at,
                (value.isMissingNode() ? "is missing" : "is " + value) + "; one of "
                        + Stream.of(type.getEnumConstants())
                                .map(word -> word.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", ")));
    }

    record Attributes(DdiAttributes.Mode mode, Map<String, String> data) {}

    static Attributes attributes(HttpServletRequest request) throws IOException {
        JsonNode body = read(request);
        JsonNode data = body.path("data");
        if (!data.isObject()) {
            throw Refusal.at("/data", "is missing; an object of attributes and their values is required");
        }
        JsonNode mode = body.path("mode");
        Map<String, String> attributes = new LinkedHashMap<>();
        data.properties().forEach(attribute -> {
            if (!attribute.getValue().isNull()) {
                attributes.put(attribute.getKey(), text(attribute.getValue()));
            } else {
                attributes.put(attribute.getKey(), "");
            }
        });
        return new Attributes(
                mode.isMissingNode() || mode.isNull()
                        ? DdiAttributes.Mode.MERGE
                        : word(DdiAttributes.Mode.class, "/mode", mode),
                attributes);
    }

    private static JsonNode read(HttpServletRequest request) throws IOException {
        String type = request.getContentType();
        if (type != null && !type.toLowerCase(Locale.ROOT).contains("json")) {
            throw Refusal.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send application/json.");
        }
        byte[] body = body(request);
        try {
            // Bytes that are no UTF-8 become question marks: what a client logs is not always text.
            JsonNode tree = MAPPER.readTree(new String(body, StandardCharsets.UTF_8));
            if (!tree.isObject()) {
                throw Refusal.of(ProblemType.MALFORMED_BODY, "The body is not one JSON object.");
            }
            return tree;
        } catch (JacksonException e) {
            throw Refusal.of(
                    ProblemType.MALFORMED_BODY,
                    e.getOriginalMessage().lines().findFirst().orElse("The body is empty."));
        }
    }

    private static byte[] body(HttpServletRequest request) throws IOException {
        ServletInputStream in = request.getInputStream();
        byte[] body = in.readNBytes(LONGEST_BODY + 1);
        if (body.length > LONGEST_BODY) {
            throw Refusal.of(ProblemType.TOO_LARGE, "The body may have at most %d bytes.".formatted(LONGEST_BODY));
        }
        return body;
    }
}

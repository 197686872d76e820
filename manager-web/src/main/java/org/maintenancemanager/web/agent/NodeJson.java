package org.maintenancemanager.web.agent;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.RenewRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.web.problem.JsonProblems;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/** The JSON of the node API: bounded, no guessing of types, unknown fields ignored, unknown words refused. */
final class NodeJson {
    static final int LONGEST_BODY = 64 * 1024;

    private static final int DEEPEST_NESTING = 16;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST_NESTING)
                            .maxStringLength(LONGEST_BODY)
                            .maxDocumentLength(LONGEST_BODY)
                            .build())
                    .build())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // An absent number is 0, and MessageChecks says where that is not allowed.
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                    LogicalType.Textual,
                    texts -> Stream.of(CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean)
                            .forEach(shape -> texts.setCoercion(shape, CoercionAction.Fail)))
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .changeDefaultPropertyInclusion(value -> value.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();

    private static final ObjectReader ENROLL = MAPPER.readerFor(EnrollRequest.class);
    private static final ObjectReader RENEW = MAPPER.readerFor(RenewRequest.class);
    private static final ObjectReader POLL = MAPPER.readerFor(PollRequest.class);
    private static final ObjectReader REPORT = MAPPER.readerFor(ReportRequest.class);
    private static final ObjectWriter WRITER = MAPPER.writer();

    private NodeJson() {}

    static EnrollRequest enrollRequest(HttpServletRequest request) throws IOException {
        return read(ENROLL, request);
    }

    static RenewRequest renewRequest(HttpServletRequest request) throws IOException {
        return read(RENEW, request);
    }

    static PollRequest pollRequest(HttpServletRequest request) throws IOException {
        return read(POLL, request);
    }

    static ReportRequest reportRequest(HttpServletRequest request) throws IOException {
        return read(REPORT, request);
    }

    static byte[] write(Object message) {
        return WRITER.writeValueAsBytes(message);
    }

    private static <T> T read(ObjectReader reader, HttpServletRequest request) throws IOException {
        byte[] body = body(request);
        try {
            T message = reader.readValue(body);
            if (message == null) {
                throw Refusal.of(ProblemType.MALFORMED_BODY, "The body is null; expected an object.");
            }
            return message;
        } catch (DatabindException e) {
            throw wrongField(e);
        } catch (InputCoercionException e) {
            // Thrown by the parser, who does not name the field in the exception.
            String pointer = e.processor() instanceof JsonParser parser
                    ? parser.streamReadContext().pathAsPointer().toString()
                    : "";
            throw Refusal.at(pointer, "is too large for an integer of 64 bits");
        } catch (JacksonException e) {
            // The first line only: the rest of the message quotes the source.
            throw Refusal.of(
                    ProblemType.MALFORMED_BODY,
                    e.getOriginalMessage().lines().findFirst().orElse("The body is empty."));
        }
    }

    private static byte[] body(HttpServletRequest request) throws IOException {
        long announced = request.getContentLengthLong();
        if (announced > LONGEST_BODY) {
            throw tooLarge();
        }
        ServletInputStream in = request.getInputStream();
        if (announced >= 0) {
            // A client that sends less than it announced gets no answer from us anyway.
            return in.readNBytes((int) announced);
        }
        byte[] body = in.readNBytes(LONGEST_BODY + 1);
        if (body.length > LONGEST_BODY) {
            throw tooLarge();
        }
        return body;
    }

    private static Refusal tooLarge() {
        return Refusal.of(ProblemType.TOO_LARGE, "The body may have at most %d bytes.".formatted(LONGEST_BODY));
    }

    private static Refusal wrongField(DatabindException e) {
        String pointer = JsonProblems.pointer(e);
        return pointer.isEmpty()
                ? Refusal.of(ProblemType.MALFORMED_BODY, "The body is not one JSON object.")
                : Refusal.at(pointer, JsonProblems.detail(e));
    }

    /** The words that stand for an enum's values. */
    static String words(Class<?> type) {
        return Arrays.stream(type.getEnumConstants()).map(Object::toString).collect(Collectors.joining(", "));
    }
}

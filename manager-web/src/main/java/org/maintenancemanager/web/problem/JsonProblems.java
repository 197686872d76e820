package org.maintenancemanager.web.problem;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Collection;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JacksonException.Reference;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Says what does not fit between JSON and a record: where, what was found, what is allowed. */
public final class JsonProblems {
    private static final int LONGEST = 300;

    private JsonProblems() {}

    /** JSON pointer (RFC 6901) of the value that does not fit. */
    public static String pointer(JacksonException e) {
        return e.getPath().stream().map(JsonProblems::step).collect(Collectors.joining());
    }

    private static String step(Reference step) {
        String name = step.getPropertyName();
        return name == null
                ? "/" + step.getIndex()
                : "/" + name.replace("~", "~0").replace("/", "~1");
    }

    /** What was found and what is allowed instead. */
    public static String detail(JacksonException e) {
        return switch (e) {
            case UnrecognizedPropertyException unknown ->
                "is not known here; allowed are " + sorted(unknown.getKnownPropertyIds());
            case InvalidFormatException wrong ->
                "is '%s'; expected %s"
                        .formatted(abbreviated(String.valueOf(wrong.getValue())), expected(wrong.getTargetType()));
            case MismatchedInputException wrong -> "does not fit; expected " + expected(wrong.getTargetType());
            default -> abbreviated(e.getOriginalMessage());
        };
    }

    private static String sorted(@Nullable Collection<Object> names) {
        return names == null
                ? "none"
                : names.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
    }

    private static String expected(@Nullable Class<?> type) {
        if (type == null) {
            return "another type";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(constant -> ((Enum<?>) constant).name())
                            .collect(Collectors.joining(", "));
        }
        return switch (type.getName()) {
            case "java.lang.String" -> "a text";
            case "boolean", "java.lang.Boolean" -> "true or false";
            case "int", "java.lang.Integer" -> "an integer of at most 32 bits";
            case "long", "java.lang.Long" -> "an integer of at most 64 bits";
            case "double", "java.lang.Double", "java.math.BigDecimal" -> "a number";
            default -> structured(type);
        };
    }

    private static String structured(Class<?> type) {
        if (type == UUID.class) {
            return "a UUID";
        }
        if (type == Instant.class) {
            return "an ISO 8601 instant such as 2026-03-01T02:00:00Z";
        }
        if (type == LocalDateTime.class) {
            return "an ISO 8601 local time such as 2026-03-01T02:00:00";
        }
        if (type == Duration.class) {
            return "an ISO 8601 duration such as PT4H30M";
        }
        return Collection.class.isAssignableFrom(type) || type.isArray() ? "an array" : "an object";
    }

    private static String abbreviated(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }
}

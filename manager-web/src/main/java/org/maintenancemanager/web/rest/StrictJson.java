package org.maintenancemanager.web.rest;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.Problem.FieldError;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.query.UnstorableText;
import org.maintenancemanager.web.problem.JsonProblems;
import org.maintenancemanager.web.problem.ProblemException;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.MutableCoercionConfig;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/**
 * Reads JSON as the admin API wants it: no unknown field, no duplicate key, no text where a number belongs. Whatever is
 * wrong is said with the JSON pointer of the field and what is allowed there.
 */
@Component
class StrictJson {
    private static final int LONGEST_DETAIL = 300;
    private static final byte[] NUL = "\\u0000".getBytes(StandardCharsets.US_ASCII);

    private final JsonMapper json;

    StrictJson(JsonMapper json) {
        this.json = json.rebuild()
                .enable(
                        DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                        DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                        DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                        DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .withCoercionConfig(LogicalType.Textual, StrictJson::onlyTexts)
                .withCoercionConfig(LogicalType.Enum, StrictJson::onlyTexts)
                .withCoercionConfig(LogicalType.DateTime, StrictJson::onlyTexts)
                .build();
    }

    private static void onlyTexts(MutableCoercionConfig config) {
        config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
    }

    /** @throws ProblemException if it is not one JSON document; with line and column; or holds NUL, with the field */
    JsonNode tree(byte[] body) {
        try {
            JsonNode tree = json.readTree(body);
            if (tree == null || tree.isMissingNode()) {
                throw ProblemException.of(ProblemType.MALFORMED_BODY, "The body is empty; expected a JSON document.");
            }
            if (mentionsNul(body)) {
                refuseNul("", tree);
            }
            return tree;
        } catch (JacksonException e) {
            throw ProblemException.of(ProblemType.MALFORMED_BODY, place(e.getLocation()) + abbreviated(e));
        }
    }

    /** Whether {@code \\u0000} stands there, the only way to write it in JSON; what it belongs to is looked at afterwards. */
    private static boolean mentionsNul(byte[] body) {
        int found = 0;
        for (byte b : body) {
            found = b == NUL[found] ? found + 1 : b == NUL[0] ? 1 : 0;
            if (found == NUL.length) {
                return true;
            }
        }
        return false;
    }

    private static void refuseNul(String pointer, JsonNode tree) {
        if (tree.isString() && tree.stringValue().indexOf('\0') >= 0) {
            throw ProblemException.of(
                    ProblemType.INVALID_REQUEST, List.of(new FieldError(pointer, UnstorableText.DETAIL)));
        }
        for (int i = 0; tree.isArray() && i < tree.size(); i++) {
            refuseNul(pointer + "/" + i, tree.get(i));
        }
        tree.properties().forEach(field -> {
            if (field.getKey().indexOf('\0') >= 0) {
                throw ProblemException.of(
                        ProblemType.INVALID_REQUEST,
                        List.of(new FieldError(pointer, "has a field whose name " + UnstorableText.DETAIL)));
            }
            refuseNul(pointer + "/" + field.getKey().replace("~", "~0").replace("/", "~1"), field.getValue());
        });
    }

    /** A limit of the parser itself knows no place. */
    private static String place(@Nullable TokenStreamLocation location) {
        return location == null ? "" : "Line %d, column %d: ".formatted(location.getLineNr(), location.getColumnNr());
    }

    private static String abbreviated(JacksonException e) {
        String what = e.getOriginalMessage();
        return what.length() <= LONGEST_DETAIL ? what : what.substring(0, LONGEST_DETAIL);
    }

    /** @throws NotOfType with the field that does not fit */
    <T> T value(JsonNode tree, Class<T> type) throws NotOfType {
        if (!tree.isObject()) {
            throw new NotOfType(new FieldError("", "is not an object"));
        }
        try {
            return json.treeToValue(tree, type);
        } catch (JacksonException e) {
            throw new NotOfType(new FieldError(JsonProblems.pointer(e), JsonProblems.detail(e)));
        }
    }

    JsonNode treeOf(Object value) {
        return json.valueToTree(value);
    }

    /** A tree that does not fit its record. */
    static final class NotOfType extends Exception {
        private static final long serialVersionUID = 1;

        private final transient FieldError error;

        NotOfType(FieldError error) {
            super(error.pointer() + ": " + error.detail(), null, false, false);
            this.error = error;
        }

        FieldError error() {
            return error;
        }
    }
}

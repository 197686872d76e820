package org.maintenancemanager.web.rest;

import java.util.ArrayList;
import java.util.List;
import org.maintenancemanager.api.problem.Problem.FieldError;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.web.problem.ProblemException;
import org.maintenancemanager.web.rest.StrictJson.NotOfType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON body of a request, well-formed and within the limit; a parameter of handler methods. */
public final class JsonBody {
    /** Items in one bulk call. */
    public static final int MAX_ITEMS = 10_000;

    /** Nobody reads more than this. */
    private static final int MAX_ERRORS = 100;

    private final StrictJson json;
    private final JsonNode tree;

    JsonBody(StrictJson json, JsonNode tree) {
        this.json = json;
        this.tree = tree;
    }

    boolean isArray() {
        return tree.isArray();
    }

    /** Whether it is an object with this field. */
    public boolean has(String field) {
        return tree.isObject() && tree.has(field);
    }

    /** The body as one record. */
    public <T> T as(Class<T> type) {
        return value(tree, type);
    }

    /** The body as records: each item of the array, or the single object. */
    <T> List<T> asItems(Class<T> type) {
        if (!tree.isArray()) {
            return List.of(value(tree, type));
        }
        if (tree.isEmpty() || tree.size() > MAX_ITEMS) {
            throw invalid(
                    List.of(new FieldError("", "has %d items; allowed are 1 to %d".formatted(tree.size(), MAX_ITEMS))));
        }
        List<T> items = new ArrayList<>(tree.size());
        List<FieldError> errors = new ArrayList<>();
        for (int i = 0; i < tree.size() && errors.size() < MAX_ERRORS; i++) {
            try {
                items.add(json.value(tree.get(i), type));
            } catch (NotOfType e) {
                errors.add(
                        new FieldError("/" + i + e.error().pointer(), e.error().detail()));
            }
        }
        if (!errors.isEmpty()) {
            throw invalid(errors);
        }
        return items;
    }

    /**
     * The record after this body was applied as merge patch (RFC 7396): what the patch does not name stays, null removes.
     *
     * @param current all that may be changed, as it is now
     */
    @SuppressWarnings("unchecked")
    public <T> T mergedInto(T current) {
        if (!tree.isObject()) {
            throw invalid(List.of(new FieldError("", "a merge patch is an object")));
        }
        JsonNode merged = merge(json.treeOf(current), (ObjectNode) tree);
        return (T) value(merged, current.getClass());
    }

    private <T> T value(JsonNode tree, Class<T> type) {
        try {
            return json.value(tree, type);
        } catch (NotOfType e) {
            throw invalid(List.of(e.error()));
        }
    }

    private static JsonNode merge(JsonNode target, ObjectNode patch) {
        ObjectNode merged = target instanceof ObjectNode object ? object.deepCopy() : patch.objectNode();
        patch.properties().forEach(change -> {
            JsonNode value = change.getValue();
            if (value.isNull()) {
                merged.remove(change.getKey());
            } else if (value instanceof ObjectNode nested) {
                JsonNode before = merged.get(change.getKey());
                merged.set(change.getKey(), merge(before == null ? patch.objectNode() : before, nested));
            } else {
                merged.set(change.getKey(), value);
            }
        });
        return merged;
    }

    private static ProblemException invalid(List<FieldError> errors) {
        return ProblemException.of(ProblemType.INVALID_REQUEST, errors);
    }
}

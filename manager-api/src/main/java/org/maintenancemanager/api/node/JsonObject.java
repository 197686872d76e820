package org.maintenancemanager.api.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A JSON object with a view on its fields by type. Fields that nobody asks for are ignored. */
final class JsonObject {
    private final Map<?, ?> fields;

    private JsonObject(Map<?, ?> fields) {
        this.fields = fields;
    }

    static JsonObject read(byte[] document) throws MalformedAnswer {
        return of("the document", JsonReader.read(document));
    }

    private static JsonObject of(String name, @Nullable Object value) throws MalformedAnswer {
        if (value instanceof Map<?, ?> fields) {
            return new JsonObject(fields);
        }
        throw new MalformedAnswer(name + " is not an object");
    }

    String text(String name) throws MalformedAnswer {
        String text = textOrNull(name);
        if (text == null) {
            throw missing(name);
        }
        return text;
    }

    @Nullable
    String textOrNull(String name) throws MalformedAnswer {
        Object value = fields.get(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw new MalformedAnswer(name + " is not a string");
    }

    /** A whole number of at least 0. */
    long count(String name) throws MalformedAnswer {
        Object value = fields.get(name);
        if (value == null) {
            throw missing(name);
        }
        if (value instanceof Long count && count >= 0) {
            return count;
        }
        throw new MalformedAnswer(name + " is not a whole number from 0 on");
    }

    /** A whole number of at least 0, or null when it is absent. */
    @Nullable
    Long countOrNull(String name) throws MalformedAnswer {
        return fields.get(name) == null ? null : Long.valueOf(count(name));
    }

    int smallCount(String name) throws MalformedAnswer {
        long count = count(name);
        if (count > Integer.MAX_VALUE) {
            throw new MalformedAnswer(name + " is too large: " + count);
        }
        return (int) count;
    }

    boolean flag(String name) throws MalformedAnswer {
        if (fields.get(name) instanceof Boolean flag) {
            return flag;
        }
        throw new MalformedAnswer(name + " is not true or false");
    }

    <E extends Enum<E>> E word(String name, Class<E> words) throws MalformedAnswer {
        String word = text(name);
        for (E each : words.getEnumConstants()) {
            if (each.name().equals(word)) {
                return each;
            }
        }
        throw new MalformedAnswer(name + " is an unknown word: " + word);
    }

    @Nullable
    JsonObject objectOrNull(String name) throws MalformedAnswer {
        Object value = fields.get(name);
        return value == null ? null : of(name, value);
    }

    /** Empty where the field is absent. */
    List<JsonObject> objects(String name) throws MalformedAnswer {
        Object value = fields.get(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> items)) {
            throw new MalformedAnswer(name + " is not a list");
        }
        List<JsonObject> objects = new ArrayList<>();
        for (Object item : items) {
            objects.add(of("an item of " + name, item));
        }
        return List.copyOf(objects);
    }

    private static MalformedAnswer missing(String name) {
        return new MalformedAnswer(name + " is missing");
    }
}

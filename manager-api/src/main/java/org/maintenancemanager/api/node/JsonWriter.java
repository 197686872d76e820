package org.maintenancemanager.api.node;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes one JSON object field by field. What is null is left out. */
final class JsonWriter {
    private final StringBuilder json;
    private boolean empty = true;

    private JsonWriter(StringBuilder json) {
        this.json = json;
    }

    static byte[] write(Consumer<JsonWriter> fields) {
        StringBuilder json = new StringBuilder(256);
        object(json, fields);
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void object(StringBuilder json, Consumer<JsonWriter> fields) {
        json.append('{');
        fields.accept(new JsonWriter(json));
        json.append('}');
    }

    JsonWriter text(String name, @Nullable String value) {
        if (value != null) {
            name(name);
            string(value);
        }
        return this;
    }

    JsonWriter word(String name, @Nullable Enum<?> value) {
        return text(name, value == null ? null : value.name());
    }

    JsonWriter number(String name, @Nullable Number value) {
        if (value != null) {
            name(name);
            json.append(value);
        }
        return this;
    }

    JsonWriter texts(String name, @Nullable Map<String, String> values) {
        if (values != null) {
            name(name);
            object(json, fields -> values.forEach(fields::text));
        }
        return this;
    }

    <T> JsonWriter object(String name, @Nullable T value, BiConsumer<JsonWriter, T> fields) {
        if (value != null) {
            name(name);
            object(json, writer -> fields.accept(writer, value));
        }
        return this;
    }

    <T> JsonWriter objects(String name, @Nullable List<T> values, BiConsumer<JsonWriter, T> fields) {
        if (values != null) {
            name(name);
            json.append('[');
            String comma = "";
            for (T value : values) {
                json.append(comma);
                object(json, writer -> fields.accept(writer, value));
                comma = ",";
            }
            json.append(']');
        }
        return this;
    }

    private void name(String name) {
        if (!empty) {
            json.append(',');
        }
        empty = false;
        string(name);
        json.append(':');
    }

    private void string(String value) {
        json.append('"');
        for (int i = 0; i < value.length(); i++) {
            char each = value.charAt(i);
            if (each == '"' || each == '\\') {
                json.append('\\').append(each);
            } else if (each < ' ') {
                json.append("\\u00")
                        .append(Character.forDigit(each >> 4, 16))
                        .append(Character.forDigit(each & 15, 16));
            } else {
                json.append(each);
            }
        }
        json.append('"');
    }
}

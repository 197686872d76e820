package org.maintenancemanager.core.takeover;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.EmfImportItem;
import org.maintenancemanager.api.admin.EmfImportKind;
import org.maintenancemanager.api.admin.EmfImportLoss;
import org.maintenancemanager.api.admin.EmfImportOutcome;

/**
 * One item of another manager, read leniently: a field that is missing, empty or of another type is not there. What cannot
 * be kept of it is gathered on the way.
 */
final class OldItem {
    /** Texts and lists are not quoted at length in a report. */
    private static final int LONGEST_QUOTE = 80;

    private final EmfImportKind kind;
    private final Map<String, Object> fields;
    private final String from;
    private final List<EmfImportLoss> losses = new ArrayList<>();

    OldItem(EmfImportKind kind, Map<String, Object> fields, String from) {
        this.kind = kind;
        this.fields = fields;
        this.from = from;
    }

    /** @param place used where the item has no id of its own */
    static OldItem of(EmfImportKind kind, Map<String, Object> fields, String place, String... idFields) {
        String id = text(fields, idFields);
        return new OldItem(kind, fields, id == null ? place : id);
    }

    String from() {
        return from;
    }

    Map<String, Object> fields() {
        return fields;
    }

    /** The first of these that holds something. */
    @Nullable
    String text(String... names) {
        return text(fields, names);
    }

    @Nullable
    Map<String, Object> object(String name) {
        return object(fields, name);
    }

    /** Of a number, or of digits: the old API's versions differ in how they write large ones. */
    @Nullable
    Long number(String name) {
        Object value = fields.get(name);
        if (value instanceof Number number) {
            return number.longValue();
        }
        return value instanceof String digits && digits.matches("-?\\d{1,18}") ? Long.valueOf(digits) : null;
    }

    static @Nullable String text(@Nullable Map<String, Object> fields, String... names) {
        for (String name : names) {
            Object value = fields == null ? null : fields.get(name);
            if (value instanceof String text && !text.isBlank()) {
                return text.strip();
            }
        }
        return null;
    }

    @SuppressWarnings("unchecked")
    static @Nullable Map<String, Object> object(@Nullable Map<String, Object> fields, String name) {
        Object value = fields == null ? null : fields.get(name);
        return value instanceof Map<?, ?> map && !map.isEmpty() ? (Map<String, Object>) map : null;
    }

    /** Keys and values: a list of {@code {"key":…,"value":…}}, or lists of them under any names. */
    Map<String, String> metadata(String name) {
        Map<String, String> found = new LinkedHashMap<>();
        gather(fields.get(name), found);
        return found;
    }

    private static void gather(@Nullable Object value, Map<String, String> found) {
        if (value instanceof List<?> list) {
            for (Object item : list) {
                if (item instanceof Map<?, ?> pair
                        && pair.get("key") instanceof String key
                        && pair.get("value") instanceof String text) {
                    found.put(key, text);
                }
            }
        } else if (value instanceof Map<?, ?> lists) {
            lists.values().forEach(list -> gather(list, found));
        }
    }

    void lose(@Nullable String field, String reason) {
        losses.add(new EmfImportLoss(field, reason));
    }

    /** Says so if the field holds something. */
    void loseIfSaid(String field, String reason) {
        Object value = fields.get(field);
        boolean nothing = value == null
                || value instanceof String text && text.isBlank()
                || value instanceof Map<?, ?> map && map.isEmpty()
                || value instanceof List<?> list && list.isEmpty();
        if (!nothing) {
            lose(field, reason);
        }
    }

    EmfImportItem notKept(String reason) {
        return new EmfImportItem(
                kind, from, EmfImportOutcome.NOT_KEPT, null, null, List.of(new EmfImportLoss(null, reason)));
    }

    EmfImportItem existed(UUID id, String name) {
        return new EmfImportItem(kind, from, EmfImportOutcome.EXISTED, id, name, List.copyOf(losses));
    }

    EmfImportItem made(@Nullable UUID id, String name) {
        return new EmfImportItem(kind, from, EmfImportOutcome.MADE, id, name, List.copyOf(losses));
    }

    static String quoted(String text) {
        return "'" + (text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...") + "'";
    }
}

package org.maintenancemanager.core.query;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.maintenancemanager.api.problem.ProblemType;

/**
 * Where a page ended.
 *
 * @param order the sort order that it belongs to
 * @param keys the last item's sort keys and id, as texts
 */
public record Cursor(String order, List<String> keys) {
    private static final int MAX_LENGTH = 16_384;

    /** The cursor of a list whose only key is the id. */
    public static String ofId(UUID id, String order) {
        return new Cursor(order, List.of(id.toString())).write();
    }

    /**
     * The id in such a cursor.
     *
     * @throws InvalidInput if it is none of this list
     */
    public static UUID id(String text, String order) {
        Cursor cursor = parse(text);
        if (!cursor.order.equals(order) || cursor.keys.size() != 1) {
            throw invalid();
        }
        try {
            return UUID.fromString(cursor.keys.getFirst());
        } catch (IllegalArgumentException e) {
            throw invalid();
        }
    }

    static Cursor parse(String text) {
        try {
            if (text.length() > MAX_LENGTH) {
                throw invalid();
            }
            var in = new DataInputStream(
                    new ByteArrayInputStream(Base64.getUrlDecoder().decode(text)));
            String order = in.readUTF();
            List<String> keys = new ArrayList<>();
            while (in.available() > 0) {
                keys.add(in.readUTF());
            }
            return new Cursor(order, keys);
        } catch (IOException | IllegalArgumentException e) {
            throw invalid();
        }
    }

    static InvalidInput invalid() {
        return InvalidInput.at(
                ProblemType.INVALID_CURSOR,
                "/cursor",
                "is not a cursor of this list in this order; expected the nextCursor of the page before");
    }

    String write() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeUTF(order);
            for (String key : keys) {
                out.writeUTF(key);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a sort key is too long for a cursor", e);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }
}

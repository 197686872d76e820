package org.maintenancemanager.web.rest;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.query.InvalidInput;

/** Instants in the query of an address. */
public final class QueryTime {
    private QueryTime() {}

    /**
     * Null if the parameter is absent.
     *
     * @param name of the parameter, for the problem
     */
    public static @Nullable Instant of(String name, @Nullable String text) {
        return text == null ? null : parse(name, text);
    }

    /** As {@link #of}, with an instant for when the parameter is absent. */
    public static Instant of(String name, @Nullable String text, Instant absent) {
        return text == null ? absent : parse(name, text);
    }

    private static Instant parse(String name, String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw InvalidInput.at(
                    "/" + name,
                    "'%s' is no instant; allowed is one with a zone, such as 2026-03-01T02:00:00Z".formatted(text));
        }
    }
}

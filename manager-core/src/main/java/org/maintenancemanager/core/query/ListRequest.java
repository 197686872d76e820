package org.maintenancemanager.core.query;

import org.jspecify.annotations.Nullable;

/**
 * What a client asks of a list; checked when the list is fetched, since only the list knows its fields.
 *
 * @param filter RSQL
 * @param sort names of fields by comma, {@code name,-createdAt}
 * @param cursor of the page before
 * @param limit items a page, 1 to {@value #MAX_LIMIT}
 */
public record ListRequest(
        @Nullable String filter,
        @Nullable String sort,
        @Nullable String cursor,
        int limit) {
    public static final int DEFAULT_LIMIT = 50;
    public static final int MAX_LIMIT = 1000;

    public static ListRequest of(
            @Nullable String filter, @Nullable String sort, @Nullable String cursor, @Nullable Integer limit) {
        return new ListRequest(filter, sort, cursor, limit == null ? DEFAULT_LIMIT : limit);
    }

    /** The first page in the default order. */
    public static ListRequest first() {
        return new ListRequest(null, null, null, DEFAULT_LIMIT);
    }
}

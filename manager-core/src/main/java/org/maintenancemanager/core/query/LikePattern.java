package org.maintenancemanager.core.query;

import org.jspecify.annotations.Nullable;

/** Turns a text in which {@code *} stands for any text into a pattern for SQL's {@code like}. */
public final class LikePattern {
    private LikePattern() {}

    public static String of(String wildcards) {
        return literal(wildcards).replace("*", "%");
    }

    /** What a text begins with that matches; null if it can begin with anything. */
    static @Nullable String prefix(String wildcards) {
        int end = wildcards.indexOf('*');
        return end <= 0 ? null : wildcards.substring(0, end);
    }

    /** The least text, by code points, behind all those with this prefix; null if there is none. */
    static @Nullable String behind(String prefix) {
        int last = prefix.codePointBefore(prefix.length());
        if (last == Character.MAX_CODE_POINT) {
            return null;
        }
        // What stands for nothing by itself is left out.
        int next = last + 1 == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : last + 1;
        return prefix.substring(0, prefix.length() - Character.charCount(last)) + Character.toString(next);
    }

    /** The text itself, with nothing special in it. */
    public static String literal(String text) {
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }
}

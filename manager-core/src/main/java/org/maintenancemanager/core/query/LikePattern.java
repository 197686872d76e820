package org.maintenancemanager.core.query;

/** Turns a text in which {@code *} stands for any text into a pattern for SQL's {@code like}. */
public final class LikePattern {
    private LikePattern() {}

    public static String of(String wildcards) {
        return literal(wildcards).replace("*", "%");
    }

    /** The text itself, with nothing special in it. */
    public static String literal(String text) {
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }
}

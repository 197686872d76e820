package org.maintenancemanager.core.query;

import java.sql.SQLException;
import java.util.Set;

/**
 * The one text that PostgreSQL cannot keep: one with the character NUL. It is refused where requests are read; this tells
 * it from a fault of ours wherever else it gets through to the database.
 */
public final class UnstorableText {
    /** What to say, behind the name of what holds it. */
    public static final String DETAIL = "holds the character NUL (U+0000), which no text may contain";

    /** SQLSTATE character_not_in_repertoire, and untranslatable_character as JSON gets it. */
    private static final Set<String> STATES = Set.of("22021", "22P05");

    private UnstorableText() {}

    public static boolean caused(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException refused && STATES.contains(String.valueOf(refused.getSQLState()))) {
                return true;
            }
        }
        return false;
    }
}

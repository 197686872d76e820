package org.maintenancemanager.api.admin;

/**
 * What is to be said of a window.
 *
 * @param nodes that it is about; 0 if it is about none
 */
public record WindowFinding(Code code, Severity severity, long nodes, String sentence) {
    public enum Code {
        NEVER_OPENS,
        NOT_WITHIN_A_YEAR,
        SWALLOWED_BY_FREEZE,
        PARTLY_FROZEN,
        TOO_SHORT,
        UNUSED,
        NODES_WITHOUT_WINDOW,
        OVERLAPS,
        DST_AFFECTED
    }

    /** ERROR: nodes will not be updated; WARNING: probably not meant. */
    public enum Severity {
        ERROR,
        WARNING,
        INFO
    }
}

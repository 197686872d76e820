package org.maintenancemanager.api.admin;

import java.util.List;

/**
 * Nodes that will not be updated, or not in time, because of their windows or update paths, or that keep others back.
 *
 * @param sites with the most of these nodes, at most 5
 */
public record PlanFinding(Code code, int nodes, List<String> sites, String sentence) {
    /** What is wrong. */
    public enum Code {
        NO_PATH,
        NO_WINDOW,
        SWALLOWED_BY_FREEZE,
        NOT_WITHIN_A_YEAR,
        TOO_SHORT,
        NOTHING_BEFORE_DEADLINE,
        /** None of the nodes of a wave was heard of lately, so the next one may never open. */
        WAVE_UNHEARD
    }
}

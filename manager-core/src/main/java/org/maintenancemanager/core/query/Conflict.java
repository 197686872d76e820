package org.maintenancemanager.core.query;

import org.maintenancemanager.api.problem.ProblemType;

/** The request is valid, but what exists stands against it; nothing was changed. */
@SuppressWarnings("serial")
public final class Conflict extends RuntimeException {
    private final ProblemType type;
    private final String detail;

    /**
     * @param type one of those with HTTP status 409, or what says that there is no room (TOO_LARGE, UNAVAILABLE), or that
     *     nobody may do this to themselves (FORBIDDEN)
     * @param detail a sentence that names the object or state in the way
     */
    public Conflict(ProblemType type, String detail) {
        super(detail);
        this.type = type;
        this.detail = detail;
    }

    public ProblemType type() {
        return type;
    }

    public String detail() {
        return detail;
    }
}

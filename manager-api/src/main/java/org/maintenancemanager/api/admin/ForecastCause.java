package org.maintenancemanager.api.admin;

import java.time.Duration;

/**
 * What takes the time.
 *
 * @param adds by how much the campaign would probably end sooner otherwise
 */
public record ForecastCause(Kind kind, String sentence, Duration adds) {
    /** What it is. */
    public enum Kind {
        WINDOW,
        MAX_IN_FLIGHT,
        BUDGET,
        WAVES,
        AWAY
    }
}

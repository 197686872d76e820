package org.maintenancemanager.api.admin;

/**
 * What may keep a campaign from its end.
 *
 * @param share of the cases, 0 to 1
 */
public record ForecastRisk(Kind kind, double share) {
    /** What may happen. */
    public enum Kind {
        NOT_WITHIN_A_YEAR,
        MAX_FAILURES,
        /** The guard takes the image for a bad one, rightly or not. */
        GUARD,
        WAVE_GATE,
        /** The campaign's own end comes first. */
        CALLED_OFF,
        AFTER_DEADLINE
    }
}

package org.maintenancemanager.core.emf;

/** Where an agent says that it stands: a level that it repeats. */
public record EmfStatus(Level level, String detail) {
    /** Those of maintmgr.v1, without their prefix. */
    public enum Level {
        UNSPECIFIED,
        UP_TO_DATE,
        STARTED,
        UPDATED,
        FAILED,
        DOWNLOADING,
        DOWNLOADED
    }
}

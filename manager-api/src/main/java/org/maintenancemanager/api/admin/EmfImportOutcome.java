package org.maintenancemanager.api.admin;

/** What became of an item of the old manager. */
public enum EmfImportOutcome {
    MADE,
    /** It was here already, and stays as it is. */
    EXISTED,
    NOT_KEPT
}

package org.maintenancemanager.api.admin;

/** What an item of the old manager becomes here. */
public enum EmfImportKind {
    SITE,
    IMAGE,
    NODE,
    WINDOW
}

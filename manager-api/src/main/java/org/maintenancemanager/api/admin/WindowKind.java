package org.maintenancemanager.api.admin;

/** Whether a window permits or forbids. */
public enum WindowKind {
    PERMIT,
    /** Wins over every PERMIT. */
    FREEZE
}

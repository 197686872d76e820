package org.maintenancemanager.api.admin;

/** What the nodes of a cohort have in common. */
public enum CohortKind {
    HARDWARE,
    SITE,
    /** The image that ran before the update. */
    SOURCE
}

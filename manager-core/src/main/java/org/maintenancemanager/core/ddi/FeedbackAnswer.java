package org.maintenancemanager.core.ddi;

/** What becomes of feedback. */
public enum FeedbackAnswer {
    TAKEN,
    /** The action is over. */
    GONE,
    /** The node never had such an action. */
    UNKNOWN
}

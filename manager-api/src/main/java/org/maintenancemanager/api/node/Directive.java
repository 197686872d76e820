package org.maintenancemanager.api.node;

/** What the manager tells a node to do now. */
public enum Directive {
    NONE,
    /** Fetch and verify the image in the background. */
    DOWNLOAD,
    WAIT,
    /** Write the inactive slot and reboot, while the permit is valid. */
    INSTALL,
    /** Drop the update; whatever was downloaded may be deleted. */
    CANCEL,
    /** Boot the other slot again. */
    ROLL_BACK
}

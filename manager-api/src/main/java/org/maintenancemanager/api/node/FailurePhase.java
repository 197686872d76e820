package org.maintenancemanager.api.node;

/** The part of an update that failed. A download failure never condemns an image. */
public enum FailurePhase {
    DOWNLOAD,
    VERIFY,
    INSTALL,
    REBOOT,
    TRIAL
}

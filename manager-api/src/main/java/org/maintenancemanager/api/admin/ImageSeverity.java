package org.maintenancemanager.api.admin;

/** How urgent an image is: the worst of what it fixes. */
public enum ImageSeverity {
    NONE,
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL
}

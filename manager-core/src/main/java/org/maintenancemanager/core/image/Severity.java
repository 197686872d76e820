package org.maintenancemanager.core.image;

/** How urgent an image is: the worst of what it fixes. */
public enum Severity {
    NONE,
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL
}

package org.maintenancemanager.core.image;

/** Whether nodes may get an image. */
public enum ImageState {
    DRAFT,
    PUBLISHED,
    /** Stops all permits for it at once. */
    WITHDRAWN
}

package org.maintenancemanager.api.admin;

/** Whether nodes may get an image. */
public enum ImageState {
    DRAFT,
    PUBLISHED,
    /** For good: no further permit, no further offer. */
    WITHDRAWN
}

package org.maintenancemanager.api.admin;

import java.util.UUID;

/** The image that a node is to run in the end; it may go through others. */
public record NodeTarget(UUID imageId, String imageVersion) {}

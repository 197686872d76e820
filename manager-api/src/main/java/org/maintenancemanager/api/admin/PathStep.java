package org.maintenancemanager.api.admin;

import java.util.UUID;

/** An image on the way to a campaign's, or that itself. */
public record PathStep(UUID imageId, String version, long releaseCounter) {}

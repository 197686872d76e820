package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;

/** An image that rolled back on a node, and is not offered to it again until the block is cleared. */
public record NodeBlock(UUID imageId, String family, String imageVersion, String reason, Instant createdAt) {}

package org.maintenancemanager.api.admin;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which image a channel shall point to: a PUBLISHED one of its family. */
public record Promotion(@Nullable UUID imageId) {}

package org.maintenancemanager.api.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A node token to be issued.
 *
 * @param expiresAt absent: never
 */
public record NewCredential(@Nullable Instant expiresAt) {}

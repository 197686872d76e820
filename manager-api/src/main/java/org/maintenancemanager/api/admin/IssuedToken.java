package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A new token.
 *
 * @param token the secret, shown this once
 * @param expiresAt absent: never
 */
public record IssuedToken(UUID id, String token, @Nullable Instant expiresAt) {}

package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A node's identity; the secret itself is nowhere stored.
 *
 * @param kind NODE_TOKEN or CERTIFICATE
 * @param fingerprint SHA-256 of the certificate, hex; absent for a token
 * @param replaces the credential that ends when this one is used for the first time
 * @param firstUsedAt absent for one that replaces none
 */
public record Credential(
        UUID id,
        UUID nodeId,
        String kind,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable String fingerprint,
        @Nullable UUID replaces,
        @Nullable Instant firstUsedAt) {}

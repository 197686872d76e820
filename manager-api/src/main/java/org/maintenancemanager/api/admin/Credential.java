package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A node's identity; the secret itself is nowhere stored. */
public record Credential(
        UUID id,
        UUID nodeId,
        String kind,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt) {}

package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What automation calls the admin API with.
 *
 * @param scopes {@code read}, {@code write} or both
 * @param lastUsedAt some seconds late
 * @param grants which roles where; absent: everything that the scopes allow
 * @param networks address ranges that it may be used from; empty: all
 */
public record ApiToken(
        UUID id,
        String name,
        List<String> scopes,
        Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable Instant lastUsedAt,
        Instant createdAt,
        @Nullable List<AccessGrant> grants,
        List<String> networks) {}

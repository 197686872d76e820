package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An API token to be created.
 *
 * @param scopes {@code read}, {@code write} or both
 * @param expiresAt in the future; there is no token without an end
 */
public record NewApiToken(
        @Nullable String name,
        @Nullable List<String> scopes,
        @Nullable Instant expiresAt) {}

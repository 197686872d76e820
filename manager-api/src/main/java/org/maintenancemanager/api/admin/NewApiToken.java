package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An API token to be created.
 *
 * @param scopes {@code read}, {@code write} or both
 * @param expiresAt in the future; there is no token without an end
 * @param grants which roles where; absent: everything that the scopes allow
 * @param networks address ranges that it may be used from, such as 192.0.2.0/24; absent: all
 */
public record NewApiToken(
        @Nullable String name,
        @Nullable List<String> scopes,
        @Nullable Instant expiresAt,
        @Nullable List<AccessGrant> grants,
        @Nullable List<String> networks) {}

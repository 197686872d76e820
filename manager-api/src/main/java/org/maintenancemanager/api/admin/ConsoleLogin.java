package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * Either name and password, or the first secret.
 *
 * @param totp code of the authenticator app, or a recovery code; needed once one is set up
 * @param secret {@code mmat_...}; good for logging in until a security-admin did
 */
public record ConsoleLogin(
        @Nullable String name,
        @Nullable String password,
        @Nullable String totp,
        @Nullable String secret) {}

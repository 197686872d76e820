package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * A new password for oneself.
 *
 * @param newPassword 12 to 128 letters, none of those that are tried first
 */
public record PasswordChange(
        @Nullable String password, @Nullable String newPassword) {}

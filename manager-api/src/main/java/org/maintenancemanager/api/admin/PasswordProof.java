package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/** The password, and a code where one is set up: proof of who it is. */
public record PasswordProof(
        @Nullable String password, @Nullable String totp) {}

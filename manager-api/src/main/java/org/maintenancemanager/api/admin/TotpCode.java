package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/** A code of the authenticator app. */
public record TotpCode(@Nullable String code) {}

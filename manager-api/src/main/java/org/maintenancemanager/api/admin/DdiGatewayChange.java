package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/** @param enabled absent: it is */
public record DdiGatewayChange(
        @Nullable Boolean enabled, @Nullable DdiRegistration registration) {}

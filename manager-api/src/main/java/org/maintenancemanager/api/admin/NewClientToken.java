package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/** @param token that the client has already; absent: one is made */
public record NewClientToken(@Nullable String token) {}

package org.maintenancemanager.api.admin;

import java.util.UUID;

/** @param token shown this once */
public record IssuedClientToken(UUID id, String token) {}

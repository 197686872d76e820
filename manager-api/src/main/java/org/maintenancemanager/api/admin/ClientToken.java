package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;

/** A token of a client of another protocol; the token itself is shown once, when it is issued. */
public record ClientToken(UUID id, Instant createdAt) {}

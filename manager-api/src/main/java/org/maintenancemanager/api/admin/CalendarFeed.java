package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;

/** A calendar that goes out: when the nodes at a site and below may be disturbed. */
public record CalendarFeed(UUID id, String name, String sitePath, String createdBy, Instant createdAt) {}

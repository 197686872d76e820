package org.maintenancemanager.api.admin;

import java.time.Instant;

/** How the evidence stood. */
public record GuardPoint(Instant at, int finished, int failures, double evidence) {}

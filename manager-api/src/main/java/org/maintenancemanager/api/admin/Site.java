package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;

/**
 * A place in the tree of places.
 *
 * @param path {@code /eu/de/berlin-3}; whatever holds for a site holds for each path below it
 * @param zone IANA zone
 */
public record Site(
        UUID id, String path, String name, String zone, Instant createdAt, Instant updatedAt, long revision) {}

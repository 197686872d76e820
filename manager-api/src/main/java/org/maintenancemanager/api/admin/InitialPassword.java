package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;

/**
 * A password made by the manager, shown this once. It opens the console only for choosing another one.
 *
 * @param id of the person
 * @param until it is good
 */
public record InitialPassword(UUID id, String name, String password, Instant until) {}

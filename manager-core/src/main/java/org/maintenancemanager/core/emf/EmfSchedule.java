package org.maintenancemanager.core.emf;

import java.time.Instant;

/** From when on an agent begins to install, and until when it may begin; whole seconds. */
public record EmfSchedule(Instant start, Instant end) {}

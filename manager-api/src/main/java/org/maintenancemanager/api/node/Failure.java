package org.maintenancemanager.api.node;

/** How any call can fail. */
sealed interface Failure permits Retry, Refused {}

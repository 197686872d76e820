/**
 * One command that shows the whole product on this machine: PostgreSQL, a manager, a fleet, and a demonstration through the
 * public API alone. Knows what any operator and any node may know; asks the fleet simulator and the local processes.
 */
@NullMarked
package org.maintenancemanager.simulator.quickstart;

import org.jspecify.annotations.NullMarked;

/**
 * The node protocol as scripts that a client is run against: a manager that answers, and fails, as a vector says, and
 * finds out what the client does wrong.
 */
@NullMarked
package org.maintenancemanager.simulator.vector;

import org.jspecify.annotations.NullMarked;

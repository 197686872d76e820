/**
 * Processes on this machine for those who show or measure the product: a PostgreSQL and a manager as children. Knows how they
 * are started, found again after a crash, and stopped; nothing of what they serve.
 */
@NullMarked
package org.maintenancemanager.simulator.local;

import org.jspecify.annotations.NullMarked;

/**
 * Measures a manager on this machine, beside pgbench on the same PostgreSQL and beside endpoints of the same server that
 * do nothing. Starts and stops all of them itself.
 */
@NullMarked
package org.maintenancemanager.bench;

import org.jspecify.annotations.NullMarked;

/**
 * How much of the manager each tenant may take, and whether it may at all. Knows the limits and what is counted against
 * them, not what the counted things are for. May use tenant, query.
 */
@NullMarked
package org.maintenancemanager.core.quota;

import org.jspecify.annotations.NullMarked;

/**
 * The fleet in numbers: counters rolled up from the tables of others, some seconds old. Decides nothing, and nothing is
 * decided by it. May use tenant.
 */
@NullMarked
package org.maintenancemanager.core.overview;

import org.jspecify.annotations.NullMarked;

/** Whole fleets against the whole server. */
@NullMarked
package org.maintenancemanager.web.fleet;

import org.jspecify.annotations.NullMarked;

/**
 * What nodes do: polls, permits, reports, presence. Set-based SQL, batches, no entities. May use decision,
 * campaign, guard, window, image, node, tenant, query, batch, audit, event.
 */
@NullMarked
package org.maintenancemanager.core.update;

import org.jspecify.annotations.NullMarked;

/**
 * What a campaign will come to: how long it will take, what holds it up, and what it did. Asks the same windows and rules that
 * decide, and decides nothing itself. May use update, decision, campaign, guard, window, image, node, tenant, query.
 */
@NullMarked
package org.maintenancemanager.core.forecast;

import org.jspecify.annotations.NullMarked;

/**
 * What an operator wants: bring nodes to an image in waves, under rules. Owns a campaign's lifecycle,
 * membership, wave gates and counters; does not decide what a node does. May use tenant, query, node, image,
 * window, guard, audit, event, quota.
 */
@NullMarked
package org.maintenancemanager.core.campaign;

import org.jspecify.annotations.NullMarked;

/**
 * The fleet's inventory: sites, nodes, slots, labels, selectors, identities. Does not know what is done to a
 * node. May use tenant, query, audit, event, quota.
 */
@NullMarked
package org.maintenancemanager.core.node;

import org.jspecify.annotations.NullMarked;

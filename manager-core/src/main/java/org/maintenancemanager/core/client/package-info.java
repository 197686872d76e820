/**
 * The programs on nodes that speak the protocols of other managers: under which names they know themselves, what they prove
 * it with, what they were recognized as. Knows nothing of the protocols. May use update, decision, node, quota, tenant,
 * query, audit, event.
 */
@NullMarked
package org.maintenancemanager.core.client;

import org.jspecify.annotations.NullMarked;

/**
 * Facts for followers after the fact: the outbox, and the notes between replicas that a cached fact is stale.
 * May use tenant, query.
 */
@NullMarked
package org.maintenancemanager.core.event;

import org.jspecify.annotations.NullMarked;

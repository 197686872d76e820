/**
 * The hawkBit device API (DDI v1), as rules: what a poll is answered, what feedback means for a node update. Knows nothing
 * of HTTP. May use client, update, decision, campaign, image, node, tenant, query, event.
 */
@NullMarked
package org.maintenancemanager.core.ddi;

import org.jspecify.annotations.NullMarked;

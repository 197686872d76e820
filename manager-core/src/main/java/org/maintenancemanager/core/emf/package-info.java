/**
 * The update service of Edge Microvisor Toolkit's agents (maintmgr.v1), as rules: what a status means for a node update,
 * when a node is sent which schedule. Knows nothing of gRPC. May use client, update, decision, campaign, image, window,
 * node, tenant, query, audit, event.
 */
@NullMarked
package org.maintenancemanager.core.emf;

import org.jspecify.annotations.NullMarked;

/**
 * The node API, by REST and gRPC: reads and checks messages, knows the node by its credential, limits what one node may ask,
 * and hands on to the core. Its artifacts and refusals serve other device
 * protocols too. Decides nothing about updates. May use core's node, update, image, quota and tenant.
 */
@NullMarked
package org.maintenancemanager.web.agent;

import org.jspecify.annotations.NullMarked;

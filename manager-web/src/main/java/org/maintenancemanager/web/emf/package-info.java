/**
 * The update service of Edge Microvisor Toolkit's agents (maintmgr.v1) by gRPC: knows the agent by its token, binds its
 * host to it, translates. The rules are core's emf. May use web's agent for refusals and limits.
 */
@NullMarked
package org.maintenancemanager.web.emf;

import org.jspecify.annotations.NullMarked;

package org.maintenancemanager.core.update;

import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.tenant.TenantId;

/** A node whose credential was checked a moment ago: the only way to name a node on the node API. */
public record KnownNode(TenantId tenant, NodeId id, NodeState state) {}

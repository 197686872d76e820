package org.maintenancemanager.core.node;

/** Whether a node takes part in the fleet. Only an {@link #ACTIVE} one ever gets a permit. */
public enum NodeState {
    /** Enrolled, not yet approved. */
    PENDING,
    ACTIVE,
    /** Suspected of not being itself (a clone, a counter that went back): served no work until an operator decides. */
    QUARANTINED,
    DECOMMISSIONED
}

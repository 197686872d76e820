package org.maintenancemanager.api.node;

/** The two system slots of a node. */
public enum SlotName {
    A,
    B
}

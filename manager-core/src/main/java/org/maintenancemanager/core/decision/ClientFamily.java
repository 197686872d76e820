package org.maintenancemanager.core.decision;

/** The programs on nodes that the manager tells apart, by what they can do. */
public enum ClientFamily {
    /** Speaks our own node API. */
    OWN,
    /** SWUpdate's suricatta, by the hawkBit device API. */
    SWUPDATE,
    /** rauc-hawkbit-updater, by the hawkBit device API. */
    RAUC,
    /** Another client of the hawkBit device API. Treated as the least able one. */
    DDI_OTHER,
    /** The platform update agent of Edge Microvisor Toolkit, by maintmgr.v1. */
    EMF
}

package org.maintenancemanager.core.decision;

/** The gates in the order in which a decision asks them; the first closed one is the reason that a node waits. */
public enum GateName {
    NODE_STATE,
    IMAGE_STATE,
    /** Architecture, hardware, release counter: the update path. */
    COMPATIBILITY,
    BLOCK_LIST,
    CAMPAIGN_STATE,
    APPROVAL,
    /** Whether another campaign has the node. */
    TURN,
    WAVE,
    /** Whether the time of a further attempt has come. */
    RETRY,
    DOWNLOAD_PACING,
    /** The node itself still has to download or verify. */
    DOWNLOAD,
    FREEZE,
    WINDOW,
    /** Whether enough of the open window is left for what this node needs. */
    WINDOW_REST,
    BUDGET,
    GUARD,
    PERMIT
}

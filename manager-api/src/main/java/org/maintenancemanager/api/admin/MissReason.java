package org.maintenancemanager.api.admin;

/**
 * Why an opening went by for a node that was waiting.
 */
public enum MissReason {
    /** Nothing was heard of the node from before the window until its end. */
    OFFLINE,
    /** The image was not downloaded before the window closed. */
    DOWNLOAD_UNFINISHED,
    /** The window was shorter than an update of the hardware takes. */
    TOO_SHORT,
    /** A freeze was in force. */
    FROZEN,
    /** The node was ready, but the campaign or a budget was full, or the campaign was held. */
    NO_SLOT
}

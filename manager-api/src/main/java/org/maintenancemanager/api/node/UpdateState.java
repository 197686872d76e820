package org.maintenancemanager.api.node;

/**
 * Where one node stands in one campaign. The states before {@link #INSTALLING} disturb nothing and need no window; the
 * later ones need a permit. Waiting is not a state: it is a decision, so that it can never go stale.
 */
public enum UpdateState {
    OFFERED,
    DOWNLOADING,
    /** The image is on the node, and its integrity and authenticity were verified. */
    DOWNLOADED,
    INSTALLING,
    /** The inactive slot is written and its boot entry armed. */
    STAGED,
    REBOOTING,
    /** The new slot booted, and its health is being checked. */
    TRIAL,
    /** The boot loader was told to keep the new slot. */
    CONFIRMED,
    FAILED,
    /** The old slot runs again. */
    ROLLED_BACK,
    /** The permit ran out and the node is silent. */
    LOST,
    CANCELED,
    SUPERSEDED,
    /** Nothing to do for this node: already there, not compatible, or the image was withdrawn. */
    SKIPPED;

    /** Whether this state is an end, which never changes. */
    public boolean isTerminal() {
        return ordinal() >= CONFIRMED.ordinal();
    }

    /** Whether a node in this state uses a permit, and so a slot of each budget. */
    public boolean needsPermit() {
        return this == INSTALLING || this == STAGED || this == REBOOTING || this == TRIAL;
    }

    /** Whether this end counts against the image. */
    public boolean isFailure() {
        return this == FAILED || this == ROLLED_BACK || this == LOST;
    }
}

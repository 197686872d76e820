package org.maintenancemanager.simulator;

/** What happens to a node that installs a certain version. */
public enum ImageBehaviour {
    /** Boots, passes its trial, and is confirmed. */
    GOOD,
    /** Does not boot: the boot loader falls back to the old slot, and the node reports ROLLED_BACK. */
    NO_BOOT,
    /** Boots, fails its health checks, and goes back to the old slot: ROLLED_BACK. */
    TRIAL_FAILS,
    /** Cannot be written to the slot: FAILED in phase INSTALL, without a reboot. */
    INSTALL_FAILS
}

package org.maintenancemanager.api.node;

/** What a slot is to the boot loader. */
public enum SlotState {
    ACTIVE,
    INACTIVE,
    /** Written, boot entry armed. */
    STAGED,
    /** Booted, not confirmed. */
    TRIAL,
    BAD
}

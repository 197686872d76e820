package org.maintenancemanager.core.campaign;

/** The life of a campaign. {@link #COMPLETED} and {@link #ABORTED} are ends. */
public enum CampaignState {
    DRAFT,
    AWAITING_APPROVAL,
    SCHEDULED,
    RUNNING,
    PAUSED,
    COMPLETED,
    ABORTED;

    public boolean isEnded() {
        return this == COMPLETED || this == ABORTED;
    }
}

package org.maintenancemanager.core.decision;

import java.time.Instant;
import java.time.ZoneId;

/** Why a gate is open or closed. The names are stable: they are codes of the API and keys of histograms. */
public enum Reason implements Gate.Evidence {
    OPEN("Open.", ""),
    NOT_ASKED("Not asked: an earlier gate is closed, or it does not matter now.", ""),

    NODE_PENDING("The node waits to be approved.", "Approve the node."),
    NODE_QUARANTINED("The node is quarantined.", "Find out whether the node is itself, then release it."),
    NODE_DECOMMISSIONED("The node is decommissioned.", "Enroll the machine again if it is still in use."),
    NODE_BUSY(
            "Another campaign has the node.",
            "Wait for the other campaign, or give this one a higher priority before it starts."),
    IMAGE_NOT_PUBLISHED("The image is not published.", "Publish the image."),
    IMAGE_WITHDRAWN("The image was withdrawn.", "Start a campaign with another image."),
    ARCHITECTURE_MISMATCH("The image is made for another architecture.", "Choose an image for this architecture."),
    HARDWARE_MISMATCH("The image is not made for this hardware.", "Choose an image for this hardware."),
    DOWNGRADE("The image is older than what the node runs.", "Allow downgrades in the campaign, if that is meant."),
    ALREADY_RUNNING("The node already runs this image.", ""),
    ROLLED_BACK_BEFORE("The node rolled back from this image before.", "Find out why, then clear the block."),
    CAMPAIGN_NOT_STARTED("The campaign has not started.", "Start the campaign, or wait for its start."),
    CAMPAIGN_PAUSED("The campaign is paused.", "Resume the campaign."),
    CAMPAIGN_COMPLETED("The campaign is completed.", ""),
    CAMPAIGN_ABORTED("The campaign was aborted.", ""),
    AWAITING_APPROVAL("The campaign waits for an approval.", "Approve or deny the campaign."),
    WAVE_CLOSED("The node's wave is not open yet.", ""),
    RETRY_LATER("The node is tried again later.", ""),
    WAVE_SOAKS("The wave before is watched for a while.", ""),
    WAVE_NOT_BEFORE("The node's wave does not open before a set time.", ""),
    WAVE_AWAITS_APPROVAL("The node's wave waits for an approval.", "Approve or deny that the wave opens."),
    WAVE_SKIPPED("The node's wave was skipped.", ""),
    DOWNLOAD_PACED("The node waits for its turn to download.", ""),
    DOWNLOAD_UNFINISHED("The image is not downloaded and verified yet.", ""),
    FROZEN("A freeze is in force.", ""),
    NO_WINDOW("No maintenance window applies to this node.", "Create a maintenance window for this node or its site."),
    WINDOW_CLOSED("The maintenance window is closed.", ""),
    WINDOW_TOO_SHORT("What is left of the window is too short for this update.", ""),
    CAMPAIGN_FULL("The campaign has as many updates in flight as it may have.", ""),
    BUDGET_FULL("A budget has as many updates in flight as it may have.", ""),
    GUARD_STOPPED("The guard stopped the campaign.", "Look at the failed updates, then resume or abort the campaign."),
    UNDER_SUSPICION(
            "The campaign goes slowly while its guard is suspicious.",
            "Look at the failed updates; pause the campaign, or wait for more results."),
    COHORT_HELD(
            "Nodes like this one are held, since the image failed on too many of them.",
            "Look at the failed updates of these nodes, then release them."),
    PERMIT_NEEDED("All gates are open; the node's next poll asks for a permit.", ""),
    PERMIT_HELD("The node holds a permit.", ""),
    PERMIT_EXPIRED("The node's permit ran out unused.", ""),
    IN_PROGRESS("The node is at work.", "");

    private final String sentence;
    private final String remedy;

    Reason(String sentence, String remedy) {
        this.sentence = sentence;
        this.remedy = remedy;
    }

    /** What it says where there is nothing more to tell. */
    public String sentence() {
        return sentence;
    }

    @Override
    public String sentence(Instant now, ZoneId zone) {
        return sentence;
    }

    /** What a person could do; empty when nothing needs to be done. */
    public String remedy() {
        return remedy;
    }
}

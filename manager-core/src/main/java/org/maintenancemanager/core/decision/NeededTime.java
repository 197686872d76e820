package org.maintenancemanager.core.decision;

import java.time.Duration;
import org.maintenancemanager.core.campaign.CampaignFacts;

/**
 * What install, restart and health check of a node take: no permit when less than that is left of a window.
 *
 * @param samples how many updates it was measured from; 0 if it was not
 */
public record NeededTime(Duration time, Source source, int samples) {
    /** Who says so. */
    public enum Source {
        /** The campaign. */
        CAMPAIGN,
        /** 95 of 100 updates of the same hardware did not take longer. */
        MEASURED,
        /** Nobody knows yet. */
        DEFAULT
    }

    /** A campaign's own word counts before what was measured. */
    static NeededTime of(NodeFacts node, CampaignFacts campaign) {
        Duration own = campaign.neededTime();
        return own == null ? node.usual() : new NeededTime(own, Source.CAMPAIGN, 0);
    }
}

package org.maintenancemanager.core.update;

import java.util.UUID;
import org.maintenancemanager.core.campaign.CampaignBoard;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.context.ApplicationContext;

/** What is done in the background now and then, done now. */
public final class Chores {
    private Chores() {}

    /** Ends the threads that read and write now and then; whoever wants it read or written says so. */
    public static void stopThreads(ApplicationContext context) {
        context.getBean(Presence.class).stop();
        context.getBean(FleetRules.class).stop();
        context.getBean(CampaignBoard.class).stop();
    }

    public static void writePresence(ApplicationContext context) {
        context.getBean(Presence.class).flush();
    }

    /** Everything in memory is read anew, as if each note of a change had been heard at once. */
    public static void hear(ApplicationContext context) {
        context.getBean(NodeDirectory.class).forgetEverything();
        context.getBean(FleetRules.class).forgetEverything();
        context.getBean(FleetRules.class).readBudgetUse();
        // Asked for one that it does not know, it looks again.
        context.getBean(CampaignBoard.class).find(new CampaignId(new UUID(0, 0)));
    }

    public static void sweep(ApplicationContext context, TenantId tenant) {
        context.getBean(UpdateClockwork.class).sweepNow(tenant);
    }
}

package org.maintenancemanager.core.tick;

import org.maintenancemanager.core.campaign.CampaignClockwork;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.JobExecutionContext;
import org.springframework.scheduling.quartz.QuartzJobBean;

@DisallowConcurrentExecution
class CampaignTick extends QuartzJobBean {
    private final CampaignClockwork clockwork;

    CampaignTick(CampaignClockwork clockwork) {
        this.clockwork = clockwork;
    }

    @Override
    protected void executeInternal(JobExecutionContext context) {
        clockwork.tick();
    }
}

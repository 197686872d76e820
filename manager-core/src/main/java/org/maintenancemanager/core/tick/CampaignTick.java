package org.maintenancemanager.core.tick;

import org.maintenancemanager.core.campaign.CampaignClockwork;
import org.maintenancemanager.core.campaign.PolicyClockwork;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.JobExecutionContext;
import org.springframework.scheduling.quartz.QuartzJobBean;

@DisallowConcurrentExecution
class CampaignTick extends QuartzJobBean {
    private final CampaignClockwork clockwork;
    private final PolicyClockwork policies;

    CampaignTick(CampaignClockwork clockwork, PolicyClockwork policies) {
        this.clockwork = clockwork;
        this.policies = policies;
    }

    @Override
    protected void executeInternal(JobExecutionContext context) {
        clockwork.tick();
        policies.tick();
    }
}

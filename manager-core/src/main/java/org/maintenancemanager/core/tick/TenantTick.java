package org.maintenancemanager.core.tick;

import org.maintenancemanager.core.access.TenantRemoval;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.JobExecutionContext;
import org.springframework.scheduling.quartz.QuartzJobBean;

@DisallowConcurrentExecution
class TenantTick extends QuartzJobBean {
    private final TenantRemoval removal;

    TenantTick(TenantRemoval removal) {
        this.removal = removal;
    }

    @Override
    protected void executeInternal(JobExecutionContext context) {
        removal.run();
    }
}

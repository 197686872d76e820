package org.maintenancemanager.core.tick;

import org.maintenancemanager.core.event.Retention;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.JobExecutionContext;
import org.springframework.scheduling.quartz.QuartzJobBean;

@DisallowConcurrentExecution
class RetentionTick extends QuartzJobBean {
    private final Retention retention;

    RetentionTick(Retention retention) {
        this.retention = retention;
    }

    @Override
    protected void executeInternal(JobExecutionContext context) {
        retention.sweep();
    }
}

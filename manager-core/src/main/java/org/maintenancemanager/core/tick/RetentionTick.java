package org.maintenancemanager.core.tick;

import org.maintenancemanager.core.audit.AuditRetention;
import org.maintenancemanager.core.event.Retention;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.JobExecutionContext;
import org.springframework.scheduling.quartz.QuartzJobBean;

@DisallowConcurrentExecution
class RetentionTick extends QuartzJobBean {
    private final Retention retention;
    private final AuditRetention audit;

    RetentionTick(Retention retention, AuditRetention audit) {
        this.retention = retention;
        this.audit = audit;
    }

    @Override
    protected void executeInternal(JobExecutionContext context) {
        retention.sweep();
        audit.sweep();
    }
}

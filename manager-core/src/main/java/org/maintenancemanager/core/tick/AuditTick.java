package org.maintenancemanager.core.tick;

import org.maintenancemanager.core.audit.AuditSequencer;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.JobExecutionContext;
import org.springframework.scheduling.quartz.QuartzJobBean;

@DisallowConcurrentExecution
class AuditTick extends QuartzJobBean {
    private final AuditSequencer sequencer;

    AuditTick(AuditSequencer sequencer) {
        this.sequencer = sequencer;
    }

    @Override
    protected void executeInternal(JobExecutionContext context) {
        sequencer.run();
    }
}

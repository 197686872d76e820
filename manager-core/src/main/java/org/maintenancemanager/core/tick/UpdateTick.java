package org.maintenancemanager.core.tick;

import org.maintenancemanager.core.update.UpdateClockwork;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.JobExecutionContext;
import org.springframework.scheduling.quartz.QuartzJobBean;

@DisallowConcurrentExecution
class UpdateTick extends QuartzJobBean {
    private final UpdateClockwork clockwork;

    UpdateTick(UpdateClockwork clockwork) {
        this.clockwork = clockwork;
    }

    @Override
    protected void executeInternal(JobExecutionContext context) {
        clockwork.tick();
        clockwork.sweep();
    }
}

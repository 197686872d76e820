package org.maintenancemanager.core.tick;

import org.maintenancemanager.core.update.HardwareTimings;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.JobExecutionContext;
import org.springframework.scheduling.quartz.QuartzJobBean;

@DisallowConcurrentExecution
class TimingTick extends QuartzJobBean {
    private final HardwareTimings timings;

    TimingTick(HardwareTimings timings) {
        this.timings = timings;
    }

    @Override
    protected void executeInternal(JobExecutionContext context) {
        timings.refresh();
    }
}

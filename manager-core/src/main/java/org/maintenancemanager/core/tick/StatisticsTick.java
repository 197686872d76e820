package org.maintenancemanager.core.tick;

import org.maintenancemanager.core.query.PlannerStatistics;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.JobExecutionContext;
import org.springframework.scheduling.quartz.QuartzJobBean;

@DisallowConcurrentExecution
class StatisticsTick extends QuartzJobBean {
    private final PlannerStatistics statistics;

    StatisticsTick(PlannerStatistics statistics) {
        this.statistics = statistics;
    }

    @Override
    protected void executeInternal(JobExecutionContext context) {
        statistics.refresh();
    }
}

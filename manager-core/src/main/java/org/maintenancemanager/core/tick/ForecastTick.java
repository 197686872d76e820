package org.maintenancemanager.core.tick;

import org.maintenancemanager.core.forecast.Forecasts;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.JobExecutionContext;
import org.springframework.scheduling.quartz.QuartzJobBean;

@DisallowConcurrentExecution
class ForecastTick extends QuartzJobBean {
    private final Forecasts forecasts;

    ForecastTick(Forecasts forecasts) {
        this.forecasts = forecasts;
    }

    @Override
    protected void executeInternal(JobExecutionContext context) {
        forecasts.refresh();
    }
}

package org.maintenancemanager.core.tick;

import org.maintenancemanager.core.calendar.Calendars;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.JobExecutionContext;
import org.springframework.scheduling.quartz.QuartzJobBean;

@DisallowConcurrentExecution
class CalendarTick extends QuartzJobBean {
    private final Calendars calendars;

    CalendarTick(Calendars calendars) {
        this.calendars = calendars;
    }

    @Override
    protected void executeInternal(JobExecutionContext context) {
        calendars.refreshDue();
    }
}

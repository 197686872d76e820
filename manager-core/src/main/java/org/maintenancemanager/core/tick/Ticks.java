package org.maintenancemanager.core.tick;

import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.quartz.QuartzJobBean;

/**
 * When each job is due. A tick that was missed is not made up for: the next one does its work, so that a manager that
 * comes back after a night does not hurry.
 */
@Configuration(proxyBeanMethods = false)
class Ticks {
    @Bean
    JobDetail campaignTick() {
        return job(CampaignTick.class, "campaigns", "starts, opens the waves of, pauses and completes campaigns");
    }

    @Bean
    Trigger campaignTickTrigger(JobDetail campaignTick) {
        return every(campaignTick, 1);
    }

    @Bean
    JobDetail updateTick() {
        return job(UpdateTick.class, "updates", "expires permits, declares nodes lost, cancels what was aborted");
    }

    @Bean
    Trigger updateTickTrigger(JobDetail updateTick) {
        return every(updateTick, 1);
    }

    @Bean
    JobDetail auditTick() {
        return job(AuditTick.class, "audit", "chains audit events, signs checkpoints");
    }

    @Bean
    Trigger auditTickTrigger(JobDetail auditTick) {
        return every(auditTick, 1);
    }

    @Bean
    JobDetail calendarTick() {
        return job(CalendarTick.class, "calendars", "fetches calendars that are due");
    }

    @Bean
    Trigger calendarTickTrigger(JobDetail calendarTick) {
        return every(calendarTick, 30);
    }

    @Bean
    JobDetail timingTick() {
        return job(TimingTick.class, "timing", "measures how long updates of each hardware take");
    }

    @Bean
    Trigger timingTickTrigger(JobDetail timingTick) {
        return every(timingTick, 600);
    }

    @Bean
    JobDetail forecastTick() {
        return job(ForecastTick.class, "forecasts", "makes the forecasts of running campaigns anew");
    }

    @Bean
    Trigger forecastTickTrigger(JobDetail forecastTick) {
        return every(forecastTick, 10);
    }

    @Bean
    JobDetail retentionTick() {
        return job(RetentionTick.class, "retention", "deletes what is kept for a time only");
    }

    @Bean
    Trigger retentionTickTrigger(JobDetail retentionTick) {
        return every(retentionTick, 600);
    }

    @Bean
    JobDetail tenantTick() {
        return job(TenantTick.class, "tenants", "deletes tenants whose time has come");
    }

    @Bean
    Trigger tenantTickTrigger(JobDetail tenantTick) {
        return every(tenantTick, 30);
    }

    @Bean
    JobDetail statisticsTick() {
        return job(StatisticsTick.class, "statistics", "has tables analyzed that changed as a whole");
    }

    @Bean
    Trigger statisticsTickTrigger(JobDetail statisticsTick) {
        return every(statisticsTick, 5);
    }

    private static JobDetail job(Class<? extends QuartzJobBean> job, String name, String description) {
        return JobBuilder.newJob(job)
                .withIdentity(name)
                .withDescription(description)
                .storeDurably()
                .build();
    }

    private static Trigger every(JobDetail job, int seconds) {
        return TriggerBuilder.newTrigger()
                .forJob(job)
                .withIdentity(job.getKey().getName())
                .withSchedule(SimpleScheduleBuilder.repeatSecondlyForever(seconds)
                        .withMisfireHandlingInstructionNextWithRemainingCount())
                .build();
    }
}

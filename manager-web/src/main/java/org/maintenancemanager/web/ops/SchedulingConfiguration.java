package org.maintenancemanager.web.ops;

import org.springframework.boot.task.ThreadPoolTaskSchedulerBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/**
 * Who does what is done every so often on each replica. With virtual threads Spring would do all that waits for its own end
 * on a single thread: a sweep that hangs at a lock of the database would also stop what notices suspended tenants, and what
 * cuts slow clients.
 */
@Configuration(proxyBeanMethods = false)
class SchedulingConfiguration {
    @Bean
    ThreadPoolTaskScheduler taskScheduler(ThreadPoolTaskSchedulerBuilder scheduler) {
        return scheduler.poolSize(4).build();
    }
}

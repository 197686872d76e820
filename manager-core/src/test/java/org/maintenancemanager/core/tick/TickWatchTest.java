package org.maintenancemanager.core.tick;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.testing.TestDatabase;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.scheduling.quartz.SchedulerFactoryBean;
import org.springframework.transaction.support.TransactionTemplate;

class TickWatchTest {
    private static final int REPLICAS = 4;
    private static final int ROUNDS = 5;

    private final String name = "watched-" + UUID.randomUUID();
    private final HikariDataSource pool = new HikariDataSource();
    private final SchedulerFactoryBean schedulers = new SchedulerFactoryBean();
    private final List<JobDetail> jobs = IntStream.range(0, 3)
            .mapToObj(i -> JobBuilder.newJob(Nothing.class)
                    .withIdentity("tick-" + i)
                    .storeDurably()
                    .build())
            .toList();
    private final List<Trigger> triggers = jobs.stream()
            .map(job -> (Trigger) TriggerBuilder.newTrigger()
                    .forJob(job)
                    .withIdentity(job.getKey().getName())
                    .withSchedule(SimpleScheduleBuilder.repeatHourlyForever())
                    .build())
            .toList();

    public static class Nothing implements Job {
        @Override
        public void execute(JobExecutionContext context) {}
    }

    @BeforeEach
    void startScheduler() throws Exception {
        pool.setDataSource(TestDatabase.create().dataSource());
        var properties = new Properties();
        properties.setProperty("org.quartz.scheduler.instanceId", "AUTO");
        properties.setProperty(
                "org.quartz.jobStore.driverDelegateClass", "org.quartz.impl.jdbcjobstore.PostgreSQLDelegate");
        properties.setProperty("org.quartz.jobStore.isClustered", "true");
        properties.setProperty("org.quartz.jobStore.useProperties", "true");
        properties.setProperty("org.quartz.threadPool.threadCount", "1");
        schedulers.setQuartzProperties(properties);
        schedulers.setSchedulerName(name);
        schedulers.setDataSource(pool);
        schedulers.setTransactionManager(new DataSourceTransactionManager(pool));
        schedulers.setJobDetails(jobs.toArray(JobDetail[]::new));
        schedulers.setTriggers(triggers.toArray(Trigger[]::new));
        schedulers.afterPropertiesSet();
        schedulers.start();
    }

    @AfterEach
    void stopScheduler() throws Exception {
        schedulers.destroy();
        pool.close();
    }

    /** Quartz' lock is a row, so threads of one scheduler meet at it as replicas do. */
    @Test
    void replicasThatLookAtTheSameTimePutEachTickBackOnce() throws Exception {
        JdbcClient jdbc = JdbcClient.create(pool);
        try (ExecutorService replicas = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < ROUNDS; round++) {
                Scheduler scheduler = schedulers.getScheduler();
                clear(scheduler);
                assertThat(names(jdbc)).isEmpty();
                List<Callable<Boolean>> looks = new ArrayList<>();
                for (int i = 0; i < REPLICAS; i++) {
                    looks.add(() -> {
                        watch(scheduler).look();
                        return true;
                    });
                }
                for (Future<Boolean> look : replicas.invokeAll(looks)) {
                    assertThat(look.get()).as("it met no failure").isTrue();
                }
                assertThat(names(jdbc)).containsExactly("tick-0", "tick-1", "tick-2");
            }
        }
    }

    @Test
    void ticksThatAreThereAreLeftAsTheyAre() throws Exception {
        JdbcClient jdbc = JdbcClient.create(pool);
        List<Long> before = starts(jdbc);
        watch(schedulers.getScheduler()).look();
        assertThat(starts(jdbc)).isEqualTo(before);
    }

    private TickWatch watch(Scheduler scheduler) {
        return new TickWatch(scheduler, jobs, triggers, transactions());
    }

    private TransactionTemplate transactions() {
        return new TransactionTemplate(new DataSourceTransactionManager(pool));
    }

    /** Outside of a transaction Quartz would give its lock back at once, and meet the thread that fires triggers. */
    private void clear(Scheduler scheduler) {
        transactions().executeWithoutResult(status -> {
            try {
                scheduler.clear();
            } catch (SchedulerException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static List<String> names(JdbcClient jdbc) {
        return jdbc.sql("select trigger_name from qrtz_triggers order by 1")
                .query(String.class)
                .list();
    }

    private static List<Long> starts(JdbcClient jdbc) {
        return jdbc.sql("select start_time from qrtz_triggers order by trigger_name")
                .query(Long.class)
                .list();
    }
}

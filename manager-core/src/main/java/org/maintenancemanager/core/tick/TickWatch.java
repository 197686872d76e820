package org.maintenancemanager.core.tick;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.quartz.JobDetail;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.Trigger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Puts the {@link Ticks} back into Quartz' tables when they are gone from there: somebody emptied them, or a backup without
 * them was put back. Also sets those going again that Quartz gave up as broken, as a replica of an older version does with
 * jobs that it does not know. Without ticks no campaign moves, and nothing else would say so.
 */
@Component
class TickWatch {
    private static final Logger LOG = LoggerFactory.getLogger(TickWatch.class);

    private final Scheduler scheduler;
    private final Map<JobKey, JobDetail> jobs;
    private final List<Trigger> triggers;
    private final TransactionTemplate transactions;

    TickWatch(Scheduler scheduler, List<JobDetail> jobs, List<Trigger> triggers, TransactionTemplate transactions) {
        this.scheduler = scheduler;
        this.jobs = jobs.stream().collect(Collectors.toUnmodifiableMap(JobDetail::getKey, Function.identity()));
        this.triggers = List.copyOf(triggers);
        this.transactions = transactions;
    }

    @Scheduled(
            initialDelayString = "${manager.ticks.watch-interval:PT30S}",
            fixedDelayString = "${manager.ticks.watch-interval:PT30S}")
    void lookOrTryLater() {
        try {
            look();
        } catch (SchedulerException | RuntimeException e) {
            LOG.warn("ticks could not be looked after, trying again: {}", e.toString());
        }
    }

    void look() throws SchedulerException {
        if (!scheduler.isStarted() || scheduler.isInStandbyMode() || scheduler.isShutdown()) {
            return;
        }
        for (Trigger trigger : triggers) {
            switch (scheduler.getTriggerState(trigger.getKey())) {
                case NONE -> putBack(trigger);
                case ERROR -> {
                    LOG.warn(
                            "the tick '{}' was given up, setting it going again",
                            trigger.getKey().getName());
                    scheduler.resetTriggerFromErrorState(trigger.getKey());
                }
                case NORMAL, BLOCKED, COMPLETE, PAUSED -> {}
            }
        }
    }

    /** In one transaction, which holds Quartz' lock from its first statement on: of two replicas the second finds it there. */
    private void putBack(Trigger trigger) throws SchedulerException {
        boolean missing = Boolean.TRUE.equals(transactions.execute(status -> {
            try {
                scheduler.addJob(Objects.requireNonNull(jobs.get(trigger.getJobKey())), true);
                if (scheduler.checkExists(trigger.getKey())) {
                    return false;
                }
                // From now on: what was missed is not made up for.
                scheduler.scheduleJob(trigger.getTriggerBuilder().startNow().build());
                return true;
            } catch (SchedulerException e) {
                throw new IllegalStateException(e);
            }
        }));
        if (missing) {
            LOG.warn(
                    "the tick '{}' was gone from Quartz' tables and is back",
                    trigger.getKey().getName());
            // Changes nothing, but wakes the scheduler, which looked before the commit and would sleep for half a
            // minute.
            scheduler.resumeTrigger(trigger.getKey());
        }
    }
}

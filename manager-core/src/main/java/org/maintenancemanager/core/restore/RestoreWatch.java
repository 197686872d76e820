package org.maintenancemanager.core.restore;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Before anything is served: looks whether the database is older than what left it, and makes it safe if so. */
@Component
class RestoreWatch implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreWatch.class);

    private final AfterRestore afterRestore;
    private volatile boolean running;

    RestoreWatch(AfterRestore afterRestore) {
        this.afterRestore = afterRestore;
    }

    @Override
    public void start() {
        running = true;
        if (afterRestore.isNeeded()) {
            LOG.warn(
                    "the database is older than the audit's checkpoints, so it was restored: {}",
                    afterRestore.run().sentence());
        }
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Before whatever reads into memory, and long before whatever serves. */
    @Override
    public int getPhase() {
        return -1;
    }
}

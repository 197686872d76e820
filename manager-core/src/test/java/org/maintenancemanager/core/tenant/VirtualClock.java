package org.maintenancemanager.core.tenant;

import java.sql.Connection;
import java.time.Instant;

/** A database's clock that stands still until it is set. */
public final class VirtualClock extends DatabaseClock {
    private volatile Instant now = Instant.EPOCH;

    public void set(Instant later) {
        now = later;
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public void sample(Connection connection) {}
}

package org.maintenancemanager.core.tenant;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.springframework.stereotype.Component;

/**
 * The database's clock, as seen from here: this machine's, corrected by an offset that is measured every second. All
 * replicas decide by this one clock, so a replica whose own clock is wrong decides right.
 */
@Component
public class DatabaseClock {
    private final Clock clock;
    private volatile Duration offset = Duration.ZERO;

    DatabaseClock() {
        this(Clock.systemUTC());
    }

    DatabaseClock(Clock clock) {
        this.clock = clock;
    }

    public Instant now() {
        return clock.instant().plus(offset);
    }

    /** Measures the offset again; the answer is taken to be as old as half the round trip. */
    public void sample(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.setQueryTimeout(5);
            Instant asked = clock.instant();
            try (var rows = statement.executeQuery("select clock_timestamp()")) {
                rows.next();
                Instant answered = rows.getObject(1, OffsetDateTime.class).toInstant();
                Instant heard = clock.instant();
                offset = Duration.between(
                        asked.plus(Duration.between(asked, heard).dividedBy(2)), answered);
            }
        }
    }
}

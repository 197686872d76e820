package org.maintenancemanager.core.event;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.TenantId;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Hears the {@link ChangeNotes} of the other replicas on one connection of its own. A heartbeat on the same connection
 * once a second proves that nothing is missed, and reads the database's clock on the way. When the connection breaks,
 * everything held in memory is dropped.
 */
@Component
public class ChangeListening implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeListening.class);

    private static final int HEARTBEAT_MILLIS = 1000;
    /** What memory holds may be this old at most; longer without a heartbeat, and it must not be used. */
    private static final long TRUSTED_NANOS = 2_000_000_000L;

    private static final int RECONNECT_MILLIS = 250;

    private final DataSource dataSource;
    private final ChangeNotes notes;
    private final ObjectProvider<ChangeListener> listeners;
    private final DatabaseClock clock;

    private volatile long lastHeartbeat = System.nanoTime() - TRUSTED_NANOS;
    private volatile boolean running;
    private volatile @Nullable Thread thread;

    ChangeListening(
            DataSource dataSource, ChangeNotes notes, ObjectProvider<ChangeListener> listeners, DatabaseClock clock) {
        this.dataSource = dataSource;
        this.notes = notes;
        this.listeners = listeners;
        this.clock = clock;
    }

    /** Whether what memory holds is at most 2 s behind the database. */
    public boolean isCurrent() {
        return System.nanoTime() - lastHeartbeat < TRUSTED_NANOS;
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofPlatform().name("change-notes").daemon().start(this::listen);
    }

    @Override
    public void stop() {
        running = false;
        Thread listening = thread;
        if (listening != null) {
            listening.interrupt();
            try {
                listening.join(5_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Before whatever serves requests, and after it on the way down. */
    @Override
    public int getPhase() {
        return 0;
    }

    private void listen() {
        while (running) {
            try (Connection connection = dataSource.getConnection()) {
                connection.setAutoCommit(true);
                try (var statement = connection.createStatement()) {
                    statement.setQueryTimeout(5);
                    statement.execute("listen " + ChangeNotes.CHANNEL);
                }
                listeners.forEach(ChangeListener::forgetEverything);
                hear(connection);
                try (var statement = connection.createStatement()) {
                    statement.execute("unlisten *");
                }
            } catch (SQLException | RuntimeException e) {
                // Whatever it was, this thread must go on: without it nothing in memory may be used.
                if (running) {
                    LOG.warn("lost the connection that hears of changes, trying again: {}", e.getMessage());
                    pause();
                }
            }
        }
    }

    private void hear(Connection connection) throws SQLException {
        PGConnection postgres = connection.unwrap(PGConnection.class);
        long nextHeartbeat = System.nanoTime();
        while (running) {
            if (System.nanoTime() - nextHeartbeat >= 0) {
                clock.sample(connection);
                lastHeartbeat = System.nanoTime();
                nextHeartbeat = lastHeartbeat + HEARTBEAT_MILLIS * 1_000_000L;
            }
            PGNotification[] notes = postgres.getNotifications(HEARTBEAT_MILLIS / 4);
            for (PGNotification note : notes == null ? new PGNotification[0] : notes) {
                pass(note.getParameter());
            }
        }
    }

    private void pass(String payload) {
        String[] words = payload.split(" ", 4);
        if (words[0].equals(notes.replica())) {
            return;
        }
        try {
            ChangeNotes.Kind kind = ChangeNotes.Kind.valueOf(words[1]);
            TenantId tenant = new TenantId(UUID.fromString(words[2]));
            List<UUID> ids = words.length < 4
                    ? List.of()
                    : Arrays.stream(words[3].split(",", -1))
                            .map(UUID::fromString)
                            .toList();
            listeners.forEach(listener -> listener.changed(kind, tenant, ids));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            // From a newer replica, perhaps: what it says is not understood, so nothing held can be relied on.
            LOG.warn("dropping all that is held in memory after a note that cannot be read: {}", payload);
            listeners.forEach(ChangeListener::forgetEverything);
        }
    }

    private void pause() {
        try {
            Thread.sleep(RECONNECT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

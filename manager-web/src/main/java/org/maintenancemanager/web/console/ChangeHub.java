package org.maintenancemanager.web.console;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.maintenancemanager.core.event.ChangeListener;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Tells every reader of a tenant that something has changed there. Whoever tells the hub never waits for a reader: it only
 * adds to what the reader will take next.
 */
@Component
class ChangeHub implements ChangeListener, SmartLifecycle {
    /** Open pages of one tenant; a page is a thread that sleeps, and a few hundred bytes. */
    static final int MOST_OF_A_TENANT = 500;
    /** Open pages in all. */
    static final int MOST = 2000;

    private final Map<TenantId, Set<ChangeFolder>> readers = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean running;

    ChangeHub(MeterRegistry meters) {
        Gauge.builder("manager.events.streams", open, AtomicInteger::get)
                .description("open streams of changes")
                .register(meters);
    }

    /** A reader more, to be given back; none if there are as many as there may be. */
    Optional<ChangeFolder> open(TenantId tenant) {
        if (!running || open.incrementAndGet() > MOST) {
            open.decrementAndGet();
            return Optional.empty();
        }
        var folder = new ChangeFolder();
        Set<ChangeFolder> all = readers.compute(tenant, (id, present) -> {
            Set<ChangeFolder> set = present == null ? ConcurrentHashMap.newKeySet() : present;
            if (set.size() < MOST_OF_A_TENANT) {
                set.add(folder);
            }
            return set;
        });
        if (!all.contains(folder)) {
            open.decrementAndGet();
            return Optional.empty();
        }
        if (!running) {
            folder.close();
        }
        return Optional.of(folder);
    }

    void close(TenantId tenant, ChangeFolder folder) {
        readers.computeIfPresent(tenant, (id, present) -> {
            if (present.remove(folder)) {
                open.decrementAndGet();
            }
            return present.isEmpty() ? null : present;
        });
    }

    @Override
    public void changed(ChangeNotes.Kind kind, TenantId tenant, List<UUID> ids) {
        readers.getOrDefault(tenant, Set.of()).forEach(folder -> folder.add(topic(kind), ids));
    }

    /** Whatever was missed may be about anything. */
    @Override
    public void forgetEverything() {
        readers.values()
                .forEach(folders -> folders.forEach(folder -> {
                    for (ChangeNotes.Kind kind : ChangeNotes.Kind.values()) {
                        folder.add(topic(kind), List.of());
                    }
                }));
    }

    private static String topic(ChangeNotes.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public void start() {
        running = true;
    }

    /** Streams end before the server waits for calls to end. */
    @Override
    public void stop() {
        running = false;
        readers.values().forEach(folders -> folders.forEach(ChangeFolder::close));
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }
}

package org.maintenancemanager.web.agent;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.maintenancemanager.web.ManagerSettings;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * How often one node may poll: so many a second for long, with bursts. One number a node, the instant at which its credit
 * is whole again (the "generic cell rate algorithm"), in a cache of bounded size.
 */
@Component
class PollLimit {
    private static final Duration FORGET_AFTER = Duration.ofMinutes(2);

    private final LongSupplier nanoTime;
    private final long nanosPerPoll;
    private final long burstNanos;
    private final Cache<UUID, AtomicLong> wholeAgainAt;

    @Autowired
    PollLimit(ManagerSettings settings) {
        this(settings.nodeApi(), System::nanoTime);
    }

    PollLimit(ManagerSettings.NodeApi settings, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.nanosPerPoll =
                settings.pollsPerSecond() == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / settings.pollsPerSecond();
        this.burstNanos = nanosPerPoll * settings.pollBurst();
        this.wholeAgainAt = Caffeine.newBuilder()
                .maximumSize(settings.nodesRemembered())
                .expireAfterAccess(FORGET_AFTER)
                .build();
    }

    /** Counts one poll of the node; 0 if it is allowed, otherwise the seconds after which the next one will be. */
    int secondsToWait(UUID node) {
        if (nanosPerPoll == 0) {
            return 0;
        }
        long now = nanoTime.getAsLong();
        AtomicLong whole = wholeAgainAt.get(node, id -> new AtomicLong(now));
        while (true) {
            long before = whole.get();
            // Differences, since nanoTime may pass through the ends of the long range.
            long debt = Math.max(0, before - now) + nanosPerPoll;
            if (debt > burstNanos) {
                return (int) Math.max(1, TimeUnit.NANOSECONDS.toSeconds(debt - burstNanos));
            }
            if (whole.compareAndSet(before, now + debt)) {
                return 0;
            }
        }
    }
}

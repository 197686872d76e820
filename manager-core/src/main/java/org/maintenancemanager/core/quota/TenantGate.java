package org.maintenancemanager.core.quota;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.annotation.PostConstruct;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Which tenants are not to be served, and how fast the nodes of each may poll: in memory, read anew twice a second, so that
 * asking costs nothing. Read before anything is served, so nobody slips in while the manager starts.
 */
@Component
public class TenantGate {
    private static final Logger LOG = LoggerFactory.getLogger(TenantGate.class);

    private final JdbcClient jdbc;
    private volatile Map<UUID, Limits> limits = Map.of();
    private final Cache<UUID, Bucket> buckets =
            Caffeine.newBuilder().expireAfterAccess(Duration.ofMinutes(1)).build();

    TenantGate(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param pollsPerSecond 0: no limit */
    private record Limits(boolean isActive, int pollsPerSecond) {}

    /** @throws TenantSuspended if it is suspended or deleted */
    public void requireActive(TenantId tenant) {
        Limits known = limits.get(tenant.value());
        if (known != null && !known.isActive) {
            throw new TenantSuspended();
        }
    }

    /** Whether one more poll of the tenant fits into its quota, of a second's worth at once. */
    public boolean admitsPoll(TenantId tenant) {
        Limits known = limits.get(tenant.value());
        return known == null
                || known.pollsPerSecond == 0
                || buckets.get(tenant.value(), id -> new Bucket(known.pollsPerSecond))
                        .take(known.pollsPerSecond, System.nanoTime());
    }

    @PostConstruct
    void readFirst() {
        limits = load();
    }

    /** Reads all that differ from what most are. */
    @Scheduled(fixedDelayString = "PT0.5S")
    public void read() {
        try {
            limits = load();
        } catch (DataAccessException e) {
            LOG.debug("tenants could not be read, trying again", e);
        }
    }

    private Map<UUID, Limits> load() {
        Map<UUID, Limits> found = new HashMap<>();
        EveryTenant.run(() -> jdbc.sql("""
                        select id, state = 'ACTIVE' as active, coalesce(max_polls_per_second, 0) as polls
                        from tenant
                        where state <> 'ACTIVE' or max_polls_per_second is not null
                        """)
                .query((row, number) -> found.put(
                        row.getObject("id", UUID.class), new Limits(row.getBoolean("active"), row.getInt("polls"))))
                .list());
        return Map.copyOf(found);
    }

    /** Fills with time, up to a second's worth. */
    private static final class Bucket {
        private double tokens;
        private long filledAt = System.nanoTime();

        Bucket(int full) {
            this.tokens = full;
        }

        synchronized boolean take(int perSecond, long now) {
            tokens = Math.min(perSecond, tokens + (now - filledAt) / 1e9 * perSecond);
            filledAt = now;
            if (tokens < 1) {
                return false;
            }
            tokens--;
            return true;
        }
    }
}

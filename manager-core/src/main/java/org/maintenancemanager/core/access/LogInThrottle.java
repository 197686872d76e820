package org.maintenancemanager.core.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Slows down guessing, in memory: each failure costs a token of the address it came from and one of the name that was
 * tried, and tokens come back with time. No account is ever locked: from an address that somebody logged in from before,
 * only that pair of address and name counts, so a stranger who guesses a name, or sits behind the same router and guesses
 * others, does not keep its owner out.
 */
final class LogInThrottle {
    private static final Duration REMEMBERED = Duration.ofHours(1);
    private static final int REMEMBERED_AT_ONCE = 100_000;

    /** Failures at once, and the time after which one more is allowed. */
    private enum Limit {
        ADDRESS(20, Duration.ofSeconds(3)),
        NAME(10, Duration.ofSeconds(30)),
        PAIR(10, Duration.ofSeconds(10));

        private final int burst;
        private final long nanosEach;

        Limit(int burst, Duration each) {
            this.burst = burst;
            this.nanosEach = each.toNanos();
        }
    }

    private static final class Bucket {
        private final Limit limit;
        private double tokens;
        private long filledAt;

        Bucket(Limit limit, long now) {
            this.limit = limit;
            this.tokens = limit.burst;
            this.filledAt = now;
        }

        private void fill(long now) {
            tokens = Math.min(limit.burst, tokens + (double) (now - filledAt) / limit.nanosEach);
            filledAt = now;
        }
    }

    private final Cache<String, Bucket> buckets = Caffeine.newBuilder()
            .maximumSize(REMEMBERED_AT_ONCE)
            .expireAfterAccess(REMEMBERED)
            .build();

    /**
     * Takes a token of each; to be given back when the attempt succeeds.
     *
     * @param knownHere whether whoever has this name logged in from this address before
     * @param nanos any clock that only goes forward
     * @return 0, or how many seconds to wait; then nothing was taken
     */
    synchronized int take(String name, String address, boolean knownHere, long nanos) {
        List<Bucket> asked = asked(name, address, knownHere, nanos);
        double wait = 0;
        for (Bucket bucket : asked) {
            bucket.fill(nanos);
            if (bucket.tokens < 1) {
                wait = Math.max(wait, (1 - bucket.tokens) * bucket.limit.nanosEach);
            }
        }
        if (wait > 0) {
            // To the millisecond: the tokens are no exact numbers.
            return (int) Math.ceilDiv(Math.round(wait / 1e6), 1000);
        }
        asked.forEach(bucket -> bucket.tokens--);
        return 0;
    }

    synchronized void giveBack(String name, String address, boolean knownHere, long nanos) {
        asked(name, address, knownHere, nanos)
                .forEach(bucket -> bucket.tokens = Math.min(bucket.limit.burst, bucket.tokens + 1));
    }

    /** How many failures from there, or for that pair, have not been forgiven by time yet. */
    synchronized int failures(String name, String address, boolean knownHere, long nanos) {
        Bucket bucket = asked(name, address, knownHere, nanos).getFirst();
        bucket.fill(nanos);
        return (int) Math.round(bucket.limit.burst - bucket.tokens);
    }

    private List<Bucket> asked(String name, String address, boolean knownHere, long nanos) {
        String who = name.toLowerCase(Locale.ROOT);
        String where = neighbourhood(address);
        return knownHere
                ? List.of(bucket(Limit.PAIR, where + ' ' + who, nanos))
                : List.of(bucket(Limit.ADDRESS, where, nanos), bucket(Limit.NAME, who, nanos));
    }

    private Bucket bucket(Limit limit, String key, long nanos) {
        return buckets.get(limit.name() + ' ' + key, absent -> new Bucket(limit, nanos));
    }

    /** One customer has 2^64 addresses of IPv6, so those count together. */
    static String neighbourhood(String address) {
        try {
            byte[] bytes = InetAddress.ofLiteral(address).getAddress();
            return HexFormat.of().formatHex(bytes.length == 16 ? Arrays.copyOf(bytes, 8) : bytes);
        } catch (IllegalArgumentException e) {
            return address;
        }
    }
}

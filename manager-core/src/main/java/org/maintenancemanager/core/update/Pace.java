package org.maintenancemanager.core.update;

import java.util.concurrent.ThreadLocalRandom;

/** Spreads what nodes do over time, so that a fleet never comes all at once. */
final class Pace {
    private static final int MIN_RETRY_SECONDS = 2;
    private static final int MAX_RETRY_SECONDS = 15;

    private Pace() {}

    /** The seconds, 20 % more or less at random; at least 1. */
    static int jittered(long seconds) {
        double factor = 0.8 + 0.4 * ThreadLocalRandom.current().nextDouble();
        return (int) Math.clamp(Math.round(seconds * factor), 1, Integer.MAX_VALUE);
    }

    static int retryAfterSeconds() {
        return ThreadLocalRandom.current().nextInt(MIN_RETRY_SECONDS, MAX_RETRY_SECONDS + 1);
    }
}

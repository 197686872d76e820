package org.maintenancemanager.core.update;

import java.util.concurrent.ThreadLocalRandom;

/** Spreads what nodes do over time, so that a fleet never comes all at once. */
final class Pace {
    private static final int MIN_RETRY_SECONDS = 2;
    private static final int MAX_RETRY_SECONDS = 15;

    private static final long SOONEST = 15;
    private static final long ASKING_PER_SLOT = 20;

    private Pace() {}

    /** The seconds, 20 % more or less at random; at least 1. */
    static int jittered(long seconds) {
        double factor = 0.8 + 0.4 * ThreadLocalRandom.current().nextDouble();
        return (int) Math.clamp(Math.round(seconds * factor), 1, Integer.MAX_VALUE);
    }

    /**
     * When to come for something that becomes possible at a known time: within the spread after it, unless the regular poll
     * is sooner. So no two nodes have to come in the same second, and none is away for longer than usual.
     *
     * @param seconds until it becomes possible, 0 or more
     * @param spread over how many seconds the nodes shall come
     * @param regular usual time between polls
     */
    static int after(long seconds, long spread, long regular) {
        int next = jittered(regular);
        return next < seconds
                ? next
                : (int) Math.min(next, seconds + 1 + ThreadLocalRandom.current().nextLong(Math.max(1, spread)));
    }

    /**
     * How soon to ask again for a slot: the more nodes wait for each, the later. About {@value #ASKING_PER_SLOT} ask for
     * each slot in {@value #SOONEST} seconds, however many wait.
     */
    static long forSlot(long waiting, long slots, long regular) {
        long fair = SOONEST * waiting / (ASKING_PER_SLOT * Math.max(1, slots));
        return Math.clamp(fair, Math.min(SOONEST, regular), regular);
    }

    static int retryAfterSeconds() {
        return ThreadLocalRandom.current().nextInt(MIN_RETRY_SECONDS, MAX_RETRY_SECONDS + 1);
    }
}

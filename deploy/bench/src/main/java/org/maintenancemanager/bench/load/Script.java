package org.maintenancemanager.bench.load;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** What one connection asks, one request after the other. Called from one thread only. */
public interface Script {
    /** The next request, head and body; null when this connection has nothing more to ask. Not changed afterwards. */
    byte @Nullable [] next();

    /** The answer to the request last given out. It is valid only during this call. */
    default void answered(Answer answer) {}

    /** Asks the same again and again. */
    static Script repeating(byte[] request) {
        return () -> request;
    }

    /**
     * Goes round and round through the requests, all connections in one order: so the time between two of the same kind is as
     * even as the load, however unlike the connections are. Goes on where it was when it is used again.
     */
    static IntFunction<Script> roundRobin(byte[][] requests) {
        var turn = new AtomicInteger();
        return connection -> () -> requests[Math.floorMod(turn.getAndIncrement(), requests.length)];
    }

    /** Asks each request once. */
    static IntFunction<Script> onceEach(byte[][] requests) {
        var turn = new AtomicInteger();
        return connection -> () -> {
            int next = turn.getAndIncrement();
            return next < requests.length ? requests[next] : null;
        };
    }
}

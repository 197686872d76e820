package org.maintenancemanager.bench.load;

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

    /** Goes round and round through every {@code step}-th request from {@code first} on. */
    static Script roundRobin(byte[][] requests, int first, int step) {
        return new Script() {
            private int index = first % requests.length;

            @Override
            public byte[] next() {
                byte[] request = requests[index];
                index += step;
                if (index >= requests.length) {
                    index = first % requests.length;
                }
                return request;
            }
        };
    }
}

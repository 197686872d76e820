package org.maintenancemanager.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;

/**
 * A load on one server: so many connections, each with a script of its own.
 *
 * <p>Without a rate, each connection sends its next request when it has the answer to the last. With a rate, requests are
 * due at fixed instants, and the latency counts from the instant that the request was due, so that a server that stalls
 * cannot hide it by slowing the client down.
 *
 * @param limit no request is sent after that, and answers that come later do not count
 * @param perSecond requests in a second over all connections; 0: as many as the server answers
 * @param threads event loops; one of them drives more than two processors can answer
 * @param addresses of the loopback network that the connections come from in turn, beginning with 127.0.0.2; 0: from wherever
 *     the system says
 */
public record Load(
        InetSocketAddress server, int connections, Duration limit, double perSecond, int threads, int addresses) {
    private static final int MOST_ADDRESSES = 250;

    public Load {
        if (addresses < 0 || addresses > MOST_ADDRESSES) {
            throw new IllegalArgumentException(
                    "a load comes from 0 to %d addresses, found %d".formatted(MOST_ADDRESSES, addresses));
        }
        if (connections < 1 || threads < 1 || threads > connections || perSecond < 0 || !limit.isPositive()) {
            throw new IllegalArgumentException(
                    "a load needs 1 <= threads <= connections, a positive limit and no negative rate, found %d threads, %d connections, %s, %s/s"
                            .formatted(threads, connections, limit, perSecond));
        }
    }

    public Load(InetSocketAddress server, int connections, Duration limit, double perSecond, int threads) {
        this(server, connections, limit, perSecond, threads, 0);
    }

    /** As many requests as the server answers, from one event loop. */
    public static Load closedLoop(InetSocketAddress server, int connections, Duration limit) {
        return new Load(server, connections, limit, 0, 1);
    }

    /**
     * Runs it, until the limit or until every script has ended.
     *
     * @param scripts the script of each connection, by its number from 0 on
     * @throws IOException when the server cannot be reached, breaks connections again and again, or says what is not HTTP
     */
    public Outcome run(IntFunction<Script> scripts) throws IOException, InterruptedException {
        long start = System.nanoTime();
        var loops = new ArrayList<EventLoop>();
        for (int thread = 0; thread < threads; thread++) {
            loops.add(new EventLoop(this, start, thread, scripts));
        }
        try (var executor = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("load-", 0).factory())) {
            return sum(executor.invokeAll(loops), start);
        }
    }

    private static Outcome sum(List<Future<EventLoop>> loops, long start) throws IOException, InterruptedException {
        var byStatus = new TreeMap<Integer, Long>();
        Histogram micros = EventLoop.newHistogram();
        long last = start;
        int reconnects = 0;
        for (Future<EventLoop> future : loops) {
            EventLoop loop = result(future);
            loop.byStatus().forEach((status, count) -> byStatus.merge(status, count, Long::sum));
            micros.add(loop.micros());
            last = Math.max(last, loop.lastAnswer());
            reconnects += loop.reconnects();
        }
        return new Outcome(byStatus, micros, Math.max(1, last - start) / 1e9, reconnects);
    }

    private static EventLoop result(Future<EventLoop> loop) throws IOException, InterruptedException {
        try {
            return loop.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw new IOException(cause.getMessage(), cause);
            }
            throw new IllegalStateException("an event loop failed", e.getCause());
        }
    }
}

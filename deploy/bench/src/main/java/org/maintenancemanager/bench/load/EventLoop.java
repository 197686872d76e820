package org.maintenancemanager.bench.load;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.bench.load.AnswerParser.MalformedAnswer;

/** One thread with its part of the connections: waits on all of them at once, and never on one. */
final class EventLoop implements Callable<EventLoop> {
    private static final long LONGEST_LATENCY_MICROS = TimeUnit.MINUTES.toMicros(5);
    private static final int FIRST_BUFFER_BYTES = 16 * 1024;
    private static final int LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;
    /** How long after the limit a connection may wait for its last answer. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** A server that breaks more connections than this without answering is down, not busy. */
    private static final int MOST_BROKEN = 1000;

    private static final long SELECT_MILLIS = 100;
    private static final long MILLI_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Load load;
    private final long start;
    private final long end;
    private final List<Connection> connections = new ArrayList<>();
    private final PriorityQueue<Connection> due = new PriorityQueue<>(Comparator.comparingLong(Connection::dueNanos));
    private final long[] statuses = new long[1000];
    private final Histogram micros = newHistogram();
    private long lastAnswer;
    private int reconnects;
    private int broken;
    private int live;

    EventLoop(Load load, long start, int thread, IntFunction<Script> scripts) throws IOException {
        this.load = load;
        this.start = start;
        this.end = start + load.limit().toNanos();
        this.lastAnswer = start;
        for (int number = thread; number < load.connections(); number += load.threads()) {
            connections.add(new Connection(number, scripts.apply(number)));
        }
    }

    static Histogram newHistogram() {
        return new Histogram(LONGEST_LATENCY_MICROS, 3);
    }

    SortedMap<Integer, Long> byStatus() {
        var byStatus = new TreeMap<Integer, Long>();
        for (int status = 0; status < statuses.length; status++) {
            if (statuses[status] > 0) {
                byStatus.put(status, statuses[status]);
            }
        }
        return byStatus;
    }

    Histogram micros() {
        return micros;
    }

    /** When the last answer that counts came; the start when none did. */
    long lastAnswer() {
        return lastAnswer;
    }

    int reconnects() {
        return reconnects;
    }

    @Override
    public EventLoop call() throws IOException {
        try (Selector selector = Selector.open()) {
            for (Connection connection : connections) {
                live++;
                connection.begin(selector);
            }
            while (live > 0) {
                selector.select(this::ready, selectMillis());
                long now = System.nanoTime();
                sendDue(now);
                if (now - end > GRACE_NANOS) {
                    throw new IOException(
                            "%d connections still wait for an answer long after the limit".formatted(live));
                }
                if (broken > MOST_BROKEN) {
                    throw new IOException("the server broke %d connections".formatted(broken));
                }
            }
            return this;
        } catch (Failed e) {
            throw e.cause;
        } finally {
            for (Connection connection : connections) {
                connection.channel.close();
            }
        }
    }

    private long selectMillis() {
        Connection next = due.peek();
        if (next == null) {
            return SELECT_MILLIS;
        }
        return Math.clamp((next.dueAt - System.nanoTime()) / MILLI_NANOS, 1, SELECT_MILLIS);
    }

    private void sendDue(long now) throws IOException {
        while (true) {
            Connection next = due.peek();
            if (next == null || next.dueAt - now > 0) {
                return;
            }
            due.remove().advance(now);
        }
    }

    private void ready(SelectionKey key) {
        try {
            ((Connection) key.attachment()).ready(key);
        } catch (IOException e) {
            throw new Failed(e);
        }
    }

    /** Carries an exception through the selector's callback, which may throw none. */
    private static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final IOException cause;

        Failed(IOException cause) {
            super(cause);
            this.cause = cause;
        }
    }

    private final class Connection {
        private final int number;
        private final Script script;
        private final AnswerParser parser = new AnswerParser();
        private final long periodNanos;
        private ByteBuffer in = ByteBuffer.allocateDirect(FIRST_BUFFER_BYTES);
        private ByteBuffer out = ByteBuffer.allocateDirect(FIRST_BUFFER_BYTES);
        private SocketChannel channel;
        private @Nullable SelectionKey key;
        private byte @Nullable [] unanswered;
        /** When the request was sent, or with a rate, when it was due. */
        private long sentAt;

        private long dueAt;

        Connection(int number, Script script) throws IOException {
            this.number = number;
            this.script = script;
            this.periodNanos = load.perSecond() == 0 ? 0 : (long) (load.connections() * 1e9 / load.perSecond());
            this.dueAt = start + periodNanos * number / load.connections();
            this.channel = SocketChannel.open();
        }

        /** Counted from the start, since instants of the nano clock may overflow. */
        long dueNanos() {
            return dueAt - start;
        }

        void begin(Selector selector) throws IOException {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (load.addresses() > 0) {
                byte[] address = {127, 0, 0, (byte) (2 + number % load.addresses())};
                channel.bind(new InetSocketAddress(InetAddress.getByAddress(address), 0));
            }
            boolean connected = channel.connect(load.server());
            key = channel.register(selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
            if (connected) {
                connected();
            }
        }

        void ready(SelectionKey ready) throws IOException {
            try {
                if (ready.isConnectable()) {
                    channel.finishConnect();
                    ready.interestOps(SelectionKey.OP_READ);
                    connected();
                } else if (ready.isWritable()) {
                    flush();
                } else {
                    read();
                }
            } catch (MalformedAnswer e) {
                throw new IOException("the server's answer cannot be read: " + e.getMessage(), e);
            } catch (ConnectException e) {
                throw new IOException("cannot connect to " + load.server(), e);
            } catch (IOException e) {
                // Broken, not answered: the same request goes out again on a new connection.
                broken++;
                reconnect(ready);
            }
        }

        private void connected() throws IOException {
            byte[] request = unanswered;
            if (request == null) {
                schedule(System.nanoTime());
            } else {
                send(request);
            }
        }

        private void reconnect(SelectionKey old) throws IOException {
            reconnects++;
            due.remove(this);
            Selector selector = old.selector();
            old.cancel();
            channel.close();
            in.clear();
            channel = SocketChannel.open();
            begin(selector);
        }

        private void schedule(long now) throws IOException {
            if (periodNanos > 0 && dueAt - now > 0) {
                due.add(this);
            } else {
                advance(now);
            }
        }

        /** Sends the next request, or ends the connection when there is none or the time is over. */
        void advance(long now) throws IOException {
            byte[] request = now - end < 0 ? script.next() : null;
            if (request == null) {
                live--;
                channel.close();
                return;
            }
            unanswered = request;
            if (periodNanos == 0) {
                sentAt = now;
            } else {
                sentAt = dueAt;
                dueAt += periodNanos;
            }
            send(request);
        }

        private void send(byte[] request) throws IOException {
            if (out.capacity() < request.length) {
                out = ByteBuffer.allocateDirect(request.length);
            }
            out.clear().put(request).flip();
            flush();
        }

        private void flush() throws IOException {
            channel.write(out);
            SelectionKey registered = key;
            if (registered != null) {
                int wanted = out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ;
                if (registered.interestOps() != wanted) {
                    registered.interestOps(wanted);
                }
            }
        }

        private void read() throws IOException, MalformedAnswer {
            SelectionKey registered = key;
            if (channel.read(in) < 0) {
                throw new IOException("closed by the server");
            }
            if (!parser.parse(in, in.position())) {
                makeRoom();
                return;
            }
            if (parser.end() != in.position()) {
                throw new MalformedAnswer("%d bytes follow the answer".formatted(in.position() - parser.end()));
            }
            in.clear();
            unanswered = null;
            long now = System.nanoTime();
            if (now - end <= 0) {
                statuses[parser.status()]++;
                micros.recordValue(Math.clamp((now - sentAt) / 1000, 0, LONGEST_LATENCY_MICROS));
                lastAnswer = now;
            }
            script.answered(parser);
            if (parser.closes() && registered != null) {
                reconnect(registered);
            } else {
                schedule(now);
            }
        }

        private void makeRoom() throws MalformedAnswer {
            if (in.hasRemaining()) {
                return;
            }
            if (in.capacity() >= LARGEST_ANSWER_BYTES) {
                throw new MalformedAnswer("longer than %d bytes".formatted(LARGEST_ANSWER_BYTES));
            }
            in = ByteBuffer.allocateDirect(4 * in.capacity()).put(in.flip());
        }
    }
}

package org.maintenancemanager.api.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer as a stream that gives up when nothing comes for some time. The JDK's own would wait for ever on a
 * connection that died without a word, and the node with it.
 */
final class ReceivedBody extends InputStream implements BodySubscriber<InputStream> {
    private static final int PACKETS_AHEAD = 4;

    private sealed interface Event {}

    private record Packet(List<ByteBuffer> bytes) implements Event {}

    private record End(@Nullable Throwable failure) implements Event {}

    private final Duration patience;
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private List<ByteBuffer> packet = List.of();
    private int next;
    private @Nullable End end;

    ReceivedBody(Duration patience) {
        this.patience = patience;
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription.complete(subscription);
        subscription.request(PACKETS_AHEAD);
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        events.add(new Packet(item));
    }

    @Override
    public void onError(Throwable failure) {
        events.add(new End(failure));
    }

    @Override
    public void onComplete() {
        events.add(new End(null));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        ByteBuffer bytes = current();
        if (bytes == null) {
            return -1;
        }
        int count = Math.min(length, bytes.remaining());
        bytes.get(buffer, offset, count);
        return count;
    }

    private @Nullable ByteBuffer current() throws IOException {
        while (true) {
            while (next < packet.size()) {
                if (packet.get(next).hasRemaining()) {
                    return packet.get(next);
                }
                next++;
            }
            if (end == null) {
                take();
            }
            if (end != null) {
                if (end.failure() != null) {
                    throw new IOException("the connection broke", end.failure());
                }
                return null;
            }
        }
    }

    private void take() throws IOException {
        Event event;
        try {
            event = events.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the body came");
        }
        switch (event) {
            case null -> throw new IOException("nothing came for " + patience.toSeconds() + " s");
            case Packet(List < ByteBuffer > bytes) -> {
                packet = bytes;
                next = 0;
                subscription.join().request(1);
            }
            case End ended -> end = ended;
        }
    }

    @Override
    public void close() {
        subscription.thenAccept(Flow.Subscription::cancel);
    }
}

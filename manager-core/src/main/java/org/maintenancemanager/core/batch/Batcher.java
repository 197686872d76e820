package org.maintenancemanager.core.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue whose content is worked off in batches by its own threads. While one batch is under way the next one
 * gathers, so batches grow with the load and nobody waits for a timer.
 *
 * @param <I> what is asked
 * @param <O> what is answered
 */
public final class Batcher<I, O> implements AutoCloseable {
    /** One question with the future of its answer. The worker has to complete each. */
    public record Item<I, O>(I input, CompletableFuture<O> answer) {}

    private final BlockingQueue<Item<I, O>> queue;
    private final int maxBatch;
    private final Consumer<List<Item<I, O>>> work;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    /**
     * @param name of the threads
     * @param capacity how many may wait; more are refused
     * @param maxBatch how many are worked off together
     * @param work completes each item of its batch; items that it leaves open fail with what it threw
     */
    public Batcher(String name, int threadCount, int capacity, int maxBatch, Consumer<List<Item<I, O>>> work) {
        this.queue = new ArrayBlockingQueue<>(capacity);
        this.maxBatch = maxBatch;
        this.work = work;
        for (int i = 0; i < threadCount; i++) {
            threads.add(Thread.ofPlatform().name(name + "-" + i).daemon().start(this::workOff));
        }
    }

    /** The future of the answer; null when the queue is full, so that the caller can say "later". */
    public @Nullable CompletableFuture<O> offer(I input) {
        var item = new Item<I, O>(input, new CompletableFuture<>());
        if (closed || !queue.offer(item)) {
            return null;
        }
        if (closed && queue.remove(item)) {
            return null;
        }
        return item.answer();
    }

    /** How many wait now. */
    public int depth() {
        return queue.size();
    }

    private void workOff() {
        List<Item<I, O>> batch = new ArrayList<>(maxBatch);
        while (!closed || !queue.isEmpty()) {
            try {
                Item<I, O> first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                batch.add(first);
                queue.drainTo(batch, maxBatch - 1);
                work.accept(List.copyOf(batch));
                // Made only for whoever needs it: to write down where it was made costs more than many an answer.
                if (!batch.stream().allMatch(item -> item.answer().isDone())) {
                    fail(batch, new IllegalStateException("the batch ended without an answer"));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException | Error e) {
                fail(batch, e);
            } finally {
                batch.clear();
            }
        }
    }

    private static <I, O> void fail(List<Item<I, O>> batch, Throwable cause) {
        batch.forEach(item -> item.answer().completeExceptionally(cause));
    }

    /** Works off what waits, for at most 5 s, and refuses the rest. */
    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            try {
                thread.join(5_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        List<Item<I, O>> rest = new ArrayList<>();
        queue.drainTo(rest);
        fail(rest, new IllegalStateException("the manager is stopping"));
    }
}

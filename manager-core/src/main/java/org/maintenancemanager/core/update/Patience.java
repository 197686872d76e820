package org.maintenancemanager.core.update;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.maintenancemanager.core.batch.Batcher;

/**
 * How long a node's call waits for its batch. A database that stands still, behind a lock for instance, must not gather
 * calls without end: they are sent away to come again.
 */
final class Patience {
    /** What a full queue takes when the database is well. */
    private static final int LONGEST_SECONDS = 10;

    private Patience() {}

    /**
     * What the batch answers.
     *
     * @throws Overloaded when too many wait, or it takes too long; then the work is done later, or is not
     */
    static <I, O> O ask(Batcher<I, O> batcher, I input) {
        CompletableFuture<O> answer = batcher.offer(input);
        if (answer == null) {
            throw new Overloaded(Pace.retryAfterSeconds());
        }
        try {
            return answer.get(LONGEST_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new Overloaded(Pace.retryAfterSeconds());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Overloaded(Pace.retryAfterSeconds());
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }
}

package org.maintenancemanager.core.access;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.stereotype.Component;

/**
 * Hashes and checks passwords: Argon2id with 7 MiB and five passes, the alternative of OWASP's cheat sheet on password
 * storage that takes the least memory, about 25 ms of one core. On a few threads of its own with a short queue, which all
 * others go before, so that no flood of log-ins can take the processors, or the database connections, from polls.
 *
 * <p>Each check fills its memory anew, and the garbage collector stops everything to clear it away: what a flood costs
 * polls is how much memory it makes the manager fill in a second. So a wrong password keeps its thread for a fixed time,
 * most of which the thread rests, and is answered at its end. That also makes all wrong answers take equally long,
 * whatever was wrong, and however the hash it was compared with was made.
 */
@Component
class PasswordHashing {
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final int LANES = 1;
    private static final int KIBIBYTES = 7 * 1024;
    private static final int PASSES = 5;
    private static final String TODAYS = "$argon2id$v=19$m=%d,t=%d,p=%d$".formatted(KIBIBYTES, PASSES, LANES);

    /** Whoever gives right passwords waits behind others' right ones for a second at most, at 25 ms each. */
    static final int MOST_WAITING = 32;

    /** For so long a wrong password keeps its thread, or for a multiple of it: two in a second and thread are checked. */
    static final Duration WRONG_TAKES = Duration.ofMillis(500);

    private final Argon2PasswordEncoder argon2 =
            new Argon2PasswordEncoder(SALT_BYTES, HASH_BYTES, LANES, KIBIBYTES, PASSES);
    private static final ThreadFactory THREADS =
            Thread.ofPlatform().daemon().name("passwords-", 0).factory();

    private final ThreadPoolExecutor threads;
    private final AtomicLong numbers = new AtomicLong();

    /** What is checked when there is nobody with that name, so that it takes as long. */
    private final String ofNobody = hash("nobody has this password");

    PasswordHashing(MeterRegistry meters) {
        int half = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        threads = new ThreadPoolExecutor(
                half,
                half,
                10,
                TimeUnit.SECONDS,
                new PriorityBlockingQueue<>(),
                work -> THREADS.newThread(() -> {
                    LowPriority.forThisThread();
                    work.run();
                }));
        threads.allowCoreThreadTimeOut(true);
        meters.gauge("manager.passwords.waiting", this, PasswordHashing::waiting);
    }

    /** Passwords that wait to be checked. */
    int waiting() {
        return threads.getQueue().size();
    }

    /** So many are checked already that this one would wait too long. */
    static final class Busy extends RuntimeException {
        private static final long serialVersionUID = 1;

        Busy() {
            super("too many passwords are being checked", null, false, false);
        }
    }

    /** Work that waits for a thread, or has one. */
    private static final class Attempt<T> implements Runnable, Comparable<Attempt<?>> {
        private final int failures;
        private final long number;
        private final Callable<T> work;
        private final Predicate<T> isWrong;
        private final CompletableFuture<T> done = new CompletableFuture<>();

        Attempt(int failures, long number, Callable<T> work, Predicate<T> isWrong) {
            this.failures = failures;
            this.number = number;
            this.work = work;
            this.isWrong = isWrong;
        }

        @Override
        public int compareTo(Attempt<?> other) {
            return failures == other.failures
                    ? Long.compare(number, other.number)
                    : Integer.compare(failures, other.failures);
        }

        @Override
        public void run() {
            long begun = System.nanoTime();
            try {
                T result = work.call();
                if (isWrong.test(result)) {
                    restSince(begun);
                }
                done.complete(result);
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
        }

        /** Whatever was taken from a connection or a transaction has been given back before. */
        private static void restSince(long begun) {
            long period = WRONG_TAKES.toNanos();
            try {
                TimeUnit.NANOSECONDS.sleep(period - (System.nanoTime() - begun) % period);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }

        void refuse() {
            done.completeExceptionally(new Busy());
        }
    }

    /**
     * Does work that checks no password that could be guessed, on the threads for it, before any that does.
     *
     * @throws Busy at once, when the queue is full
     */
    <T> T run(Callable<T> work) {
        return run(0, work, result -> false);
    }

    /**
     * Does work that checks passwords, queries included, on the threads for it. Those with the fewest failures go first, and
     * when the queue is full take the place of those with the most: who never failed does not wait for who floods.
     *
     * @param failures that whoever wants it has had lately
     * @param isWrong whether a result means that a wrong password, or code, was given
     * @throws Busy when the queue is full of others that failed as seldom; also later, when such come
     */
    <T> T run(int failures, Callable<T> work, Predicate<T> isWrong) {
        var attempt = new Attempt<>(failures, numbers.getAndIncrement(), work, isWrong);
        enqueue(attempt);
        try {
            return attempt.done.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException known
                    ? known
                    : new IllegalStateException(failed.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a password was checked", e);
        }
    }

    private synchronized void enqueue(Attempt<?> attempt) {
        if (waiting() >= MOST_WAITING) {
            Attempt<?> last = threads.getQueue().stream()
                    .map(waiting -> (Attempt<?>) waiting)
                    .max(Comparator.naturalOrder())
                    .orElse(null);
            if (last != null && last.compareTo(attempt) < 0) {
                throw new Busy();
            }
            if (last != null && threads.remove(last)) {
                last.refuse();
            }
        }
        try {
            threads.execute(attempt);
        } catch (RejectedExecutionException stopped) {
            throw new Busy();
        }
    }

    final String hash(String password) {
        String hash = argon2.encode(password);
        if (hash == null) {
            throw new IllegalStateException("expected a hash of a password, found none");
        }
        return hash;
    }

    /** Whether it is the one; with a null hash it never is, and takes as long. */
    boolean matches(String password, @Nullable String hash) {
        boolean same = argon2.matches(password, hash == null ? ofNobody : hash);
        return same && hash != null;
    }

    /** Whether it was made with other parameters than those of today. */
    boolean isOutdated(String hash) {
        return !hash.startsWith(TODAYS);
    }

    @PreDestroy
    void stop() throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(Duration.ofSeconds(5).toMillis(), TimeUnit.MILLISECONDS)) {
            threads.shutdownNow().forEach(waiting -> ((Attempt<?>) waiting).refuse());
        }
    }
}

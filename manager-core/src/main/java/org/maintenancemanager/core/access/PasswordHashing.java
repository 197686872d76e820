package org.maintenancemanager.core.access;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.stereotype.Component;

/**
 * Hashes and checks passwords: Argon2id with 19 MiB and two passes, as OWASP's cheat sheet on password storage has it, about
 * 25 ms of one core. On a few threads of its own with a short queue, which all others
 * go before, so that no flood of log-ins can take the processors, or
 * the database connections, from polls.
 */
@Component
class PasswordHashing {
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final int LANES = 1;
    private static final int KIBIBYTES = 19 * 1024;
    private static final int PASSES = 2;

    /** At 25 ms each, whoever comes last waits for less than two seconds. */
    private static final int MOST_WAITING = 64;

    private final Argon2PasswordEncoder argon2 =
            new Argon2PasswordEncoder(SALT_BYTES, HASH_BYTES, LANES, KIBIBYTES, PASSES);
    private static final ThreadFactory THREADS =
            Thread.ofPlatform().daemon().name("passwords-", 0).factory();

    private final ThreadPoolExecutor threads;

    /** What is checked when there is nobody with that name, so that it takes as long. */
    private final String ofNobody = hash("nobody has this password");

    PasswordHashing(MeterRegistry meters) {
        int half = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        threads = new ThreadPoolExecutor(
                half,
                half,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MOST_WAITING),
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

    /**
     * Does work that checks passwords, queries included, on the threads for it.
     *
     * @throws Busy at once, when the queue is full
     */
    <T> T run(Callable<T> work) {
        var done = new CompletableFuture<T>();
        try {
            threads.execute(() -> {
                try {
                    done.complete(work.call());
                } catch (Throwable failure) {
                    done.completeExceptionally(failure);
                }
            });
        } catch (RejectedExecutionException full) {
            throw new Busy();
        }
        try {
            return done.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException known
                    ? known
                    : new IllegalStateException(failed.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a password was checked", e);
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

    @PreDestroy
    void stop() throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(Duration.ofSeconds(5).toMillis(), TimeUnit.MILLISECONDS)) {
            threads.shutdownNow();
        }
    }
}

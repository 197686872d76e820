package org.maintenancemanager.simulator.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Processes that an earlier run may have left, found by the file that holds their id. */
public final class OwnProcess {
    private OwnProcess() {}

    /** Notes the id of a child, so that the next run finds it. */
    static void note(Path pidFile, long pid) throws IOException {
        Files.writeString(pidFile, pid + System.lineSeparator());
    }

    /**
     * The process whose id is the file's first line, if it still runs and is ours: ids are given out again, and whoever has
     * it now may be anybody.
     *
     * @param isOurs asked with the command line's arguments
     */
    static Optional<ProcessHandle> find(Path pidFile, Predicate<List<String>> isOurs) throws IOException {
        Optional<Long> pid = read(pidFile);
        return pid.flatMap(ProcessHandle::of)
                .filter(ProcessHandle::isAlive)
                .filter(process -> process.info()
                        .arguments()
                        .map(Arrays::asList)
                        .filter(isOurs)
                        .isPresent());
    }

    private static Optional<Long> read(Path pidFile) throws IOException {
        try {
            String first =
                    Files.readString(pidFile).lines().findFirst().orElse("").strip();
            return first.matches("[1-9][0-9]{0,9}") ? Optional.of(Long.parseLong(first)) : Optional.empty();
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    /** Asks it to end, and ends it when it has not done so within the limit. */
    static void stop(ProcessHandle process, Duration limit) throws InterruptedException {
        process.destroy();
        if (!awaitEnd(process, limit)) {
            process.destroyForcibly();
            awaitEnd(process, limit);
        }
    }

    /** Whether it ended within the limit. */
    static boolean awaitEnd(ProcessHandle process, Duration limit) throws InterruptedException {
        try {
            process.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("could not wait for process " + process.pid(), e);
        }
    }
}

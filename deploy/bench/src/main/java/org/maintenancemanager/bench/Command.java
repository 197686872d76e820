package org.maintenancemanager.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another program, run to its end. */
final class Command {
    private Command() {}

    /**
     * What it printed, errors included.
     *
     * @throws IOException when it cannot be started, fails, or is not done within the limit, in which case it is ended
     */
    static String run(Duration limit, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("bench", ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IOException("%s was not done within %s".formatted(command, limit));
                }
            } finally {
                process.destroyForcibly();
            }
            String text = Files.readString(output, StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new IOException("%s ended with %d:%n%s".formatted(command, process.exitValue(), text));
            }
            return text;
        } finally {
            Files.delete(output);
        }
    }
}

package org.maintenancemanager.simulator.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A manager in a JVM of its own, on loopback. */
public final class ManagerProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(40);
    private static final int TAIL_LINES = 30;

    private final Process process;
    private final Setup setup;

    private ManagerProcess(Process process, Setup setup) {
        this.process = process;
        this.setup = setup;
    }

    /**
     * What to start, and how.
     *
     * @param jar the executable jar of manager-web
     * @param javaOptions the options of its JVM, heap limit included
     * @param settings as environment variables, beside those of this process and the two ports
     * @param mark stands in its command line, so that it is known again after a crash
     * @param log to which its output is added
     */
    public record Setup(
            Path java,
            Path jar,
            List<String> javaOptions,
            Map<String, String> settings,
            int port,
            int grpcPort,
            String mark,
            Path directory,
            Path pidFile,
            Path log) {
        public Setup {
            javaOptions = List.copyOf(javaOptions);
            settings = Map.copyOf(settings);
        }

        private String markOption() {
            return markOption(mark);
        }

        private static String markOption(String mark) {
            return "-Dmaintenance-manager.mark=" + mark;
        }
    }

    /**
     * Starts it, and comes back when it is ready to serve.
     *
     * @throws IOException when it ends instead, or takes too long; with the last lines that it wrote
     */
    public static ManagerProcess start(Setup setup) throws IOException, InterruptedException {
        // In a session of its own: the terminal's Ctrl-C is for the one who started it, who stops it in its turn.
        List<String> command = new ArrayList<>(List.of("setsid", setup.java().toString(), setup.markOption()));
        command.addAll(setup.javaOptions());
        command.addAll(List.of("-jar", setup.jar().toString()));
        var builder = new ProcessBuilder(command)
                .directory(setup.directory().toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(setup.log().toFile()));
        var environment = builder.environment();
        environment.putAll(setup.settings());
        environment.put("SERVER_ADDRESS", "127.0.0.1");
        environment.put("SERVER_PORT", String.valueOf(setup.port()));
        environment.put("MANAGEMENT_SERVER_PORT", "0");
        environment.put("SPRING_GRPC_SERVER_ADDRESS", "127.0.0.1");
        environment.put("SPRING_GRPC_SERVER_PORT", String.valueOf(setup.grpcPort()));
        var manager = new ManagerProcess(builder.start(), setup);
        try {
            OwnProcess.note(setup.pidFile(), manager.pid());
            manager.awaitReady();
            return manager;
        } catch (IOException | InterruptedException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** Stops one that an earlier run left behind, and says its process id. */
    public static Optional<Long> stopLeftover(Path pidFile, String mark) throws IOException, InterruptedException {
        Optional<ProcessHandle> found =
                OwnProcess.find(pidFile, arguments -> arguments.contains(Setup.markOption(mark)));
        if (found.isPresent()) {
            OwnProcess.stop(found.get(), STOP_LIMIT);
        }
        Files.deleteIfExists(pidFile);
        return found.map(ProcessHandle::pid);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** Its exit code; 137 for one that was killed. */
    public int exitValue() {
        return process.exitValue();
    }

    /** Waits until it ends, at most so long; whether it has ended. */
    public boolean awaitEnd(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        HttpRequest ready = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/readyz".formatted(setup.port())))
                .timeout(Duration.ofSeconds(5))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (System.nanoTime() < deadline) {
                if (process.waitFor(200, TimeUnit.MILLISECONDS)) {
                    throw new IOException("The manager ended with code %d. It last wrote to %s:%n%s"
                            .formatted(process.exitValue(), setup.log(), tail()));
                }
                try {
                    if (client.send(ready, BodyHandlers.discarding()).statusCode() == 200) {
                        return;
                    }
                } catch (IOException notYet) {
                    // It does not listen yet; asked again until the limit.
                }
            }
        }
        throw new IOException("The manager was not ready within %s. It last wrote to %s:%n%s"
                .formatted(START_LIMIT, setup.log(), tail()));
    }

    private String tail() throws IOException {
        List<String> lines = new String(Files.readAllBytes(setup.log()), StandardCharsets.UTF_8)
                .lines()
                .toList();
        return String.join(System.lineSeparator(), lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }

    /** Asks it to end, which lets requests finish; ends it when that takes too long. */
    @Override
    public void close() throws IOException {
        try {
            OwnProcess.stop(process.toHandle(), STOP_LIMIT);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(setup.pidFile());
    }
}

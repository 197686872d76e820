package org.maintenancemanager.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
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
import java.util.concurrent.TimeUnit;

/** A manager in a JVM of its own, on loopback and on ports that are free. */
final class ManagerProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private final Process process;
    private final int port;
    private final int grpcPort;
    private final Path log;

    private ManagerProcess(Process process, int port, int grpcPort, Path log) {
        this.process = process;
        this.port = port;
        this.grpcPort = grpcPort;
        this.log = log;
    }

    /**
     * What to start, and how.
     *
     * @param jar the executable jar of manager-web
     * @param javaOptions the options of its JVM, heap limit included
     * @param token the first API token
     */
    record Setup(Path java, Path jar, List<String> javaOptions, String token) {}

    /** Starts it on a database, and comes back when it is ready to serve. */
    static ManagerProcess start(Setup setup, PostgresServer postgres, String database, Path directory)
            throws IOException, InterruptedException {
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(setup.java().toString()));
        command.addAll(setup.javaOptions());
        command.addAll(List.of("-jar", setup.jar().toString()));
        Path log = directory.resolve("manager-" + database + ".log");
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        var environment = builder.environment();
        environment.put("SPRING_DATASOURCE_URL", postgres.url(database));
        environment.put("SPRING_DATASOURCE_USERNAME", PostgresServer.USER);
        environment.put("SPRING_DATASOURCE_PASSWORD", PostgresServer.USER);
        environment.put("SERVER_ADDRESS", "127.0.0.1");
        environment.put("SERVER_PORT", String.valueOf(port));
        environment.put("MANAGEMENT_SERVER_PORT", "0");
        int grpcPort = freePort();
        environment.put("SPRING_GRPC_SERVER_PORT", String.valueOf(grpcPort));
        environment.put(
                "MANAGER_AUDIT_DIRECTORY",
                directory.resolve("audit-" + database).toString());
        environment.put(
                "MANAGER_ACCESS_KEYFILE", directory.resolve("access.key").toString());
        environment.put(
                "MANAGER_NODEAUTHORITY_DIRECTORY",
                directory.resolve("node-authority").toString());
        environment.put("MANAGER_BOOTSTRAP_TOKEN", setup.token());
        var manager = new ManagerProcess(builder.start(), port, grpcPort, log);
        try {
            manager.awaitReady();
            return manager;
        } catch (IOException | InterruptedException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    int grpcPort() {
        return grpcPort;
    }

    long pid() {
        return process.pid();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        HttpRequest ready = HttpRequest.newBuilder(uri("/readyz"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (System.nanoTime() < deadline) {
                if (process.waitFor(200, TimeUnit.MILLISECONDS)) {
                    throw new IOException("the manager ended with %d:%n%s".formatted(process.exitValue(), tail()));
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
        throw new IOException("the manager was not ready within %s:%n%s".formatted(START_LIMIT, tail()));
    }

    /** The last lines of its log. */
    String tail() throws IOException {
        List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

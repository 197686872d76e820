package org.maintenancemanager.web.fleet;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.testing.TestDatabase;
import org.maintenancemanager.web.MaintenanceManager;

/** The server in a process of its own, on the classes of this test, always on the same port: it can be killed. */
final class ManagerProcess {
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final TestDatabase.Connect database;
    private final Token token;
    private final Path directory;
    private final int port;

    ManagerProcess(TestDatabase.Connect database, Token token, Path directory) throws IOException {
        this(database, token, directory, freePort());
    }

    private ManagerProcess(TestDatabase.Connect database, Token token, Path directory, int port) {
        this.database = database;
        this.token = token;
        this.directory = directory;
        this.port = port;
    }

    /** The same on another database. */
    ManagerProcess on(TestDatabase.Connect other) {
        return new ManagerProcess(other, token, directory, port);
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    Path log() {
        return directory.resolve("manager.log");
    }

    Path audit() {
        return directory.resolve("audit");
    }

    Process start() throws IOException {
        return run(log().toFile());
    }

    /** One of its commands. */
    Process command(String name, Path output) throws IOException {
        return run(output.toFile(), name);
    }

    private Process run(File output, String... before) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                MaintenanceManager.class.getName()));
        command.addAll(List.of(before));
        command.addAll(List.of(
                "--spring.profiles.active=plain",
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.username=" + database.user(),
                "--spring.datasource.password=" + database.password(),
                "--server.address=127.0.0.1",
                "--server.port=" + port,
                "--management.server.port=0",
                "--spring.grpc.server.address=127.0.0.1",
                "--spring.grpc.server.port=0",
                "--manager.artifacts.directory=" + directory.resolve("artifacts"),
                "--manager.artifacts.keep-free=0B",
                "--manager.audit.directory=" + audit(),
                "--manager.audit.checkpoint-interval=PT1S",
                "--manager.access.key-file=" + directory.resolve("access.key"),
                "--manager.node-authority.directory=" + directory.resolve("node-authority"),
                "--manager.poll.interval=PT1S",
                "--manager.permit.guard-time=PT1S",
                "--manager.presence.interval=PT1S",
                "--manager.bootstrap-token=" + token.text()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output))
                .start();
    }

    void awaitReady() {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest ready =
                HttpRequest.newBuilder(URI.create(url() + "/readyz")).build();
        await("the manager is ready")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() ->
                        http.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}

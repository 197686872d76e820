package org.maintenancemanager.web.fleet;

import static org.assertj.core.api.Assertions.assertThat;
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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maintenancemanager.core.audit.AuditInspection;
import org.maintenancemanager.core.audit.TrustedKeys;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.simulator.Fleet;
import org.maintenancemanager.testing.Invariants;
import org.maintenancemanager.testing.TestDatabase;
import org.maintenancemanager.web.MaintenanceManager;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A manager that is killed in the middle of a campaign and comes back: the campaign goes on where it was. */
class CrashTest {
    private static final int NODES = 150;
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final TestDatabase.Connect database = TestDatabase.create();
    private final JdbcClient jdbc = JdbcClient.create(database.dataSource());
    private final Token token = Token.generate(Token.Kind.API);

    @Test
    void killedManagerResumesTheCampaign(@TempDir Path directory) throws Exception {
        int port = freePort();
        String url = "http://127.0.0.1:" + port;
        Process first = start(port, directory);
        Fleet fleet = null;
        try {
            awaitReady(url);
            var operator = new Operator(url, token.text());
            operator.openPlant(20);
            String image = operator.image("2.0.0", 2);
            fleet = Fleet.builder()
                    .manager(URI.create(url))
                    .group(NODES, operator.enrollmentToken(NODES), Map.of())
                    .stateDirectory(directory.resolve("fleet"))
                    .poll(Duration.ofSeconds(1))
                    .installTime(Duration.ofMillis(50))
                    .rebootTime(Duration.ofMillis(100))
                    .trialTime(Duration.ofMillis(50))
                    .seed(7)
                    .start();
            Fleet running = fleet;
            await("all are enrolled")
                    .atMost(PATIENCE)
                    .until(() -> running.statistics().enrolled() == NODES);
            String campaign = operator.campaign("good", image, 40, "PT5M", "PT5M", "{\"guard\": {\"baseline\": 0.3}}");
            await("the campaign is in its middle").atMost(PATIENCE).until(() -> confirmed() > NODES / 4);

            first.destroyForcibly().waitFor();
            int before = confirmed();
            assertThat(before).as("it was killed in the middle").isLessThan(NODES);
            Process second = start(port, directory);
            try {
                awaitReady(url);
                await("the campaign ends")
                        .atMost(PATIENCE)
                        .until(() -> operator.state(campaign).equals("COMPLETED"));
                assertThat(confirmed()).isEqualTo(NODES);
            } finally {
                fleet.close();
                second.destroy();
                second.waitFor();
            }
            assertThat(Invariants.broken(jdbc, TenantId.DEFAULT)).isEmpty();
            Path audit = directory.resolve("audit");
            assertThat(new AuditInspection(TrustedKeys.read(AuditInspection.keysIn(audit)))
                            .ofDatabase(database.dataSource(), TenantId.DEFAULT.value(), audit)
                            .flaw())
                    .isNull();
        } finally {
            first.destroyForcibly();
            if (fleet != null) {
                fleet.close();
            }
        }
    }

    private int confirmed() {
        return jdbc.sql("select count(*) from node_update where state = 'CONFIRMED'")
                .query(Integer.class)
                .single();
    }

    /** The server in a process of its own, on the classes of this test. */
    private Process start(int port, Path directory) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                MaintenanceManager.class.getName(),
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
                "--manager.audit.directory=" + directory.resolve("audit"),
                "--manager.access.key-file=" + directory.resolve("access.key"),
                "--manager.node-authority.directory=" + directory.resolve("node-authority"),
                "--manager.poll.interval=PT1S",
                "--manager.permit.guard-time=PT1S",
                "--manager.presence.interval=PT1S",
                "--manager.bootstrap-token=" + token.text());
        File log = directory.resolve("manager.log").toFile();
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
    }

    private static void awaitReady(String url) {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest ready = HttpRequest.newBuilder(URI.create(url + "/readyz")).build();
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

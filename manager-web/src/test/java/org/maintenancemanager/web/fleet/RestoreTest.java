package org.maintenancemanager.web.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.simulator.Fleet;
import org.maintenancemanager.testing.Invariants;
import org.maintenancemanager.testing.TestDatabase;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A backup from the middle of a campaign is restored after the campaign's end. */
class RestoreTest {
    private static final int NODES = 40;
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final TestDatabase.Connect original = TestDatabase.create();
    private final Token token = Token.generate(Token.Kind.API);

    @TempDir
    private Path directory = Path.of("");

    @Test
    void restoredCampaignStandsStillUntilNodesHaveToldWhatTheyRun() throws Exception {
        var manager = new ManagerProcess(original, token, directory);
        var operator = new Operator(manager.url(), token.text());
        Process process = manager.start();
        Fleet fleet = null;
        try {
            manager.awaitReady();
            operator.openPlant(10);
            String image = operator.image("2.0.0", 2);
            fleet = Fleet.builder()
                    .manager(URI.create(manager.url()))
                    .group(NODES, operator.enrollmentToken(NODES), Map.of())
                    .stateDirectory(directory.resolve("fleet"))
                    .poll(Duration.ofSeconds(1))
                    .installTime(Duration.ofMillis(50))
                    .rebootTime(Duration.ofMillis(100))
                    .trialTime(Duration.ofMillis(50))
                    .seed(11)
                    .start();
            Fleet nodes = fleet;
            await("all are enrolled")
                    .atMost(PATIENCE)
                    .until(() -> nodes.statistics().enrolled() == NODES);
            String campaign = operator.campaign("good", image, 10, "PT5M", "PT5M", "{\"guard\": {\"baseline\": 0.3}}");
            await("the campaign is in its middle")
                    .atMost(PATIENCE)
                    .until(() -> nodes.statistics().confirmed() > NODES / 4);

            kill(process);
            assertThat(nodes.statistics().confirmed())
                    .as("it was killed in the middle")
                    .isLessThan(NODES);
            TestDatabase.Connect backup = TestDatabase.copyOf(original);
            process = manager.start();
            await("the campaign ends")
                    .atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> operator.state(campaign).equals("COMPLETED"));
            await("a checkpoint tells of it").atMost(PATIENCE).until(() -> isSigned(manager, campaign));
            kill(process);

            ManagerProcess restored = manager.on(backup);
            JdbcClient jdbc = JdbcClient.create(backup.dataSource());
            String epoch = epoch(jdbc);
            process = restored.start();
            restored.awaitReady();
            assertThat(operator.campaign(campaign).get("state").asString()).isEqualTo("PAUSED");
            assertThat(operator.campaign(campaign).get("stateReason").asString())
                    .isEqualTo("RESTORED");
            assertThat(epoch(jdbc)).isNotEqualTo(epoch);
            assertThat(checkpointFiles(restored)).hasSize(2);
            await("every node has told what it runs").atMost(PATIENCE).until(() -> running(jdbc, "2.0.0") == NODES);

            operator.post("/api/v1/campaigns/" + campaign + ":resume", "");
            await("the campaign ends")
                    .atMost(PATIENCE)
                    .until(() -> operator.state(campaign).equals("COMPLETED"));
            assertThat(nodes.statistics().confirmed())
                    .as("nobody was disturbed again")
                    .isEqualTo(NODES);
            assertThat(Invariants.broken(jdbc, TenantId.DEFAULT)).isEmpty();
            assertThat(operator.get("/api/v1/audit:verify").get("intact").asBoolean())
                    .isTrue();

            refusedWhileAManagerRuns(restored);
            kill(process);
            doneByCommand(restored, jdbc);
        } finally {
            process.destroyForcibly();
            if (fleet != null) {
                fleet.close();
            }
        }
    }

    private void refusedWhileAManagerRuns(ManagerProcess manager) throws Exception {
        Path output = directory.resolve("refused");
        assertThat(ended(manager.command("after-restore", output))).isEqualTo(1);
        assertThat(Files.readString(output)).contains("stop all of them first");
    }

    private void doneByCommand(ManagerProcess manager, JdbcClient jdbc) throws Exception {
        // As if a while had passed since the kill.
        jdbc.sql("update qrtz_scheduler_state set last_checkin_time = 0").update();
        String epoch = epoch(jdbc);
        Path output = directory.resolve("done");
        assertThat(ended(manager.command("after-restore", output)))
                .as(Files.readString(output))
                .isZero();
        assertThat(Files.readString(output)).contains("0 campaigns paused", "the epoch is now " + epoch(jdbc));
        assertThat(epoch(jdbc)).isNotEqualTo(epoch);
        assertThat(jdbc.sql("select count(*) from audit_event where action = 'database.restored'")
                        .query(Integer.class)
                        .single())
                .as("by the start, and by the command")
                .isEqualTo(2);
    }

    private static int ended(Process process) throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private static String epoch(JdbcClient jdbc) {
        return jdbc.sql("select epoch::text from server_epoch")
                .query(String.class)
                .single();
    }

    private static int running(JdbcClient jdbc, String version) {
        return jdbc.sql("select count(*) from node_slot where state = 'ACTIVE' and image_version = :version")
                .param("version", version)
                .query(Integer.class)
                .single();
    }

    /** Whether a checkpoint of the file covers the campaign's end. */
    private boolean isSigned(ManagerProcess manager, String campaign) throws Exception {
        long end = JdbcClient.create(original.dataSource())
                .sql("""
                        select coalesce((select link.seq from audit_link link
                                         join audit_event event
                                             on (event.tenant_id, event.id) = (link.tenant_id, link.event_id)
                                         where event.action = 'campaign.completed' and event.object_id = :campaign), 0)
                        """)
                .param("campaign", campaign)
                .query(Long.class)
                .single();
        List<Path> files = checkpointFiles(manager);
        return end > 0
                && !files.isEmpty()
                && Files.readAllLines(files.getFirst()).stream().anyMatch(line -> seq(line) >= end);
    }

    private static long seq(String checkpoint) {
        return Long.parseLong(checkpoint.replaceAll(".*\"seq\":([0-9]+).*", "$1"));
    }

    private static List<Path> checkpointFiles(ManagerProcess manager) throws Exception {
        Path checkpoints = manager.audit().resolve("checkpoints");
        if (!Files.isDirectory(checkpoints)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(checkpoints)) {
            return files.sorted().toList();
        }
    }
}

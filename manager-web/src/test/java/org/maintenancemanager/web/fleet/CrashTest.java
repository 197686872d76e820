package org.maintenancemanager.web.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
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
        var manager = new ManagerProcess(database, token, directory);
        String url = manager.url();
        Process first = manager.start();
        Fleet fleet = null;
        try {
            manager.awaitReady();
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
            Process second = manager.start();
            try {
                manager.awaitReady();
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
}

package org.maintenancemanager.web.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.simulator.Faults;
import org.maintenancemanager.simulator.Fleet;
import org.maintenancemanager.simulator.ImageBehaviour;
import org.maintenancemanager.testing.Invariants;
import org.maintenancemanager.web.testing.ManagerUnderTest;

/**
 * A thousand nodes, half by REST and half by gRPC, on a network that loses answers, repeats reports and cuts downloads:
 * through update, rollback and loss, on a real PostgreSQL.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FleetUpdateTest {
    private static final int NODES = 1000;
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private ManagerUnderTest manager;
    private Operator operator;

    @BeforeAll
    void start() {
        manager = ManagerUnderTest.startAnother(
                "manager.poll.interval=PT1S",
                "manager.permit.guard-time=PT1S",
                "manager.presence.interval=PT1S",
                "manager.poll-limit.per-second=50");
        operator = new Operator(manager.baseUrl(), manager.apiToken());
    }

    /** This fleet fails by chance so often that a guard with the usual rules would stop a good image too. */
    private static final String FAULTY =
            "{\"guard\": {\"baseline\": 0.3}, \"retries\": {\"download\": {\"limit\": 0}}}";

    @AfterAll
    void stop() {
        manager.context().close();
    }

    @Test
    void fleetGoesThroughUpdateRollbackAndLoss(@TempDir Path states) throws Exception {
        operator.openPlant(250);
        String token = operator.enrollmentToken(NODES);
        String good = operator.image("2.0.0", 2);
        String bad = operator.image("3.0.0", 3);
        Fleet fleet = Fleet.builder()
                .manager(URI.create(manager.baseUrl()))
                .grpc("127.0.0.1:" + manager.grpcPort())
                .grpcShare(0.5)
                .group(NODES, token, Map.of("line", "a"))
                .stateDirectory(states)
                .poll(Duration.ofSeconds(1))
                .installTime(Duration.ofMillis(50))
                .rebootTime(Duration.ofMillis(100))
                .trialTime(Duration.ofMillis(50))
                .hardware(List.of("box-1", "box-2", "box-3"))
                .imageBehaviour("3.0.0", ImageBehaviour.NO_BOOT)
                .failureRate(0.02)
                .faults(new Faults(0.03, 0.03, 0.03, 0.01, 0.01))
                .seed(20261123)
                .start();
        try (fleet) {
            await("all are enrolled")
                    .atMost(PATIENCE)
                    .until(() -> fleet.statistics().enrolled() == NODES);

            String update = operator.campaign("good", good, 300, "PT15S", "PT10S", FAULTY);
            await("the good image is everywhere")
                    .atMost(PATIENCE)
                    .until(() -> operator.state(update).equals("COMPLETED"));
            Map<String, Long> ends = ends(update);
            assertThat(ends.keySet()).isSubsetOf("CONFIRMED", "ROLLED_BACK", "FAILED", "LOST");
            assertThat(ends.get("CONFIRMED")).isGreaterThan(NODES * 9 / 10);
            assertThat(ends).containsKeys("ROLLED_BACK", "LOST");
            assertThat(ends.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(NODES);

            String regression = operator.campaign("bad", bad, 300, "PT15S", "PT10S", "{}");
            await("the bad image stops by itself")
                    .atMost(PATIENCE)
                    .until(() -> operator.state(regression).equals("PAUSED"));
            assertThat(operator.campaign(regression).get("stateReason").asString())
                    .isIn("WAVE_GATE", "GUARD");
        }
        assertThat(Invariants.broken(manager.jdbc(), TenantId.DEFAULT)).isEmpty();
        Map<String, Long> second = manager
                .jdbc()
                .sql("""
                        select u.state, count(*) as updates from node_update u join campaign c on c.id = u.campaign_id
                        where c.name = 'bad' group by u.state
                        """)
                .query((row, number) -> Map.entry(row.getString("state"), row.getLong("updates")))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        assertThat(second).doesNotContainKey("CONFIRMED").containsKey("ROLLED_BACK");
        assertThat(second.get("OFFERED"))
                .as("the rest of the fleet never got near it")
                .isGreaterThan(NODES * 8 / 10);
    }

    private Map<String, Long> ends(String campaign) {
        return manager
                .jdbc()
                .sql(
                        "select state, count(*) as updates from node_update where campaign_id = cast(:id as uuid) group by state")
                .param("id", campaign)
                .query((row, number) -> Map.entry(row.getString("state"), row.getLong("updates")))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}

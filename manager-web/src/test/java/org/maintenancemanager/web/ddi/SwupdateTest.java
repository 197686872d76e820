package org.maintenancemanager.web.ddi;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.testing.Invariants;
import org.maintenancemanager.web.testing.FaultProxy;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.Plant;
import org.maintenancemanager.web.testing.Plant.Controller;
import org.maintenancemanager.web.testing.Plant.Release;

/** Debian's SWUpdate against a running manager. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisplayName("SWUpdate (left out where the program swupdate or openssl is missing)")
@EnabledIf("org.maintenancemanager.web.ddi.Swupdate#isInstalled")
class SwupdateTest {
    /** They share the machine with the manager, its database and the other tests. */
    private static final Duration PATIENCE_WITH_MANY = Duration.ofMinutes(4);

    private static final Duration WATCHDOG = Duration.ofSeconds(40);

    private ManagerUnderTest manager;
    private Swupdate swupdate;
    private Release release;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        manager = ManagerUnderTest.startAnother("manager.poll.interval=PT1S", "manager.permit.guard-time=PT1S");
        swupdate = Swupdate.in(directory);
        release = new Plant(manager).release(swupdate.image(200_000));
    }

    @AfterAll
    void stop() {
        assertThat(Invariants.broken(manager.jdbc(), TenantId.DEFAULT)).isEmpty();
        manager.context().close();
    }

    @Test
    void clientInstallsAndConfirmsAfterItsRestart() throws Exception {
        var plant = new Plant(manager);
        Controller controller = plant.controller();
        plant.openWindow();
        String campaign = plant.campaign(release);

        try (Swupdate.Client client = swupdate.start(manager.baseUrl(), controller, "")) {
            await("installed")
                    .atMost(Swupdate.PATIENCE)
                    .untilAsserted(() -> assertThat(plant.state(controller, campaign))
                            .as(client.log())
                            .isEqualTo("STAGED"));
        }
        try (Swupdate.Client client = swupdate.start(manager.baseUrl(), controller, "-c 2")) {
            await("confirmed")
                    .atMost(Swupdate.PATIENCE)
                    .untilAsserted(() -> assertThat(plant.state(controller, campaign))
                            .as(client.log())
                            .isEqualTo("CONFIRMED"));
        }

        assertThat(plant.transitions(controller, campaign))
                .containsExactly("DOWNLOADED", "INSTALLING", "STAGED", "CONFIRMED");
        var node = plant.get("/api/v1/nodes/" + controller.node());
        assertThat(node.get("imageVersion").asString()).isEqualTo(release.version());
        assertThat(node.get("nodeLabels").get("line").asString()).isEqualTo("7");
        var program = plant.get("/api/v1/nodes/" + controller.node() + "/client");
        assertThat(program.get("family").asString()).isEqualTo("SWUPDATE");
        assertThat(program.get("limits").get(0).get("code").asString()).isEqualTo("CANNOT_HOLD_DOWNLOAD");
    }

    @Test
    void closedWindowHoldsTheClientBackAndLosesNothing() throws Exception {
        var plant = new Plant(manager);
        Controller controller = plant.controller();
        String campaign = plant.campaign(release);

        try (Swupdate.Client client = swupdate.start(manager.baseUrl(), controller, "")) {
            await("the client polls, and has nothing to do")
                    .atMost(Swupdate.PATIENCE)
                    .untilAsserted(() -> assertThat(client.log()).contains("No pending action on server"));
            assertThat(plant.state(controller, campaign)).isEqualTo("OFFERED");
            assertThat(plant.get("/api/v1/nodes/" + controller.node() + "/explanation")
                            .toString())
                    .contains("NO_WINDOW");

            plant.openWindow();
            await("installed")
                    .atMost(Swupdate.PATIENCE)
                    .untilAsserted(() -> assertThat(plant.state(controller, campaign))
                            .as(client.log())
                            .isEqualTo("STAGED"));
        }
    }

    @Test
    void clientAcknowledgesACancelAndTakesTheNextUpdate() throws Exception {
        var plant = new Plant(manager);
        Controller controller = plant.controller();
        String canceled = plant.campaign(release);
        plant.post("/api/v1/campaigns/" + canceled + ":abort", "");
        await("canceled")
                .atMost(Swupdate.PATIENCE)
                .until(() -> plant.state(controller, canceled).equals("CANCELED"));

        try (Swupdate.Client client = swupdate.start(manager.baseUrl(), controller, "")) {
            await("acknowledged")
                    .atMost(Swupdate.PATIENCE)
                    .untilAsserted(() -> assertThat(manager.jdbc()
                                    .sql("select coalesce(canceled_action, 0) from node_client where node_id = :node")
                                    .param("node", controller.node())
                                    .query(Integer.class)
                                    .single())
                            .as(client.log())
                            .isPositive());

            plant.openWindow();
            String next = plant.campaign(release);
            await("installed")
                    .atMost(Swupdate.PATIENCE)
                    .untilAsserted(() -> assertThat(plant.state(controller, next))
                            .as(client.log())
                            .isEqualTo("STAGED"));
        }
    }

    @Test
    void damagedImageFailsInTheClientsOwnWords() throws Exception {
        // SWUpdate 2022.12 now and then reports a success that its installer did not have. What it says is what counts.
        for (int client = 1; ; client++) {
            var plant = new Plant(manager);
            plant.openWindow();
            Controller controller = plant.controller();
            String campaign = plant.campaign(plant.release(swupdate.damagedImage()));
            if (endsIn(controller, plant, campaign).equals("FAILED")) {
                assertThat(plant.update(controller, campaign).get("code").asString())
                        .isEqualTo("CLIENT_FAILED");
                assertThat(plant.update(controller, campaign).get("detail").asString())
                        .isNotBlank();
                return;
            }
            assertThat(client).as("clients that hid their failure").isLessThan(5);
        }
    }

    /** FAILED, or STAGED if the client said that it had installed what it had refused. */
    private String endsIn(Controller controller, Plant plant, String campaign) throws Exception {
        try (Swupdate.Client client = swupdate.start(manager.baseUrl(), controller, "")) {
            await("failed")
                    .atMost(Swupdate.PATIENCE)
                    .untilAsserted(() -> assertThat(plant.state(controller, campaign))
                            .as(client.log())
                            .isIn("FAILED", "STAGED"));
            String state = plant.state(controller, campaign);
            if (state.equals("STAGED")) {
                assertThat(client.log()).contains("Image invalid or corrupted", "Update successful");
            }
            return state;
        }
    }

    @Test
    void clientThatFellBackIsNotOfferedTheImageAgain() throws Exception {
        var plant = new Plant(manager);
        Controller controller = plant.controller();
        plant.openWindow();
        String campaign = plant.campaign(release);
        try (Swupdate.Client client = swupdate.start(manager.baseUrl(), controller, "")) {
            await("installed")
                    .atMost(Swupdate.PATIENCE)
                    .untilAsserted(() -> assertThat(plant.state(controller, campaign))
                            .as(client.log())
                            .isEqualTo("STAGED"));
        }

        try (Swupdate.Client client = swupdate.start(manager.baseUrl(), controller, "-c 3")) {
            await("rolled back")
                    .atMost(Swupdate.PATIENCE)
                    .untilAsserted(() -> assertThat(plant.state(controller, campaign))
                            .as(client.log())
                            .isEqualTo("ROLLED_BACK"));
        }

        assertThat(plant.get("/api/v1/nodes/" + controller.node() + "/blocks").toString())
                .contains(release.version());
    }

    @Test
    void downloadThatWasCutGoesOnWhereItStopped() throws Exception {
        var plant = new Plant(manager);
        Controller controller = plant.controller();
        plant.openWindow();
        String campaign = plant.campaign(plant.release(swupdate.image(4_000_000)));

        try (var proxy = new FaultProxy(manager.httpPort(), 1_500_000, 1);
                Swupdate.Client client = swupdate.start(proxy.url(), controller, "")) {
            await("installed")
                    .atMost(Swupdate.PATIENCE)
                    .untilAsserted(() -> assertThat(plant.state(controller, campaign))
                            .as(client.log())
                            .isEqualTo("STAGED"));
            assertThat(proxy.cuts()).isEqualTo(1);
            assertThat(proxy.sawInRequest("range: bytes=")).isTrue();
        }
    }

    @Test
    void twentyClientsUpdateAtOnceWithinTheirLimit() throws Exception {
        int clients = 20;
        int limit = 6;
        var plant = new Plant(manager);
        Map<UUID, Controller> controllers = new HashMap<>();
        for (int i = 0; i < clients; i++) {
            Controller controller = plant.controller();
            controllers.put(controller.node(), controller);
        }
        String campaign = plant.campaign(release, limit);
        Map<UUID, Swupdate.Client> running = new HashMap<>();
        Set<UUID> restarted = new HashSet<>();
        Map<UUID, Long> began = new HashMap<>();
        try {
            for (Controller controller : controllers.values()) {
                running.put(controller.node(), swupdate.start(manager.baseUrl(), controller, ""));
            }
            plant.openWindow();
            var inFlight = new AtomicInteger();
            await("all have installed, and confirmed it after their restart")
                    .atMost(PATIENCE_WITH_MANY)
                    .untilAsserted(() -> {
                        inFlight.accumulateAndGet(permitsInFlight(campaign), Math::max);
                        Map<UUID, String> states = states(campaign);
                        for (Controller controller : controllers.values()) {
                            UUID node = controller.node();
                            String state = states.get(node);
                            if ("STAGED".equals(state) && restarted.add(node)) {
                                requireNonNull(running.get(node)).close();
                                running.put(node, swupdate.start(manager.baseUrl(), controller, "-c 2"));
                            } else if ("INSTALLING".equals(state) && standsStill(node, began)) {
                                requireNonNull(running.get(node)).close();
                                running.put(node, swupdate.start(manager.baseUrl(), controller, ""));
                            }
                        }
                        assertThat(controllers.keySet())
                                .allSatisfy(node -> assertThat(states.get(node))
                                        .as(() -> requireNonNull(running.get(node))
                                                .log())
                                        .isEqualTo("CONFIRMED"));
                    });
            assertThat(inFlight.get()).isBetween(2, limit);
        } finally {
            running.values().forEach(Swupdate.Client::close);
        }

        for (Controller controller : controllers.values()) {
            assertThat(plant.transitions(controller, campaign))
                    .containsExactly("DOWNLOADED", "INSTALLING", "STAGED", "CONFIRMED");
        }
    }

    /** SWUpdate 2022.12 sometimes stops before it fetches the file; in the field, a watchdog starts it again. */
    private static boolean standsStill(UUID node, Map<UUID, Long> began) {
        long now = System.nanoTime();
        if (now - began.computeIfAbsent(node, first -> now) < WATCHDOG.toNanos()) {
            return false;
        }
        began.put(node, now);
        return true;
    }

    private int permitsInFlight(String campaign) {
        return manager.jdbc()
                .sql("select count(*) from permit where campaign_id = cast(:campaign as uuid) and ended_at is null")
                .param("campaign", campaign)
                .query(Integer.class)
                .single();
    }

    private Map<UUID, String> states(String campaign) {
        Map<UUID, String> states = new HashMap<>();
        manager.jdbc()
                .sql("select node_id, state from node_update where campaign_id = cast(:campaign as uuid)")
                .param("campaign", campaign)
                .query(row -> {
                    states.put(row.getObject("node_id", UUID.class), row.getString("state"));
                });
        return states;
    }
}

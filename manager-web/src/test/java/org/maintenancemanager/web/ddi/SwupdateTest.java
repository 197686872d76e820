package org.maintenancemanager.web.ddi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.testing.Invariants;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.Plant;
import org.maintenancemanager.web.testing.Plant.Controller;
import org.maintenancemanager.web.testing.Plant.Release;

/** Debian's SWUpdate against a running manager. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisplayName("SWUpdate (left out where the program swupdate or openssl is missing)")
@EnabledIf("org.maintenancemanager.web.ddi.Swupdate#isInstalled")
class SwupdateTest {
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
}

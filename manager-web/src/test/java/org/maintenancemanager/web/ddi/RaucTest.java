package org.maintenancemanager.web.ddi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.ddi.DdiAttributes;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.update.KnownNode;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.Plant;
import org.maintenancemanager.web.testing.Plant.Controller;
import org.maintenancemanager.web.testing.Plant.Release;

class RaucTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Plant plant = new Plant(ManagerUnderTest.shared());

    @Test
    void bundleIsDownloadedAheadAndInstalledInTheWindow() throws Exception {
        Controller controller = plant.controller();
        byte[] bytes = new byte[70_001];
        new Random(7).nextBytes(bytes);
        Release release = plant.release(bytes);
        String campaign = plant.campaign(release);
        var client = new RaucClient(plant.manager.baseUrl(), controller, Map.of("version", "1"));

        await("it has downloaded, and waits").atMost(PATIENCE).until(() -> {
            client.poll();
            return plant.state(controller, campaign).equals("DOWNLOADED");
        });
        assertThat(client.poll().has("deploymentBase"))
                .as("it sees the action while it waits")
                .isTrue();
        assertThat(client.installed).isFalse();
        assertThat(plant.get("/api/v1/nodes/" + controller.node() + "/client")
                        .get("family")
                        .asString())
                .isEqualTo("RAUC");

        plant.openWindow();
        await("it has installed").atMost(PATIENCE).until(() -> {
            client.poll();
            return plant.state(controller, campaign).equals("STAGED");
        });
        assertThat(client.installed).isTrue();
        client.poll();
        assertThat(plant.state(controller, campaign))
                .as("success before the restart confirms nothing")
                .isEqualTo("STAGED");
        assertThat(client.poll().has("deploymentBase")).isFalse();

        // A minute later it would be asked by itself.
        CallContext.system(TenantId.DEFAULT, "test")
                .run(() -> plant.manager
                        .bean(DdiAttributes.class)
                        .want(new KnownNode(TenantId.DEFAULT, new NodeId(controller.node()), NodeState.ACTIVE)));
        var restarted = new RaucClient(plant.manager.baseUrl(), controller, Map.of("version", release.version()));
        await("the attributes show the new version").atMost(PATIENCE).until(() -> {
            restarted.poll();
            return plant.state(controller, campaign).equals("CONFIRMED");
        });
        assertThat(plant.transitions(controller, campaign))
                .containsExactly("DOWNLOADING", "DOWNLOADED", "INSTALLING", "STAGED", "CONFIRMED");
    }

    @Test
    void clientForgetsWhatIsCanceledAndTakesTheNextBundle() throws Exception {
        Controller controller = plant.controller();
        String canceled = plant.campaign(plant.release(new byte[30_000]));
        var client = new RaucClient(plant.manager.baseUrl(), controller, Map.of("version", "1"));
        await("it has downloaded, and waits").atMost(PATIENCE).until(() -> {
            client.poll();
            return plant.state(controller, canceled).equals("DOWNLOADED");
        });
        String action = client.action;

        plant.post("/api/v1/campaigns/" + canceled + ":abort", "");
        await("it is told, and acknowledges")
                .atMost(PATIENCE)
                .until(() -> client.poll().has("cancelAction"));
        assertThat(plant.state(controller, canceled)).isEqualTo("CANCELED");
        assertThat(client.action).isNull();
        await("it is not told again")
                .atMost(PATIENCE)
                .until(() -> !client.poll().has("cancelAction"));

        plant.openWindow();
        String next = plant.campaign(plant.release(new byte[30_001]));
        await("it has installed the next").atMost(PATIENCE).until(() -> {
            client.poll();
            return plant.state(controller, next).equals("STAGED");
        });
        assertThat(client.action).isNotEqualTo(action);
    }
}

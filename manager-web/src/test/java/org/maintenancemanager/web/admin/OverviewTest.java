package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.tenant.TenantId;
import tools.jackson.databind.JsonNode;

class OverviewTest {
    private final AdminApi api = new AdminApi();

    private JsonNode overview() {
        return api.get("/api/v1/overview").expect(200).body();
    }

    @Test
    void countersThatAreTooOldAreCountedAgainBehindTheAnswer() {
        overview();
        api.manager.newNode("counted-" + UUID.randomUUID());
        api.manager.jdbc().sql("""
                        update overview
                        set counted_at = counted_at - interval '1 hour',
                            counts = jsonb_set(counts, '{nodes}', '{"ACTIVE": 0}')
                        where tenant_id = :tenant
                        """).param("tenant", TenantId.DEFAULT.value()).update();

        JsonNode old = overview();

        assertThat(old.at("/counts/nodes/ACTIVE").asInt(-1)).isZero();
        assertThat(old.get("refreshing").asBoolean()).isTrue();
        await("the node is counted")
                .atMost(Duration.ofSeconds(30))
                .until(() -> overview().at("/counts/nodes/ACTIVE").asInt(0) > 0);
        assertThat(overview().at("/counts/versions").size()).isBetween(1, 12);
    }

    @Test
    void nodesAreCountedByFilter() {
        String name = "counted-" + UUID.randomUUID();
        api.manager.newNode(name);

        JsonNode count =
                api.get("/api/v1/nodes:count?filter=name==" + name).expect(200).body();

        assertThat(count.get("count").asInt()).isEqualTo(1);
        assertThat(count.get("capped").asBoolean()).isFalse();
        assertThat(api.get("/api/v1/nodes:count?filter=nonsense==1").expect(400).code())
                .isEqualTo("invalid-filter");
    }
}

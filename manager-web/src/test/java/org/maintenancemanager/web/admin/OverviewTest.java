package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.web.testing.Browser;
import org.maintenancemanager.web.testing.TestPerson;
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
                        where tenant_id = :tenant and scope = ''
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

    @Test
    void whoMaySeeAPartGetsTheNumbersOfThatPart() {
        UUID site = api.manager.newSite();
        String path = "/test-" + site;
        String elsewhere = "elsewhere-" + UUID.randomUUID();
        api.manager.newNode(elsewhere);
        for (int i = 0; i < 2; i++) {
            api.post("/api/v1/nodes", AdminApi.node("here-" + UUID.randomUUID(), path))
                    .expect(201);
        }
        api.post("/api/v1/windows", """
                        {"name": "here-%s", "kind": "PERMIT", "zone": "UTC", "duration": "PT24H",
                         "recurrence": {"type": "RRULE", "startsAt": "2026-01-01T00:00:00", "rrule": "FREQ=DAILY"},
                         "target": {"type": "SITE", "sitePath": "%s"}}
                        """.formatted(site, path)).expect(201);
        Browser limited = TestPerson.create(api.manager, "viewer " + path).logIn(api.manager);

        JsonNode counts = Browser.body(limited.get("/console/api/v1/overview")).get("counts");
        assertThat(sum(counts.get("nodes"))).isEqualTo(2);
        assertThat(count(limited, "")).isEqualTo(2);
        assertThat(count(limited, "?filter=name==" + elsewhere)).isZero();
        assertThat(Browser.body(limited.get("/console/api/v1/windows/openings"))
                        .get("nodes")
                        .asInt())
                .isEqualTo(2);
        assertThat(api.get("/api/v1/windows/openings?site=" + path)
                        .expect(200)
                        .body()
                        .get("nodes")
                        .asInt())
                .isEqualTo(2);
        assertThat(Browser.body(limited.get("/console/api/v1/windows/openings/nodes"))
                        .get("items")
                        .valueStream())
                .hasSize(2)
                .allSatisfy(opening ->
                        assertThat(opening.get("sitePath").asString()).isEqualTo(path));
        await("whoever sees all gets the numbers of all")
                .atMost(Duration.ofSeconds(30))
                .until(() -> sum(overview().at("/counts/nodes")) > 2);

        Browser nowhere = TestPerson.create(api.manager, "viewer /test-" + api.manager.newSite())
                .logIn(api.manager);
        assertThat(Browser.body(nowhere.get("/console/api/v1/overview"))
                        .at("/counts/nodes")
                        .size())
                .isZero();
        assertThat(Browser.body(nowhere.get("/console/api/v1/windows/openings?site=" + path))
                        .get("nodes")
                        .asInt())
                .isZero();
    }

    private static int sum(JsonNode counts) {
        return counts.valueStream().mapToInt(JsonNode::asInt).sum();
    }

    private static int count(Browser browser, String query) {
        return Browser.body(browser.get("/console/api/v1/nodes:count" + query))
                .get("count")
                .asInt();
    }
}

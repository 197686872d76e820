package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.access.TenantRemoval;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.TestTenant;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tenants come, are limited, suspended, and go. */
@NullMarked
class ManagedTenantTest {
    private static final String TENANTS = TestTenant.PATH;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ManagerUnderTest manager = ManagerUnderTest.shared();

    private static String code(HttpResponse<String> answer) {
        return JSON.readTree(answer.body()).get("code").asString();
    }

    @Test
    void newTenantIsSetUpWithItsTokenAndSeesNothingOfOthers() {
        var tenant = new TestTenant(manager, "{}");
        UUID site = manager.newSite();

        assertThat(tenant.get("/api/v1/tenants").body()).contains(tenant.id).doesNotContain("\"default\"");
        assertThat(tenant.get("/api/v1/sites").body()).doesNotContain(site.toString());
        assertThat(tenant.get("/api/v1/sites/" + site).statusCode()).isEqualTo(404);
        for (HttpResponse<String> answer : List.of(
                tenant.get(TENANTS),
                tenant.get(TENANTS + "/" + tenant.id),
                tenant.post(TENANTS, "{\"name\": \"mine\"}"),
                tenant.post(TENANTS + "/" + tenant.id + ":suspend", "{}"))) {
            assertThat(answer.statusCode()).isEqualTo(403);
        }
        assertThat(manager.get("/api/v1/audit-events?filter=objectId%3D%3D" + tenant.id)
                        .body())
                .contains("tenant.created")
                .doesNotContain(tenant.token);
    }

    @Test
    void badTenantIsRefusedByField() {
        HttpResponse<String> answer = manager.post(TENANTS, """
                {"name": "Not So", "zone": "Nowhere", "quotas": {"maxNodes": -1, "maxPollsPerSecond": 0}}""");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("/name", "/zone", "/quotas/maxNodes", "/quotas/maxPollsPerSecond");
        assertThat(manager.post(TENANTS, "{\"name\": \"default\"}").statusCode())
                .isEqualTo(409);
    }

    @Test
    void suspendedTenantIsRefusedClearlyAndLosesNothing() {
        var tenant = new TestTenant(manager, "{}");
        String enrollment = tenant.enrollmentToken();
        JsonNode node = JSON.readTree(tenant.enroll(enrollment).body());
        String nodeToken = node.get("nodeToken").asString();
        assertThat(manager.nodeCall("poll", nodeToken, "{\"bootId\": \"b\"}").statusCode())
                .isEqualTo(204);

        assertThat(tenant.act("suspend").statusCode()).isEqualTo(200);
        assertThat(tenant.act("suspend").statusCode()).isEqualTo(409);
        await().until(() ->
                manager.nodeCall("poll", nodeToken, "{\"bootId\": \"b\"}").statusCode() == 403);
        HttpResponse<String> poll = manager.nodeCall("poll", nodeToken, "{\"bootId\": \"b\"}");
        assertThat(code(poll)).isEqualTo("tenant-suspended");
        assertThat(poll.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(60L, 120L);
        assertThat(code(tenant.enroll(enrollment))).isEqualTo("tenant-suspended");
        HttpResponse<String> call = tenant.get("/api/v1/sites");
        assertThat(call.statusCode()).isEqualTo(403);
        assertThat(code(call)).isEqualTo("tenant-suspended");
        // What is under way may end, and is told.
        assertThat(manager.nodeCall("reports", nodeToken, "{\"facts\": {\"labels\": {\"while\": \"suspended\"}}}")
                        .statusCode())
                .isEqualTo(200);

        assertThat(tenant.act("resume").statusCode()).isEqualTo(200);
        await().until(() ->
                manager.nodeCall("poll", nodeToken, "{\"bootId\": \"b\"}").statusCode() == 204);
        assertThat(tenant.get("/api/v1/nodes/" + node.get("nodeId").asString()).body())
                .contains("\"while\":\"suspended\"");
    }

    @Test
    void quotaOfNodesAndCampaignsIsNamedWhenItIsFull() {
        var tenant = new TestTenant(manager, "{\"maxNodes\": 1, \"maxCampaigns\": 0}");
        String enrollment = tenant.enrollmentToken();
        assertThat(tenant.enroll(enrollment).statusCode()).isEqualTo(200);

        HttpResponse<String> second = tenant.enroll(enrollment);
        assertThat(second.statusCode()).isEqualTo(409);
        assertThat(code(second)).isEqualTo("quota-exceeded");
        assertThat(second.body()).contains("may have 1 nodes and has 1");
        HttpResponse<String> created =
                tenant.post("/api/v1/nodes", "{\"name\": \"two\", \"site\": \"/here\", \"architecture\": \"x86_64\"}");
        assertThat(code(created)).isEqualTo("quota-exceeded");
        assertThat(tenant.now().get("nodes").asLong()).isEqualTo(1);

        HttpResponse<String> raised = manager.send(manager.adminRequest(TENANTS + "/" + tenant.id + "/quotas")
                .header("If-Match", "\"" + tenant.now().get("revision").asLong() + "\"")
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString("{\"maxNodes\": 2}")));
        assertThat(raised.statusCode()).isEqualTo(200);
        assertThat(tenant.enroll(enrollment).statusCode()).isEqualTo(200);
    }

    @Test
    void quotaOfCampaignsCountsThoseThatAreNotOver() {
        var tenant = new TestTenant(manager, "{\"maxCampaigns\": 1}");
        String image = JSON.readTree(upload(tenant, "2").body()).get("id").asString();
        tenant.post("/api/v1/images/" + image + ":publish", "");
        String campaign = "{\"name\": \"%s\", \"imageId\": \"" + image + "\", \"allNodes\": true}";
        HttpResponse<String> first = tenant.post("/api/v1/campaigns", campaign.formatted("one"));
        assertThat(first.statusCode()).as(first.body()).isEqualTo(201);

        HttpResponse<String> second = tenant.post("/api/v1/campaigns", campaign.formatted("two"));
        assertThat(second.statusCode()).isEqualTo(409);
        assertThat(code(second)).isEqualTo("quota-exceeded");
        assertThat(second.body()).contains("may have 1 campaigns and has 1");
        assertThat(tenant.now().get("campaigns").asLong()).isEqualTo(1);

        String path =
                "/api/v1/campaigns/" + JSON.readTree(first.body()).get("id").asString();
        manager.send(tenant.request(path)
                .header(
                        "If-Match",
                        tenant.get(path).headers().firstValue("ETag").orElseThrow())
                .DELETE());
        assertThat(tenant.post("/api/v1/campaigns", campaign.formatted("two")).statusCode())
                .isEqualTo(201);
    }

    @Test
    void quotaOfArtifactsCountsBytesAndKeepsNothingOfWhatIsOver() {
        var tenant = new TestTenant(manager, "{\"maxArtifactBytes\": 1500}");
        assertThat(upload(tenant, "1").statusCode()).isEqualTo(201);

        HttpResponse<String> second = upload(tenant, "2");
        assertThat(second.statusCode()).as(second.body()).isEqualTo(409);
        assertThat(code(second)).isEqualTo("quota-exceeded");
        assertThat(second.body()).contains("may have 1500 artifact bytes and has 1000");
        assertThat(tenant.now().get("artifactBytes").asLong()).isEqualTo(1000);
        assertThat(tenant.get("/api/v1/images").body()).doesNotContain("\"version\":\"2\"");
    }

    private HttpResponse<String> upload(TestTenant tenant, String version) {
        return tenant.send(
                "POST",
                "/api/v1/images:upload?family=os&releaseCounter=%s&architecture=x86_64&version=%s"
                        .formatted(version, version),
                "application/octet-stream",
                version.repeat(1000));
    }

    @Test
    void quotaOfPollsHoldsForAllNodesTogether() {
        var tenant = new TestTenant(manager, "{\"maxPollsPerSecond\": 1}");
        String enrollment = tenant.enrollmentToken();
        String one =
                JSON.readTree(tenant.enroll(enrollment).body()).get("nodeToken").asString();
        String two =
                JSON.readTree(tenant.enroll(enrollment).body()).get("nodeToken").asString();

        await().until(() -> manager.nodeCall("poll", one, "{\"bootId\": \"b\"}").statusCode() == 429
                || manager.nodeCall("poll", two, "{\"bootId\": \"b\"}").statusCode() == 429);
        await().until(() -> manager.nodeCall("poll", two, "{\"bootId\": \"b\"}").statusCode() == 204);
    }

    @Test
    void deletedTenantComesBackUntilItsDayAndThenLeavesOnlyItsAudit() {
        var tenant = new TestTenant(manager, "{}");
        JSON.readTree(tenant.enroll(tenant.enrollmentToken()).body());

        HttpResponse<String> planned = tenant.delete();
        assertThat(planned.statusCode()).isEqualTo(200);
        assertThat(planned.body()).contains("\"state\":\"SUSPENDED\"", "\"deleteAt\"");
        assertThat(tenant.act("resume").statusCode()).isEqualTo(409);
        assertThat(tenant.act("restore").statusCode()).isEqualTo(200);
        assertThat(tenant.act("resume").statusCode()).isEqualTo(200);
        await().until(() -> tenant.get("/api/v1/sites").statusCode() == 200);

        assertThat(tenant.delete().statusCode()).isEqualTo(200);
        manager.bean(TenantRemoval.class).run();
        assertThat(tenant.now().get("state").asString()).isEqualTo("SUSPENDED");
        manager.jdbc()
                .sql("update tenant set delete_at = now() - interval '1 second' where id = :id")
                .param("id", UUID.fromString(tenant.id))
                .update();
        manager.bean(TenantRemoval.class).run();
        await().until(() -> tenant.now().get("state").asString().equals("DELETED"));
        assertThat(tenant.now().get("name").asString()).isEqualTo("deleted-" + tenant.id);
        List<String> tables = manager.jdbc().sql("""
                        select c.relname::text from pg_class c
                        join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
                        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
                          and c.relname not like 'audit%'
                        """).query(String.class).list();
        assertThat(tables).contains("node", "site", "api_token");
        assertThat(tables)
                .allSatisfy(table -> assertThat(manager.jdbc()
                                .sql("select count(*) from " + table + " where tenant_id = :id")
                                .param("id", UUID.fromString(tenant.id))
                                .query(Long.class)
                                .single())
                        .as(table)
                        .isZero());
        assertThat(manager.jdbc()
                        .sql("select action from audit_event where tenant_id = :id")
                        .param("id", UUID.fromString(tenant.id))
                        .query(String.class)
                        .list())
                .contains("tenant.created", "node.enrolled", "tenant.deleted");
        assertThat(tenant.get("/api/v1/sites").statusCode()).isIn(401, 403);
    }

    @Test
    void defaultTenantStays() {
        String id = "00000000-0000-7000-8000-000000000001";
        assertThat(manager.post(TENANTS + "/" + id + ":suspend", "{}").statusCode())
                .isEqualTo(409);
        long revision = JSON.readTree(manager.get(TENANTS + "/" + id).body())
                .get("revision")
                .asLong();
        assertThat(manager.send(manager.adminRequest(TENANTS + "/" + id)
                                .header("If-Match", "\"" + revision + "\"")
                                .DELETE())
                        .statusCode())
                .isEqualTo(409);
    }
}

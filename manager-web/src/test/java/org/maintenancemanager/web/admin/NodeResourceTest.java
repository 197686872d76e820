package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.web.admin.AdminApi.Reply;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

class NodeResourceTest {
    private final AdminApi api = new AdminApi();
    private final JdbcClient jdbc = api.manager.jdbc();

    @Test
    void tenThousandNodesAreCreatedInOneCallWithTheirTokens() {
        String site = api.newSite();
        String nodes = IntStream.range(0, 10_000)
                .mapToObj(i ->
                        "{\"name\":\"%s-%d\",\"site\":\"%s\",\"architecture\":\"x86_64\",\"issueToken\":true,\"labels\":{\"ring\":\"%d\"}}"
                                .formatted(site, i, site, i % 3))
                .collect(Collectors.joining(",", "[", "]"));

        Reply created = api.post("/api/v1/nodes", nodes).expect(201);

        assertThat(created.body().size()).isEqualTo(10_000);
        JsonNode one = created.body().get(4711);
        Token token = Token.parse(one.get("token").asString()).orElseThrow();
        assertThat(token.kind()).isEqualTo(Token.Kind.NODE);
        byte[] stored = jdbc.sql(
                        "select secret_sha256 from credential where id = :id and node_id = cast(:node as uuid)")
                .param("id", token.id())
                .param("node", one.get("id").asString())
                .query((row, number) -> row.getBytes(1))
                .single();
        assertThat(token.matches(stored)).isTrue();
        assertThat(jdbc.sql(
                                "select count(*) from audit_event where action = 'node.created' and after ->> 'site' = :site")
                        .param("site", site)
                        .query(Integer.class)
                        .single())
                .isEqualTo(10_000);
        assertThat(api.post("/api/v1/nodes", nodes.replaceFirst("\\[", "[" + AdminApi.node("x", site) + ","))
                        .expect(400)
                        .errors())
                .containsExactly(": has 10001 items; allowed are 1 to 10000");
    }

    /** An operator's label wins over the node's own, and what is taken away or said again is found so at once. */
    @Test
    void nodesAreFoundByTheLabelsThatHold() {
        String mark = "m" + UUID.randomUUID();
        Reply made = api.post(
                        "/api/v1/nodes",
                        "{\"name\":\"%s\",\"site\":\"%s\",\"architecture\":\"x86_64\",\"issueToken\":true,\"labels\":{\"mark\":\"%s\"}}"
                                .formatted(mark, api.newSite(), mark))
                .expect(201);
        String token = made.body().get("token").asString();
        assertThat(count("mark==" + mark)).isEqualTo(1);

        var said = api.manager.nodeCall(
                "reports", token, "{\"facts\":{\"labels\":{\"mark\":\"own-%1$s\",\"rack\":\"%1$s\"}}}".formatted(mark));
        assertThat(said.statusCode()).as(said.body()).isEqualTo(200);
        assertThat(count("rack==" + mark)).isEqualTo(1);
        assertThat(count("mark==own-" + mark)).as("the operator's holds").isZero();
        assertThat(count("mark==" + mark)).isEqualTo(1);
        assertThat(count("rack=in=(nothing," + mark + ")")).isEqualTo(1);
        assertThat(count("rack==" + mark + "*")).isEqualTo(1);

        String path = "/api/v1/nodes/" + made.id();
        String etag = api.get(path).http().headers().firstValue("ETag").orElseThrow();
        api.patch(path, "{\"labels\":{\"mark\":null}}", etag).expect(200);
        assertThat(count("mark==" + mark)).isZero();
        assertThat(count("mark==own-" + mark)).as("now the node's own holds").isEqualTo(1);

        api.manager.nodeCall("reports", token, "{\"facts\":{\"labels\":{}}}");
        assertThat(count("rack==" + mark)).isZero();
        assertThat(count("mark==own-" + mark)).isZero();
        assertThat(count("rack!=" + mark + ";name==" + mark)).isEqualTo(1);
    }

    private int count(String condition) {
        String filter = "label." + condition;
        return api.get("/api/v1/nodes:count?filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8))
                .expect(200)
                .body()
                .get("count")
                .asInt();
    }

    @Test
    void nodeThatAnOperatorCreatedPollsAndReportsWithItsToken() {
        String token = api.post(
                        "/api/v1/nodes",
                        "{\"name\":\"%s\",\"site\":\"%s\",\"architecture\":\"x86_64\",\"issueToken\":true}"
                                .formatted(UUID.randomUUID(), api.newSite()))
                .expect(201)
                .body()
                .get("token")
                .asString();

        var poll = api.manager.nodeCall("poll", token, "{\"bootId\":\"b\",\"lastSeq\":0,\"knownVersion\":0}");
        var report = api.manager.nodeCall(
                "reports", token, "{\"reports\":[{\"bootId\":\"b\",\"seq\":1,\"state\":\"DOWNLOADING\"}]}");

        assertThat(poll.statusCode()).isEqualTo(204);
        assertThat(report.statusCode()).as(report.body()).isEqualTo(200);
        assertThat(AdminApi.JSON.readTree(report.body()).get("ackedSeq").asLong())
                .isEqualTo(1);
    }

    @Test
    void bulkCreatesAllOrNone() {
        String site = api.newSite();
        String taken = "taken-" + UUID.randomUUID();
        api.post("/api/v1/nodes", AdminApi.node(taken, site)).expect(201);

        Reply conflict = api.post(
                "/api/v1/nodes", "[%s,%s]".formatted(AdminApi.node("new-" + taken, site), AdminApi.node(taken, site)));
        Reply invalid = api.post(
                "/api/v1/nodes",
                "[%s,%s,{\"name\":\" x\",\"zone\":\"+02:00\",\"labels\":{\"!\":\"\"}}]"
                        .formatted(AdminApi.node("new-" + taken, site), AdminApi.node("other", site + "/no")));

        assertThat(conflict.expect(409).code()).isEqualTo("conflict");
        assertThat(conflict.body().get("detail").asString()).contains(taken);
        assertThat(invalid.expect(400).errors())
                .extracting(error -> error.substring(0, error.indexOf(':')))
                .containsExactly("/2/name", "/2/architecture", "/2/zone", "/2/labels/!", "/2/site");
        assertThat(api.post("/api/v1/nodes", "[" + AdminApi.node("other", site + "/no") + "]")
                        .expect(400)
                        .errors())
                .containsExactly("/0/site: there is no such site");
        assertThat(api.post("/api/v1/nodes", AdminApi.node("other", site + "/no"))
                        .expect(400)
                        .errors())
                .containsExactly("/site: there is no such site");
        assertThat(names("filter=site%3D%3D" + site)).containsExactly(taken);
    }

    @Test
    void thousandNodesArePagedThroughWithFilterAndSort() {
        String site = api.newSite();
        api.post(
                        "/api/v1/nodes",
                        IntStream.range(0, 1000)
                                .mapToObj(i ->
                                        "{\"name\":\"p%04d%s\",\"site\":\"%s\",\"architecture\":\"%s\",\"labels\":{\"ring\":\"%d\"}}"
                                                .formatted(i, site, site, i % 2 == 0 ? "arm64" : "x86_64", i % 5))
                                .collect(Collectors.joining(",", "[", "]")))
                .expect(201);

        List<String> names = names(
                "filter=" + AdminApi.encoded("site==" + site + ";label.ring=in=(1,2)") + "&sort=architecture,-name");

        List<String> wanted = new ArrayList<>();
        for (int odd = 0; odd < 2; odd++) {
            for (int i = 999; i >= 0; i--) {
                if (i % 2 == odd && (i % 5 == 1 || i % 5 == 2)) {
                    wanted.add("p%04d%s".formatted(i, site));
                }
            }
        }
        assertThat(names).isEqualTo(wanted);
    }

    @Test
    void patchMergesLabelsAndRefusesWhatIsStale() {
        String id = api.newNode();
        String path = "/api/v1/nodes/" + id;
        String site = api.newSite();

        Reply first = api.patch(path, "{\"labels\":{\"a\":\"1\",\"b\":\"2\"},\"zone\":\"Asia/Tokyo\"}", "\"0\"")
                .expect(200);
        Reply second = api.patch(
                        path, "{\"labels\":{\"a\":null},\"site\":\"%s\",\"zone\":null}".formatted(site), "\"1\"")
                .expect(200);

        assertThat(first.body().at("/zone").asString()).isEqualTo("Asia/Tokyo");
        assertThat(second.body().get("labels").toString()).isEqualTo("{\"b\":\"2\"}");
        assertThat(second.body().get("site").asString()).isEqualTo(site);
        assertThat(second.body().has("zone")).isFalse();
        assertThat(second.http().headers().firstValue("ETag")).hasValue("\"2\"");
        assertThat(api.patch(path, "{\"name\":\"late\"}", "\"1\"").expect(412).code())
                .isEqualTo("precondition-failed");
        assertThat(api.patch(path, "{\"site\":\"/no/such\"}", "\"2\"")
                        .expect(400)
                        .errors())
                .containsExactly("/site: there is no such site");
        assertThat(api.patch(path, "{\"state\":\"ACTIVE\"}", "\"2\"")
                        .expect(400)
                        .errors())
                .containsExactly("/state: is not known here; allowed are labels, name, site, zone");
    }

    @Test
    void nodeTakesNoNameOfAnother() {
        String first = api.newNode();
        String name = api.get("/api/v1/nodes/" + first).body().get("name").asString();
        String second = "/api/v1/nodes/" + api.newNode();

        assertThat(api.patch(second, "{\"name\":\"%s\"}".formatted(name), "\"0\"")
                        .expect(409)
                        .code())
                .isEqualTo("conflict");
    }

    @Test
    void operatorQuarantinesReleasesAndDecommissions() {
        String path = "/api/v1/nodes/" + api.newNode();

        Reply quarantined =
                api.post(path + ":quarantine", "{\"reason\":\"looks cloned\"}").expect(200);
        assertThat(quarantined.body().get("state").asString()).isEqualTo("QUARANTINED");
        assertThat(quarantined.body().get("stateReason").asString()).isEqualTo("looks cloned");
        assertThat(api.act(path + ":approve").expect(409).code()).isEqualTo("illegal-state");
        assertThat(api.act(path + ":release").expect(200).body().get("state").asString())
                .isEqualTo("ACTIVE");
        Reply issued = api.act(path + "/credentials").expect(201);
        assertThat(api.act(path + ":decommission")
                        .expect(200)
                        .body()
                        .get("state")
                        .asString())
                .isEqualTo("DECOMMISSIONED");
        assertThat(api.get(path + "/credentials")
                        .body()
                        .at("/items/0/revokedAt")
                        .isMissingNode())
                .isFalse();
        assertThat(api.act(path + "/credentials").expect(409).code()).isEqualTo("illegal-state");
        assertThat(api.act(path + ":release").expect(409).code()).isEqualTo("illegal-state");
        assertThat(Token.parse(issued.body().get("token").asString())).isPresent();
        assertThat(api.all(
                        "/api/v1/audit-events?sort=id&filter=objectKind%3D%3Dnode%3BobjectId%3D%3D" + quarantined.id(),
                        10))
                .extracting(event -> event.get("action").asString())
                .containsExactly("node.created", "node.quarantined", "node.released", "node.decommissioned");
    }

    @Test
    void pendingNodeIsApproved() {
        String id = api.newNode();
        jdbc.sql("update node set state = 'PENDING' where id = cast(:id as uuid)")
                .param("id", id)
                .update();

        assertThat(api.act("/api/v1/nodes/" + id + ":approve")
                        .expect(200)
                        .body()
                        .get("state")
                        .asString())
                .isEqualTo("ACTIVE");
    }

    @Test
    void deletedNodeIsDecommissionedAndItsNameIsFree() {
        String site = api.newSite();
        String name = "again-" + UUID.randomUUID();
        String path = "/api/v1/nodes/"
                + api.post("/api/v1/nodes", AdminApi.node(name, site))
                        .expect(201)
                        .id();

        assertThat(api.delete(path).expect(428).code()).isEqualTo("precondition-required");
        assertThat(api.delete(path, "\"3\"").expect(412).code()).isEqualTo("precondition-failed");
        api.delete(path, "\"0\"").expect(204);

        assertThat(api.get(path).expect(200).body().get("state").asString()).isEqualTo("DECOMMISSIONED");
        api.post("/api/v1/nodes", AdminApi.node(name, site)).expect(201);
    }

    @Test
    void revokedCredentialStaysRevoked() {
        String path = "/api/v1/nodes/" + api.newNode() + "/credentials";
        Reply issued =
                api.post(path, "{\"expiresAt\":\"2099-01-01T00:00:00Z\"}").expect(201);

        api.delete(path + "/" + issued.id()).expect(204);
        String revokedAt = api.get(path).body().at("/items/0/revokedAt").asString();
        api.delete(path + "/" + issued.id()).expect(204);

        assertThat(api.get(path).body().at("/items/0/revokedAt").asString()).isEqualTo(revokedAt);
        api.delete(path + "/" + UUID.randomUUID()).expect(404);
        assertThat(api.post(path, "{\"expiresAt\":\"2001-01-01T00:00:00Z\"}")
                        .expect(400)
                        .errors())
                .containsExactly("/expiresAt: is over; it must lie in the future");
    }

    @Test
    void nodeShowsSlotsPresenceAndBlocks() {
        String id = api.newNode();
        UUID image = UUID.randomUUID();
        jdbc.sql("""
                        with i as (
                            insert into image (tenant_id, id, family, image_version, release_counter, architecture,
                                               size_bytes, sha256)
                            values (:tenant, :image, 'edge', cast(:image as text), 1, 'x86_64', 1, repeat('a', 64))
                        ), s as (
                            insert into node_slot (tenant_id, node_id, slot, state, image_version)
                            values (:tenant, :node, 'A', 'ACTIVE', '1.4'), (:tenant, :node, 'B', 'BAD', '1.5')
                        )
                        insert into node_presence (tenant_id, node_id, last_seen_at) values (:tenant, :node, now())
                        """)
                .param("tenant", TenantId.DEFAULT.value())
                .param("image", image)
                .param("node", UUID.fromString(id))
                .update();
        jdbc.sql("insert into node_block (tenant_id, node_id, image_id, reason) values (:tenant, :node, :image, 'x')")
                .param("tenant", TenantId.DEFAULT.value())
                .param("image", image)
                .param("node", UUID.fromString(id))
                .update();
        String path = "/api/v1/nodes/" + id;

        JsonNode node = api.get(path).expect(200).body();
        assertThat(node.get("imageVersion").asString()).isEqualTo("1.4");
        assertThat(node.at("/slots/1/state").asString()).isEqualTo("BAD");
        assertThat(node.has("lastSeenAt")).isTrue();
        assertThat(names("filter="
                        + AdminApi.encoded("id==" + id + ";imageVersion==1.*;lastSeenAt=gt=2020-01-01T00:00:00Z")))
                .hasSize(1);
        assertThat(api.get(path + "/blocks").body().at("/items/0/imageId").asString())
                .isEqualTo(image.toString());
        api.delete(path + "/blocks").expect(204);
        assertThat(api.get(path + "/blocks").body().get("items").size()).isZero();
        api.get("/api/v1/nodes/" + UUID.randomUUID() + "/blocks").expect(404);
    }

    private List<String> names(String query) {
        return api.all("/api/v1/nodes?" + query, 77).stream()
                .map(node -> node.get("name").asString())
                .toList();
    }
}

package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.web.admin.AdminApi.Reply;

class CampaignResourceTest {
    private final AdminApi api = new AdminApi();
    private final String site = api.newSite();
    private final String name = "campaign-" + UUID.randomUUID();

    @Test
    void campaignGoesItsWayAndSaysWhereItStands() {
        api.post(
                        "/api/v1/nodes",
                        IntStream.range(0, 20)
                                .mapToObj(i -> AdminApi.node(site + i, site))
                                .collect(Collectors.joining(",", "[", "]")))
                .expect(201);
        Reply created =
                api.post("/api/v1/campaigns", campaign(image("PUBLISHED"), "")).expect(201);
        String path = created.http().headers().firstValue("Location").orElseThrow();
        assertThat(created.body().get("state").asString()).isEqualTo("DRAFT");
        assertThat(created.body().get("permitLimit").asString()).isEqualTo("PT1H");

        assertThat(states(
                        api.act(path + ":start"),
                        api.act(path + ":pause"),
                        api.act(path + ":pause"),
                        api.act(path + ":resume")))
                .containsExactly("RUNNING", "PAUSED", "PAUSED", "RUNNING");
        Reply waves = api.get(path + "/waves").expect(200);
        assertThat(waves.body().at("/items/0/percent").asInt()).isEqualTo(5);
        assertThat(waves.body().at("/items/0/members").asInt()).isEqualTo(1);
        assertThat(waves.body().at("/items/1/rest").asBoolean()).isTrue();
        assertThat(waves.body().at("/items/1/updates/OFFERED").asInt()).isEqualTo(19);
        assertThat(api.all("/api/v1/node-updates?filter=campaign%3D%3D" + name + "%3Bwave%3D%3D1&sort=node", 7))
                .hasSize(19)
                .allSatisfy(update -> assertThat(update.get("state").asString()).isEqualTo("OFFERED"));
        assertThat(api.all("/api/v1/nodes?filter=campaign%3D%3D" + name + "%3BupdateState%3D%3DOFFERED", 50))
                .hasSize(20)
                .allSatisfy(node -> assertThat(node.at("/target/imageId").asString())
                        .isEqualTo(created.body().get("imageId").asString()));
        assertThat(states(api.act(path + ":abort"))).containsExactly("ABORTED");
        assertThat(api.act(path + ":start").expect(409).code()).isEqualTo("illegal-state");
        assertThat(api.get(path).body().get("stateReason").asString()).isEqualTo("OPERATOR");
        assertThat(api.get("/api/v1/outbox-events?filter=objectId%3D%3D" + created.id())
                        .expect(200)
                        .body()
                        .get("items")
                        .size())
                .isEqualTo(4);
    }

    @Test
    void waitingNodesAreExplainedOneByOneAndCounted() {
        String node =
                api.post("/api/v1/nodes", AdminApi.node(name, site)).expect(201).id();
        assertThat(api.get("/api/v1/nodes/" + node + "/explanation")
                        .expect(200)
                        .body()
                        .get("directive")
                        .asString())
                .isEqualTo("NONE");
        Reply created =
                api.post("/api/v1/campaigns", campaign(image("PUBLISHED"), "")).expect(201);
        String path = "/api/v1/campaigns/" + created.id();
        api.act(path + ":start").expect(200);
        api.act(path + ":pause").expect(200);

        // The campaign's facts are held in memory for a moment.
        await().untilAsserted(() -> {
            Reply explained = api.get("/api/v1/nodes/" + node + "/explanation").expect(200);
            assertThat(explained.body().path("code").asString("")).isEqualTo("CAMPAIGN_PAUSED");
            assertThat(explained.body().get("campaignId").asString()).isEqualTo(created.id());
            assertThat(explained.body().get("gates").findValuesAsString("gate")).startsWith("NODE_STATE");
        });
        Reply reasons = api.get(path + "/reasons").expect(200);
        assertThat(reasons.body().at("/waiting/0/code").asString()).isEqualTo("CAMPAIGN_PAUSED");
        assertThat(reasons.body().at("/waiting/0/nodes").asInt()).isEqualTo(1);
        api.get("/api/v1/nodes/" + UUID.randomUUID() + "/explanation").expect(404);
        api.get("/api/v1/campaigns/" + UUID.randomUUID() + "/reasons").expect(404);
    }

    @Test
    void draftIsPatchedAndDeletedWithItsTag() {
        Reply created =
                api.post("/api/v1/campaigns", campaign(image("PUBLISHED"), "")).expect(201);
        String path = "/api/v1/campaigns/" + created.id();

        Reply changed = api.patch(
                        path,
                        "{\"maxInFlight\":7,\"waves\":[{\"name\":\"one\",\"count\":3,\"minConfirmedShare\":0.5}],"
                                + "\"neededTime\":\"PT2M\",\"startsAt\":\"2099-01-01T00:00:00Z\"}",
                        "\"0\"")
                .expect(200);
        assertThat(changed.body().get("maxInFlight").asInt()).isEqualTo(7);
        assertThat(changed.body().at("/waves/0/count").asInt()).isEqualTo(3);
        assertThat(changed.body().at("/waves/1/rest").asBoolean()).isTrue();
        assertThat(changed.body().get("neededTime").asString()).isEqualTo("PT2M");
        assertThat(api.patch(path, "{\"maxInFlight\":8}", "\"0\"").expect(412).code())
                .isEqualTo("precondition-failed");
        String tag = changed.http().headers().firstValue("ETag").orElseThrow();
        assertThat(api.patch(path, "{\"maxInFlight\":null,\"permitLimit\":\"-PT5M\"}", tag)
                        .expect(400)
                        .errors())
                .singleElement()
                .asString()
                .startsWith("/permitLimit: ");
        api.delete(path, tag).expect(204);
        api.get(path).expect(404);
    }

    @Test
    void runningCampaignIsNeitherPatchedNorDeleted() {
        api.post("/api/v1/nodes", AdminApi.node(name, site)).expect(201);
        Reply created =
                api.post("/api/v1/campaigns", campaign(image("PUBLISHED"), "")).expect(201);
        String path = "/api/v1/campaigns/" + created.id();
        String tag = api.act(path + ":start")
                .expect(200)
                .http()
                .headers()
                .firstValue("ETag")
                .orElseThrow();

        assertThat(api.patch(path, "{\"prestage\":true}", tag).expect(409).code())
                .isEqualTo("illegal-state");
        assertThat(api.delete(path, tag).expect(409).code()).isEqualTo("illegal-state");
        assertThat(api.patch(path, "{\"maxInFlight\":1}", tag)
                        .expect(200)
                        .body()
                        .get("maxInFlight")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void gatesScheduleAndActionsAreShown() {
        api.post("/api/v1/nodes", AdminApi.node(name, site)).expect(201);
        String more = """
                ,"waves": [{"name": "canary", "count": 1, "gate": {"soakTime": "PT24H", "approval": true}}],
                "schedule": {"joinLater": false, "deadline": "2099-01-01T00:00:00Z",
                             "escalation": {"after": "PT240H", "lasts": "PT24H", "reason": "urgent"}}""";
        Reply created = api.post("/api/v1/campaigns", campaign(image("PUBLISHED"), more))
                .expect(201);
        String path = "/api/v1/campaigns/" + created.id();
        assertThat(created.body().at("/waves/0/gate/soakTime").asString()).isEqualTo("PT24H");
        assertThat(created.body().at("/waves/0/gate/approval").asBoolean()).isTrue();
        assertThat(created.body().at("/schedule/joinLater").asBoolean()).isFalse();
        assertThat(created.body().at("/schedule/escalation/after").asString()).isEqualTo("PT240H");
        assertThat(created.body().at("/life/authors").size()).isEqualTo(1);
        assertThat(allowed(created)).containsExactly("edit", "delete", "start");
        Reply running = api.act(path + ":start").expect(200);
        assertThat(allowed(running)).contains("pause", "abort", "skip-wave").doesNotContain("promote-wave", "resume");
        assertThat(running.body().get("actions").values().stream()
                        .filter(action -> action.get("name").asString().equals("promote-wave"))
                        .findFirst()
                        .orElseThrow()
                        .get("reason")
                        .asString())
                .contains("wants an approval");
        assertThat(api.post(path + ":promote-wave", "{\"reason\":\"hurry\"}")
                        .expect(409)
                        .code())
                .isEqualTo("illegal-state");
        assertThat(api.post(path + ":approve", "{\"kind\":\"WHAT\"}")
                        .expect(400)
                        .errors())
                .containsExactly("/remark: is required", "/kind: is 'WHAT'; allowed are START, WAVE, OVERRIDE");
        api.post(path + ":approve", "{\"remark\":\"fine\"}").expect(409);
        api.post(path + ":deny", "{\"remark\":\"fine\"}").expect(409);
        assertThat(api.post(path + ":skip-wave", "{\"wave\":1,\"reason\":\"moved\"}")
                        .expect(200)
                        .body()
                        .at("/waves/1/skippedAt")
                        .isString())
                .isTrue();
    }

    @Test
    void membersAreExcludedAndRetriedAndTheCampaignRolledBackOnlyAsTheStateAllows() {
        String node =
                api.post("/api/v1/nodes", AdminApi.node(name, site)).expect(201).id();
        Reply created =
                api.post("/api/v1/campaigns", campaign(image("PUBLISHED"), "")).expect(201);
        String path = "/api/v1/campaigns/" + created.id();
        String exclusion = "{\"nodes\":[\"%s\"],\"reason\":\"in repair\"}".formatted(node);
        assertThat(api.post(path + ":exclude", exclusion).expect(409).code()).isEqualTo("illegal-state");
        api.act(path + ":start").expect(200);
        Reply excluded = api.post(path + ":exclude", exclusion).expect(200);
        assertThat(excluded.body().get("excluded").asInt()).isEqualTo(1);
        assertThat(excluded.body().at("/campaign/waves/0/updates/CANCELED").asInt())
                .isEqualTo(1);
        assertThat(api.post(path + ":exclude", "{}").expect(400).errors())
                .containsExactly("/nodes: is required", "/reason: is required");
        api.post(path + ":retry-failed", "{}").expect(409);
        api.post(path + ":roll-back", "{\"reason\":\"bad\"}").expect(409);
        api.post(path + ":roll-back", "{}").expect(400);
    }

    @Test
    void badGatesAndSchedulesAreNamed() {
        String more = """
                ,"startsAt": "2099-01-01T00:00:00Z",
                "waves": [{"name": "canary", "count": 1, "gate": {"soakTime": "PT2161H"}}],
                "schedule": {"endsAt": "2098-01-01T00:00:00Z", "deadline": "2098-01-01T00:00:00Z",
                             "escalation": {"after": "PT1S", "lasts": "PT999H", "reason": " "}}""";
        assertThat(api.post("/api/v1/campaigns", campaign(image("PUBLISHED"), more))
                        .expect(400)
                        .errors())
                .extracting(error -> error.substring(0, error.indexOf(':')))
                .containsExactlyInAnyOrder(
                        "/waves/0/gate/soakTime",
                        "/schedule/endsAt",
                        "/schedule/deadline",
                        "/schedule/escalation/after",
                        "/schedule/escalation/lasts",
                        "/schedule/escalation/reason");
        assertThat(api.post("/api/v1/campaigns", campaign(image("PUBLISHED"), ",\"schedule\":{\"escalation\":{}}"))
                        .expect(400)
                        .errors())
                .containsExactly(
                        "/schedule/escalation/after: is required",
                        "/schedule/escalation/lasts: is required",
                        "/schedule/escalation/reason: is required");
    }

    private static List<String> allowed(Reply campaign) {
        return campaign.body().get("actions").values().stream()
                .filter(action -> action.get("allowed").asBoolean())
                .map(action -> action.get("name").asString())
                .toList();
    }

    @Test
    void rulesAreSafeUnlessSaidAndMayChangeWhileItRuns() {
        api.post("/api/v1/nodes", AdminApi.node(name, site)).expect(201);
        Reply created = api.post(
                        "/api/v1/campaigns",
                        campaign(
                                image("PUBLISHED"),
                                ",\"rules\":{\"priority\":5,\"retries\":{\"lost\":{\"limit\":1,\"backoff\":\"PT6H\"}}}"))
                .expect(201);
        var rules = created.body().get("rules");
        assertThat(rules.get("guard").get("enabled").asBoolean()).isTrue();
        assertThat(rules.get("priority").asInt()).isEqualTo(5);
        assertThat(rules.get("retries").get("download").get("limit").asInt()).isEqualTo(3);
        assertThat(rules.get("retries").get("lost").get("backoff").asString()).isEqualTo("PT6H");
        String path = "/api/v1/campaigns/" + created.id();
        String tag = api.act(path + ":start")
                .expect(200)
                .http()
                .headers()
                .firstValue("ETag")
                .orElseThrow();

        var changed = api.patch(path, "{\"rules\":{\"guard\":{\"enabled\":false},\"retries\":{\"lost\":null}}}", tag)
                .expect(200)
                .body()
                .get("rules");

        assertThat(changed.get("guard").get("enabled").asBoolean()).isFalse();
        assertThat(changed.get("retries").has("lost")).isFalse();
        assertThat(changed.get("priority").asInt())
                .as("what a patch does not name stays")
                .isEqualTo(5);
    }

    @Test
    void rulesOutOfRangeAreNamed() {
        Reply refused = api.post("/api/v1/campaigns", campaign(image("PUBLISHED"), """
                ,"rules": {"priority": 1001, "guard": {"baseline": 0.6, "alpha": 0.00001, "maxFailurePercent": 0},
                           "retries": {"lost": {"limit": 11, "backoff": "PT1S"}}, "phaseLimits": {"install": "P31D"}}"""));

        assertThat(refused.expect(400).errors())
                .extracting(error -> error.substring(0, error.indexOf(':')))
                .containsExactly(
                        "/rules/priority",
                        "/rules/guard/baseline",
                        "/rules/guard/alpha",
                        "/rules/guard/maxFailurePercent",
                        "/rules/retries/lost/limit",
                        "/rules/retries/lost/backoff",
                        "/rules/phaseLimits/install");
    }

    @Test
    void guardIsShownAndCohortsAreHeldAndReleased() {
        api.post("/api/v1/nodes", AdminApi.node(name, site)).expect(201);
        String path = "/api/v1/campaigns/"
                + api.post("/api/v1/campaigns", campaign(image("PUBLISHED"), ""))
                        .expect(201)
                        .id();
        api.act(path + ":start").expect(200);

        var guard = api.get(path + "/guard").expect(200).body();
        assertThat(guard.get("evidence").asDouble()).isEqualTo(1);
        assertThat(guard.get("needed").asDouble()).isEqualTo(100);

        assertThat(api.post(path + ":hold-cohort", "{\"kind\":\"SITE\"}")
                        .expect(400)
                        .errors())
                .containsExactly("/name: is required", "/reason: is required");
        String cohort = "\"kind\":\"SITE\",\"name\":\"%s\"".formatted(site);
        var held = api.post(path + ":hold-cohort", "{%s,\"reason\":\"strike\"}".formatted(cohort))
                .expect(200)
                .body();
        assertThat(held.get("cohorts").get(0).get("held").get("reason").asString())
                .isEqualTo("strike");
        api.post(path + ":release-cohort", "{%s}".formatted(cohort)).expect(200);
        assertThat(api.post(path + ":release-cohort", "{%s}".formatted(cohort))
                        .expect(409)
                        .code())
                .isEqualTo("illegal-state");
        api.get("/api/v1/campaigns/" + UUID.randomUUID() + "/guard").expect(404);
    }

    @Test
    void badCampaignIsToldFieldByField() {
        Reply refused = api.post("/api/v1/campaigns", """
                {"name": "%s", "imageId": "%s", "maxInFlight": 0, "neededTime": "-PT5M",
                 "waves": [{"name": "a", "percent": 60}, {"name": "b", "percent": 50}]}
                """.formatted(name, image("DRAFT")));

        assertThat(refused.expect(400).errors())
                .extracting(error -> error.substring(0, error.indexOf(':')))
                .containsExactly("/selector", "/maxInFlight", "/neededTime", "/waves/1/percent", "/imageId");
        assertThat(refused.errors().getLast()).isEqualTo("/imageId: is DRAFT; it must be PUBLISHED");
    }

    @Test
    void selectorThatDoesNotParseIsToldWithItsPosition() {
        Reply refused = api.post(
                "/api/v1/campaigns",
                campaign(image("PUBLISHED"), "").replace("site==" + site, "site==/a;;colour==red"));

        assertThat(refused.expect(400).errors())
                .singleElement()
                .asString()
                .startsWith("/selector: ")
                .contains("position");
    }

    @Test
    void waveHasOneShareAndKnownFields() {
        String two = campaign(
                image("PUBLISHED"), ",\"waves\":[{\"name\":\"a\",\"percent\":1,\"count\":2},{\"name\":\"b\"}]");
        String unknown = campaign(image("PUBLISHED"), ",\"waves\":[{\"name\":\"a\",\"percentage\":1}]");

        assertThat(api.post("/api/v1/campaigns", two).expect(400).errors())
                .containsExactly(
                        "/waves/0: has 2 of percent, count, selector and \"rest\": true; it must have one",
                        "/waves/1: has 0 of percent, count, selector and \"rest\": true; it must have one");
        assertThat(api.post("/api/v1/campaigns", unknown).expect(400).errors())
                .containsExactly(
                        "/waves/0/percentage: is not known here; allowed are count, gate, minConfirmedShare, name, percent,"
                                + " rest, selector");
        assertThat(api.post("/api/v1/campaigns", "{}").expect(400).errors())
                .containsExactly("/name: is required", "/imageId: is required");
    }

    @Test
    void bulkCreatesAllOrNone() {
        String good = campaign(image("PUBLISHED"), "");

        Reply refused = api.post("/api/v1/campaigns", "[%s,%s]".formatted(good, good.replace("site==" + site, "")));
        Reply twice = api.post("/api/v1/campaigns", "[%s,%s]".formatted(good, good));

        assertThat(refused.expect(400).errors()).singleElement().asString().startsWith("/1/selector: ");
        assertThat(twice.expect(409).code()).isEqualTo("conflict");
        assertThat(api.all("/api/v1/campaigns?filter=name%3D%3D" + name, 10)).isEmpty();
    }

    private String campaign(UUID image, String more) {
        return "{\"name\":\"%s\",\"imageId\":\"%s\",\"selector\":\"site==%s\"%s}".formatted(name, image, site, more);
    }

    private UUID image(String state) {
        UUID id = UUID.randomUUID();
        api.manager
                .jdbc()
                .sql("""
                        insert into image (tenant_id, id, family, image_version, release_counter, architecture,
                                           size_bytes, sha256, state)
                        values (:tenant, :id, 'edge', cast(:id as text), 2, 'x86_64', 1, repeat('b', 64), :state)
                        """)
                .param("tenant", TenantId.DEFAULT.value())
                .param("id", id)
                .param("state", state)
                .update();
        return id;
    }

    private static List<String> states(Reply... replies) {
        return List.of(replies).stream()
                .map(reply -> reply.expect(200).body().get("state").asString())
                .toList();
    }
}

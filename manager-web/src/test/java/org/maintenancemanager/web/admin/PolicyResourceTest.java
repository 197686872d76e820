package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.web.admin.AdminApi.Reply;

/** Policies and update paths over HTTP. */
class PolicyResourceTest {
    private final AdminApi api = new AdminApi();
    private final String site = api.newSite();
    private final String family = "family-" + UUID.randomUUID();

    @Test
    void promotionStartsTheCampaignOfThePolicy() {
        String node = api.post("/api/v1/nodes", AdminApi.node(family, site))
                .expect(201)
                .id();
        Reply channel = api.post("/api/v1/channels", "{\"family\":\"%s\",\"name\":\"stable\"}".formatted(family))
                .expect(201);
        Reply created = api.post("/api/v1/policies", """
                        {"name": "%s", "channelId": "%s", "selector": "site==%s", "template": {"maxInFlight": 7, "prestage": true}}
                        """.formatted(family, channel.id(), site))
                .expect(201);
        String path = created.http().headers().firstValue("Location").orElseThrow();
        assertThat(created.body().has("campaignId")).isFalse();
        assertThat(created.body().at("/template/waves/0/name").asString()).isEqualTo("canary");

        String image = image(3, "");
        Reply promoted =
                api.post("/api/v1/channels/" + channel.id() + ":promote", "{\"imageId\":\"%s\"}".formatted(image));
        promoted.expect(200);
        Reply policy = api.get(path).expect(200);
        assertThat(policy.body().get("imageId").asString()).isEqualTo(image);
        Reply campaign = api.get(
                        "/api/v1/campaigns/" + policy.body().get("campaignId").asString())
                .expect(200);
        assertThat(campaign.body().get("state").asString()).isEqualTo("RUNNING");
        assertThat(campaign.body().get("maxInFlight").asInt()).isEqualTo(7);
        assertThat(campaign.body().at("/life/policyId").asString()).isEqualTo(created.id());
        Reply explained = api.get("/api/v1/nodes/" + node + "/explanation").expect(200);
        assertThat(explained.body().get("policyId").asString()).isEqualTo(created.id());
        assertThat(explained.body().get("sentence").asString())
                .endsWith("The campaign comes from policy %s.".formatted(family));
        assertThat(explained.body().at("/path/0/imageId").asString()).isEqualTo(image);

        String tag = policy.http().headers().firstValue("ETag").orElseThrow();
        assertThat(api.patch(path, "{\"enabled\": false}", "\"99\"").expect(412).code())
                .isEqualTo("precondition-failed");
        Reply disabled = api.patch(path, "{\"enabled\": false}", tag).expect(200);
        assertThat(disabled.body().get("enabled").asBoolean()).isFalse();
        String now = disabled.http().headers().firstValue("ETag").orElseThrow();
        api.delete(path, now).expect(204);
        api.get(path).expect(404);
        assertThat(api.get("/api/v1/campaigns/" + campaign.id())
                        .expect(200)
                        .body()
                        .get("state")
                        .asString())
                .as("it stays as it is")
                .isEqualTo("RUNNING");
        api.act("/api/v1/campaigns/" + campaign.id() + ":abort").expect(200);
    }

    @Test
    void whatIsWrongWithAPolicyIsNamed() {
        assertThat(api.post("/api/v1/policies", """
                                {"name": "", "selector": "", "template": {"name": "x", "maxInFlight": 0,
                                 "schedule": {"endsAt": "2030-01-01T00:00:00Z"}, "waves": [{"name": "a"}]}}
                                """).expect(400).errors())
                .anySatisfy(error -> assertThat(error).startsWith("/template/name: cannot be said"))
                .anySatisfy(error -> assertThat(error).startsWith("/template/waves/0: has 0 of percent"));
        assertThat(api.post("/api/v1/policies", "{\"colour\": 1}").expect(400).errors())
                .singleElement()
                .asString()
                .startsWith("/colour");
    }

    @Test
    void updatePathIsPlannedBeforeTheCampaign() {
        api.post("/api/v1/nodes", AdminApi.node(family, site)).expect(201);
        String image = image(
                5, ", \"path\": {\"floor\": 3, \"forbidden\": [{\"from\": 4, \"reason\": \"It does not boot.\"}]}");
        Reply shown = api.get("/api/v1/images/" + image).expect(200);
        assertThat(shown.body().at("/path/forbidden/0/upTo").asInt()).isEqualTo(4);
        Reply plan = api.post(
                "/api/v1/campaigns:plan",
                "{\"campaign\": {\"name\": \"%s\", \"imageId\": \"%s\", \"selector\": \"site==%s\"}}"
                        .formatted(family, image, site));
        plan.expect(200);
        assertThat(plan.body().at("/findings/0/code").asString()).isEqualTo("NO_PATH");
        assertThat(plan.body().at("/findings/0/nodes").asInt()).isEqualTo(1);
        assertThat(plan.body().at("/skips/0/code").asString()).isEqualTo("NO_PATH");

        String tag = shown.http().headers().firstValue("ETag").orElseThrow();
        api.patch("/api/v1/images/" + image, "{\"path\": {\"floor\": 9}}", tag).expect(400);
        Reply open =
                api.patch("/api/v1/images/" + image, "{\"path\": null}", tag).expect(200);
        assertThat(open.body().at("/path/barrier").asBoolean()).isFalse();
        assertThat(open.body().at("/path/forbidden").size()).isZero();
    }

    private String image(int counter, String more) {
        String id = api.post("/api/v1/images", """
                        {"family": "%s", "version": "%d", "releaseCounter": %d, "architecture": "x86_64", "sizeBytes": 5,
                         "sha256": "%s", "url": "https://cdn.example/os.raw"%s}
                        """.formatted(
                        family, counter, counter, (UUID.randomUUID() + "" + UUID.randomUUID()).replace("-", ""), more))
                .expect(201)
                .id();
        api.act("/api/v1/images/" + id + ":publish").expect(200);
        return id;
    }
}

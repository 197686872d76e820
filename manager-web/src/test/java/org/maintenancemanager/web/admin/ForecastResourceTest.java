package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.web.admin.AdminApi.Reply;

class ForecastResourceTest {
    private final AdminApi api = new AdminApi();
    private final String site = api.newSite();
    private final String name = "plan-" + UUID.randomUUID();

    @Test
    void planOfADescribedCampaignChangesNothingAndCanBeCompared() {
        api.post("/api/v1/nodes", AdminApi.node(name, site)).expect(201);
        String campaign = campaign();
        Reply plan = api.post("/api/v1/campaigns:plan", campaign).expect(200);

        assertThat(plan.body().get("selected").asInt()).isEqualTo(1);
        assertThat(plan.body().at("/forecast/members").asInt()).isEqualTo(1);
        assertThat(plan.body().at("/forecast/waves/0/name").asString()).isEqualTo("canary");
        assertThat(plan.body().at("/sites/0/sitePath").asString()).isEqualTo(site);
        assertThat(plan.body().at("/assumptions").size()).isPositive();
        assertThat(plan.body().has("comparison")).isFalse();
        assertThat(api.get("/api/v1/campaigns?filter=name%3D%3D" + name)
                        .body()
                        .get("items")
                        .size())
                .isZero();

        Reply compared = api.post(
                        "/api/v1/campaigns:plan",
                        "{\"campaign\":%s,\"previous\":{\"at\":\"2026-03-01T02:00:00Z\",\"members\":3}}"
                                .formatted(campaign))
                .expect(200);
        assertThat(compared.body().at("/comparison/moreMembers").asInt()).isEqualTo(-2);
    }

    @Test
    void campaignIsPlannedByItsIdAndForecastOnceItRuns() {
        api.post("/api/v1/nodes", AdminApi.node(name, site)).expect(201);
        String id = api.post("/api/v1/campaigns", campaign()).expect(201).id();
        String ask = "{\"campaignId\":\"%s\"}".formatted(id);
        assertThat(api.post("/api/v1/campaigns:plan", ask)
                        .expect(200)
                        .body()
                        .get("selected")
                        .asInt())
                .isEqualTo(1);
        assertThat(api.get("/api/v1/campaigns/" + id + "/forecast").expect(409).code())
                .isEqualTo("illegal-state");

        api.act("/api/v1/campaigns/" + id + ":start").expect(200);
        Reply forecast = api.get("/api/v1/campaigns/" + id + "/forecast").expect(200);
        assertThat(forecast.body().at("/forecast/members").asInt()).isEqualTo(1);
        assertThat(forecast.body().at("/comparison/sentence").asString()).startsWith("As many nodes as then");
        assertThat(forecast.body().at("/actual/0/confirmed").asInt()).isZero();

        Reply night = api.get("/api/v1/campaigns/" + id + "/report").expect(200);
        assertThat(night.body().at("/counts/sentence").asString()).isEqualTo("0 started, 0 confirmed.");
        assertThat(api.get("/api/v1/reports/night").expect(200).body().has("counts"))
                .isTrue();
        api.act("/api/v1/campaigns/" + id + ":abort").expect(200);
        assertThat(api.post("/api/v1/campaigns:plan", ask).expect(409).code()).isEqualTo("illegal-state");
    }

    @Test
    void wrongQuestionsAreRefusedByField() {
        UUID unknown = UUID.randomUUID();
        assertThat(api.post("/api/v1/campaigns:plan", "{\"campaignId\":\"%s\"}".formatted(unknown))
                        .expect(404)
                        .code())
                .isEqualTo("not-found");
        assertThat(pointers(api.post(
                        "/api/v1/campaigns:plan",
                        "{\"campaignId\":\"%s\",\"campaign\":%s}".formatted(unknown, campaign()))))
                .containsExactly("/campaign");
        assertThat(pointers(api.post("/api/v1/campaigns:plan", "{\"campaign\":{\"name\":\"x\",\"allNodes\":true}}")))
                .containsExactly("/campaign/imageId");
        assertThat(pointers(api.post("/api/v1/campaigns:plan", "{\"name\":\"x\",\"allNodes\":true}")))
                .containsExactly("/imageId");
        assertThat(pointers(api.post(
                        "/api/v1/campaigns:plan",
                        "{\"campaignId\":\"%s\",\"previous\":{\"members\":-1}}".formatted(unknown))))
                .contains("/previous/at");
        assertThat(pointers(api.get("/api/v1/reports/night?from=yesterday"))).containsExactly("/from");
        assertThat(pointers(api.get("/api/v1/reports/night?from=2026-03-01T00:00:00Z&until=2026-06-01T00:00:00Z")))
                .containsExactly("/until");
        assertThat(api.get("/api/v1/campaigns/" + unknown + "/report")
                        .expect(404)
                        .code())
                .isEqualTo("not-found");
        String node = api.newNode();
        assertThat(api.get("/api/v1/nodes/" + node + "/missed-windows")
                        .expect(200)
                        .body()
                        .get("items")
                        .size())
                .isZero();
    }

    private static java.util.List<String> pointers(Reply reply) {
        return reply.expect(400).errors().stream()
                .map(error -> error.substring(0, error.indexOf(':')))
                .toList();
    }

    private String campaign() {
        String image = api.post("/api/v1/images", """
                        {"family":"edge","version":"%s","releaseCounter":2,"architecture":"x86_64","sizeBytes":1000,
                         "sha256":"%s","url":"https://images.example.com/edge.raw"}
                        """.formatted(
                                UUID.randomUUID(),
                                UUID.randomUUID().toString().replace("-", "").repeat(2)))
                .expect(201)
                .id();
        api.act("/api/v1/images/" + image + ":publish").expect(200);
        return "{\"name\":\"%s\",\"imageId\":\"%s\",\"selector\":\"site==%s\"}".formatted(name, image, site);
    }
}

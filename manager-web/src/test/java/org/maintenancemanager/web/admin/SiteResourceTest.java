package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.web.admin.AdminApi.Reply;

class SiteResourceTest {
    private final AdminApi api = new AdminApi();

    @Test
    void newSiteIsFoundWhereLocationSays() {
        String path = "/sites-test/" + UUID.randomUUID();
        Reply created = api.post(
                        "/api/v1/sites", "{\"path\":\"%s\",\"name\":\"Nord\",\"zone\":\"Europe/Oslo\"}".formatted(path))
                .expect(201);

        String location = created.http().headers().firstValue("Location").orElseThrow();
        Reply found = api.get(location).expect(200);
        assertThat(found.body()).isEqualTo(created.body());
        assertThat(found.http().headers().firstValue("ETag")).hasValue("\"0\"");
        assertThat(found.body().get("zone").asString()).isEqualTo("Europe/Oslo");
    }

    @Test
    void siteWithoutZoneAndNameTakesThemFromTheTree() {
        String top = api.newSite();
        Reply created = api.post(
                        "/api/v1/sites",
                        "[{\"path\":\"%1$s/a\",\"zone\":\"Asia/Tokyo\"},{\"path\":\"%1$s/a/b/c\"},{\"path\":\"%1$s/d\"}]"
                                .formatted(top))
                .expect(201);

        assertThat(created.body().at("/1/zone").asString()).isEqualTo("Asia/Tokyo");
        assertThat(created.body().at("/1/name").asString()).isEqualTo("c");
        assertThat(created.body().at("/2/zone").asString()).isEqualTo("Europe/Berlin");
    }

    @Test
    void bulkCreatesAllOrNone() {
        String path = "/bulk-test/" + UUID.randomUUID();
        Reply refused = api.post(
                "/api/v1/sites",
                "[{\"path\":\"%1$s/a\",\"zone\":\"UTC\"},{\"path\":\"%1$s/B\",\"zone\":\"Mars/Olympus\"},{\"path\":\"%1$s/a\"}]"
                        .formatted(path));

        assertThat(refused.expect(400).errors())
                .satisfiesExactly(
                        error -> assertThat(error).startsWith("/1/path: must be "),
                        error -> assertThat(error)
                                .isEqualTo(
                                        "/1/zone: is no IANA time zone; allowed are names such as Europe/Berlin or UTC"),
                        error -> assertThat(error).isEqualTo("/2/path: stands twice in this call"));
        assertThat(api.all("/api/v1/sites?filter=path%3D%3D" + path + "/*", 10)).isEmpty();
    }

    @Test
    void pathIsTakenOnce() {
        String path = api.newSite();
        assertThat(api.post("/api/v1/sites", "{\"path\":\"%s\",\"zone\":\"UTC\"}".formatted(path))
                        .expect(409)
                        .code())
                .isEqualTo("conflict");
    }

    @Test
    void veryLongPathIsRefused() {
        assertThat(api.post("/api/v1/sites", "{\"path\":\"%s\",\"zone\":\"UTC\"}".formatted("/a".repeat(100_000)))
                        .expect(400)
                        .errors())
                .singleElement()
                .asString()
                .startsWith("/path: ");
    }

    @Test
    void patchChangesWhatItNamesAndMakesTheOldTagStale() {
        String site = "/api/v1/sites/" + siteId(api.newSite());
        Reply changed = api.patch(site, "{\"name\":\"Neu\"}", "\"0\"").expect(200);

        assertThat(changed.body().get("name").asString()).isEqualTo("Neu");
        assertThat(changed.body().get("zone").asString()).isEqualTo("Europe/Berlin");
        assertThat(changed.http().headers().firstValue("ETag")).hasValue("\"1\"");
        assertThat(api.patch(site, "{\"name\":\"Alt\"}", "\"0\"").expect(412).code())
                .isEqualTo("precondition-failed");
        assertThat(api.patch(site, "{\"zone\":null}", "\"1\"").expect(400).errors())
                .containsExactly("/zone: is required");
        assertThat(api.patch(site, "{\"path\":\"/x\"}", "\"1\"").expect(400).errors())
                .containsExactly("/path: is not known here; allowed are name, zone");
        assertThat(api.patch(site, "[]", "\"1\"").expect(400).code()).isEqualTo("invalid-request");
    }

    @Test
    void siteInUseStays() {
        String path = api.newSite();
        String site = "/api/v1/sites/" + siteId(path);
        api.post("/api/v1/nodes", AdminApi.node(UUID.randomUUID().toString(), path))
                .expect(201);

        Reply refused = api.delete(site, "\"0\"").expect(409);

        assertThat(refused.code()).isEqualTo("in-use");
        assertThat(refused.body().get("detail").asString()).contains("1 nodes");
        api.get(site).expect(200);
    }

    @Test
    void deletedSiteIsGoneAndEachChangeIsInTheAudit() {
        String id = siteId(api.newSite());
        api.patch("/api/v1/sites/" + id, "{\"zone\":\"UTC\"}", "\"0\"").expect(200);
        api.delete("/api/v1/sites/" + id, "\"1\"").expect(204);

        api.get("/api/v1/sites/" + id).expect(404);
        assertThat(api.all("/api/v1/audit-events?sort=id&filter=objectId%3D%3D" + id, 2))
                .extracting(event -> event.get("action").asString())
                .containsExactly("site.created", "site.changed", "site.deleted");
    }

    private String siteId(String path) {
        return api.get("/api/v1/sites?filter=path%3D%3D" + path)
                .body()
                .at("/items/0/id")
                .asString();
    }
}

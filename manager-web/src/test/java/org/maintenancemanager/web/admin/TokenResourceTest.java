package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.web.admin.AdminApi.Reply;

class TokenResourceTest {
    private final AdminApi api = new AdminApi();

    @Test
    void apiTokenIsShownOnceWorksWithinItsScopesAndDiesWhenRevoked() {
        Reply created = api.post(
                        "/api/v1/api-tokens",
                        "{\"name\":\"reader\",\"scopes\":[\"read\"],\"expiresAt\":\"2099-01-01T00:00:00Z\"}")
                .expect(201);
        String secret = created.body().get("token").asString();
        String path = "/api/v1/api-tokens/" + created.id();

        assertThat(api.get(path).expect(200).http().body()).doesNotContain(secret.substring(40));
        assertThat(as(secret, "GET", "/api/v1/sites")).isEqualTo(200);
        assertThat(as(secret, "POST", "/api/v1/sites")).isEqualTo(403);

        api.delete(path).expect(204);

        await().until(() -> as(secret, "GET", "/api/v1/sites") == 401);
        assertThat(api.get(path).body().has("revokedAt")).isTrue();
    }

    @Test
    void apiTokenNeedsScopesAndAnEnd() {
        assertThat(api.post("/api/v1/api-tokens", "{\"name\":\"x\",\"scopes\":[\"all\",\"read\",\"read\"]}")
                        .expect(400)
                        .errors())
                .containsExactly("/scopes: has 3 entries; at most 2 are allowed", "/expiresAt: is required");
        assertThat(api.post(
                                "/api/v1/api-tokens",
                                "{\"name\":\"x\",\"scopes\":[\"all\"],\"expiresAt\":\"2001-01-01T00:00:00Z\"}")
                        .expect(400)
                        .errors())
                .containsExactly("/scopes/0: must be read or write", "/expiresAt: is over; it must lie in the future");
        assertThat(api.post("/api/v1/api-tokens", "{\"name\":\"x\",\"scopes\":[],\"expiresAt\":\"soon\"}")
                        .expect(400)
                        .errors())
                .containsExactly("/expiresAt: is 'soon'; expected an ISO 8601 instant such as 2026-03-01T02:00:00Z");
    }

    @Test
    void enrollmentTokenIsBoundToItsSiteAndRevocable() {
        String site = api.newSite();
        Reply created = api.post(
                        "/api/v1/enrollment-tokens",
                        "{\"name\":\"rack 7\",\"site\":\"%s\",\"approval\":\"MANUAL\",\"maxUses\":3,\"validFor\":\"PT1H\"}"
                                .formatted(site))
                .expect(201);
        String path = "/api/v1/enrollment-tokens/" + created.id();

        assertThat(Token.parse(created.body().get("token").asString())
                        .orElseThrow()
                        .kind())
                .isEqualTo(Token.Kind.ENROLLMENT);
        Reply shown = api.get(path).expect(200);
        assertThat(shown.body().get("site").asString()).isEqualTo(site);
        assertThat(shown.body().get("uses").asInt()).isZero();
        api.delete(path).expect(204);
        assertThat(api.get(path).body().has("revokedAt")).isTrue();
    }

    @Test
    void enrollmentTokenIsCheckedFieldByField() {
        Reply refused = api.post(
                "/api/v1/enrollment-tokens",
                "{\"site\":\"/no/such\",\"approval\":\"MAYBE\",\"maxUses\":0,\"validFor\":\"-PT1H\"}");

        assertThat(refused.expect(400).errors())
                .containsExactly(
                        "/name: is required",
                        "/approval: is 'MAYBE'; allowed are AUTO, MANUAL",
                        "/maxUses: is 0; allowed are 1 to 1000000",
                        "/validFor: is PT-1H; allowed are PT1S to PT8784H",
                        "/site: there is no such site");
    }

    @Test
    void ownTenantIsChangedAndOthersAreNotSeen() {
        String path = "/api/v1/tenants/" + TenantId.DEFAULT;
        String tag = api.get(path).http().headers().firstValue("ETag").orElseThrow();

        assertThat(api.get("/api/v1/tenants").body().get("items").size()).isEqualTo(1);
        assertThat(api.patch(path, "{\"zone\":\"Here\",\"maxInFlight\":-1}", tag)
                        .expect(400)
                        .errors())
                .containsExactly(
                        "/zone: is no IANA time zone; allowed are names such as Europe/Berlin or UTC",
                        "/maxInFlight: is -1; allowed are 0 to 2147483647");
        Reply changed = api.patch(path, "{\"maxInFlight\":1000000}", tag).expect(200);
        assertThat(changed.body().get("maxInFlight").asInt()).isEqualTo(1_000_000);
        api.patch(path, "{\"maxInFlight\":null}", tag).expect(412);
        api.patch(
                        path,
                        "{\"maxInFlight\":null}",
                        changed.http().headers().firstValue("ETag").orElseThrow())
                .expect(200);
        api.get("/api/v1/tenants/00000000-0000-7000-8000-00000000000f").expect(404);
    }

    private int as(String token, String method, String path) {
        return api.manager
                .send(api.manager
                        .request(path)
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .method(method, method.equals("GET") ? BodyPublishers.noBody() : BodyPublishers.ofString("{}")))
                .statusCode();
    }
}

package org.maintenancemanager.web.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.web.testing.AuthenticatorApp;
import org.maintenancemanager.web.testing.Browser;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.TestPerson;
import org.maintenancemanager.web.testing.TestTenant;
import tools.jackson.databind.JsonNode;

@NullMarked
class PeopleTest {
    private final ManagerUnderTest manager = ManagerUnderTest.shared();

    @Test
    void aNewPersonChoosesAPasswordBeforeAnythingElse() {
        String name = "new-" + UUID.randomUUID();
        JsonNode made = Browser.body(manager.post(
                "/api/v1/people", "{\"name\": \"%s\", \"grants\": [{\"role\": \"viewer\"}]}".formatted(name)));
        var browser = new Browser(manager);
        String initial = made.get("password").asString();
        assertThat(Browser.body(browser.logIn(name, initial))
                        .get("mustChangePassword")
                        .asBoolean())
                .isTrue();
        assertThat(browser.get("/console/api/v1/nodes").statusCode()).isEqualTo(403);

        assertThat(choose(browser, initial, "short").statusCode()).isEqualTo(400);
        assertThat(choose(browser, "not it at all", "a long and quiet night").body())
                .contains("/password");
        assertThat(choose(browser, initial, "a long and quiet night").statusCode())
                .isEqualTo(204);

        assertThat(browser.get("/console/api/v1/nodes?limit=1").statusCode()).isEqualTo(200);
        assertThat(new Browser(manager).logIn(name, initial).statusCode()).isEqualTo(401);
        assertThat(new Browser(manager)
                        .logIn(name.toUpperCase(java.util.Locale.ROOT), "a long and quiet night")
                        .statusCode())
                .isEqualTo(200);
    }

    private static HttpResponse<String> choose(Browser browser, String old, String wanted) {
        return browser.send("PUT", "/console/password", """
                {"password": "%s", "newPassword": "%s"}""".formatted(old, wanted));
    }

    @Test
    void aChangedPasswordEndsAllOtherSessions() {
        TestPerson person = TestPerson.create(manager, "viewer");
        Browser here = person.logIn(manager);
        Browser elsewhere = person.logIn(manager);

        assertThat(choose(here, person.password(), "another quiet night").statusCode())
                .isEqualTo(204);

        assertThat(here.get("/console/session").statusCode()).isEqualTo(200);
        assertThat(elsewhere.get("/console/session").statusCode()).isEqualTo(401);
    }

    @Test
    void aCodeIsNeededOnceTheGeneratorIsConfirmedAndEachIsGoodOnce() {
        TestPerson person = TestPerson.create(manager, "viewer");
        Browser browser = person.logIn(manager);
        JsonNode enrolled = Browser.body(browser.send("POST", "/console/totp", null));
        assertThat(enrolled.get("uri").asString()).startsWith("otpauth://totp/Maintenance%20Manager:");
        assertThat(person.logIn(manager).get("/console/session").statusCode()).isEqualTo(200);
        String secret = enrolled.get("secret").asString();

        assertThat(browser.send("POST", "/console/totp:confirm", "{\"code\": \"000\"}")
                        .statusCode())
                .isEqualTo(400);
        JsonNode confirmed = Browser.body(browser.send(
                "POST", "/console/totp:confirm", "{\"code\": \"%s\"}".formatted(AuthenticatorApp.code(secret, 0))));
        List<String> recovery = confirmed.get("recoveryCodes").values().stream()
                .map(JsonNode::asString)
                .toList();
        assertThat(recovery).hasSize(10).doesNotHaveDuplicates();

        HttpResponse<String> without = new Browser(manager).logIn(person.name(), person.password());
        assertThat(without.statusCode()).isEqualTo(401);
        assertThat(without.body()).contains("\"code\":\"code-required\"");
        assertThat(logIn(person, AuthenticatorApp.code(secret, 0)))
                .as("the code that confirmed it is used up")
                .isEqualTo(401);
        assertThat(logIn(person, AuthenticatorApp.code(secret, 1))).isEqualTo(200);
        assertThat(logIn(person, AuthenticatorApp.code(secret, 1))).isEqualTo(401);
        assertThat(logIn(
                        person,
                        recovery.getFirst().toLowerCase(java.util.Locale.ROOT).replace("-", "")))
                .isEqualTo(200);
        assertThat(logIn(person, recovery.getFirst())).isEqualTo(401);

        assertThat(browser.send("DELETE", "/console/totp", null).statusCode()).isEqualTo(204);
        assertThat(new Browser(manager).logIn(person.name(), person.password()).statusCode())
                .isEqualTo(200);
    }

    private int logIn(TestPerson person, String code) {
        return new Browser(manager)
                .logIn(person.name(), person.password(), code)
                .statusCode();
    }

    @Test
    void aRoleThatDemandsASecondFactorOpensNothingBeforeOneIsSetUp() {
        var tenant = new TestTenant(manager, "{}");
        String name = "bound-" + UUID.randomUUID();
        String initial = Browser.body(tenant.post("/api/v1/people", """
                        {"name": "%s", "grants": [{"role": "viewer"}, {"role": "security-admin"}]}""".formatted(name)))
                .get("password")
                .asString();
        var browser = new Browser(manager);
        browser.logIn(name, initial);
        choose(browser, initial, "a long and quiet night");
        assertThat(browser.get("/console/api/v1/people").statusCode()).isEqualTo(200);

        assertThat(tenant.patch("/api/v1/log-in-rule", "{\"secondFactorRoles\": [\"security-admin\", \"god\"]}")
                        .body())
                .contains("/secondFactorRoles/1", "auditor");
        HttpResponse<String> set = tenant.patch("/api/v1/log-in-rule", "{\"secondFactorRoles\": [\"security-admin\"]}");
        assertThat(set.statusCode()).as(set.body()).isEqualTo(200);

        await().until(() -> browser.get("/console/api/v1/people").statusCode() == 403);
        assertThat(browser.get("/console/api/v1/nodes").statusCode())
                .as("nor what its other role opens")
                .isEqualTo(403);
        JsonNode session = Browser.body(new Browser(manager).logIn(name, "a long and quiet night"));
        assertThat(session.get("mustEnrollTotp").asBoolean()).isTrue();
        assertThat(session.get("permissions")).isEmpty();
        String secret = Browser.body(browser.send("POST", "/console/totp", null))
                .get("secret")
                .asString();
        assertThat(browser.send(
                                "POST",
                                "/console/totp:confirm",
                                "{\"code\": \"%s\"}".formatted(AuthenticatorApp.code(secret, 0)))
                        .statusCode())
                .isEqualTo(200);
        await().until(() -> browser.get("/console/api/v1/people").statusCode() == 200);
        assertThat(Browser.body(browser.get("/console/session"))
                        .get("mustEnrollTotp")
                        .asBoolean())
                .isFalse();
        assertThat(tenant.get("/api/v1/audit-events?filter=action==log-in-rule.changed")
                        .body())
                .contains("security-admin");

        assertThat(browser.send("DELETE", "/console/totp", null).statusCode()).isEqualTo(204);
        await("without it everything is closed again")
                .until(() -> browser.get("/console/api/v1/people").statusCode() == 403);
    }

    @Test
    void dangerousActsNeedARecentProof() {
        TestPerson admin = TestPerson.create(manager, "security-admin");
        Browser browser = admin.logIn(manager);
        String person = "{\"name\": \"made-%s\"}".formatted(UUID.randomUUID());
        manager.jdbc()
                .sql("update console_session set authenticated_at = now() - interval '16 min' where person_id = :id")
                .param("id", admin.id())
                .update();
        manager.send(manager.adminRequest("/api/v1/people/" + admin.id()).GET());
        // Whatever is believed of the session is dropped by any change of what people may do.
        manager.post("/api/v1/api-tokens", """
                {"name": "x", "scopes": ["read"], "expiresAt": "2199-01-01T00:00:00Z"}""");

        HttpResponse<String> refused = browser.send("POST", "/console/api/v1/people", person);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("\"code\":\"reauthentication-required\"");
        String before = browser.cookie();
        assertThat(browser.open("/console/session:reauthenticate", "{\"password\": \"wrong\"}")
                        .statusCode())
                .isEqualTo(401);
        assertThat(browser.open("/console/session:reauthenticate", "{\"password\": \"%s\"}".formatted(admin.password()))
                        .statusCode())
                .isEqualTo(200);

        assertThat(browser.cookie()).as("the secret changes").isNotEqualTo(before);
        assertThat(browser.send("POST", "/console/api/v1/people", person).statusCode())
                .isEqualTo(201);
    }

    @Test
    void nobodyChangesWhatTheyThemselvesMayDo() {
        TestPerson admin = TestPerson.create(manager, "security-admin");
        Browser browser = admin.logIn(manager);
        HttpResponse<String> seen = browser.get("/console/api/v1/people/" + admin.id());

        HttpResponse<String> answer = manager.send(browser.request(
                        "PATCH", "/console/api/v1/people/" + admin.id(), "{\"grants\": [{\"role\": \"fleet-admin\"}]}")
                .header("If-Match", seen.headers().firstValue("ETag").orElseThrow()));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(403);
    }

    @Test
    void aDisabledPersonIsOutWithinASecondAndStaysOut() {
        TestPerson person = TestPerson.create(manager, "viewer");
        Browser browser = person.logIn(manager);
        HttpResponse<String> seen = manager.get("/api/v1/people/" + person.id());

        assertThat(manager.send(manager.adminRequest("/api/v1/people/" + person.id())
                                .header("Content-Type", "application/json")
                                .header(
                                        "If-Match",
                                        seen.headers().firstValue("ETag").orElseThrow())
                                .method(
                                        "PATCH",
                                        java.net.http.HttpRequest.BodyPublishers.ofString("{\"state\": \"DISABLED\"}")))
                        .statusCode())
                .isEqualTo(200);

        assertThat(browser.get("/console/session").statusCode()).isEqualTo(401);
        assertThat(new Browser(manager).logIn(person.name(), person.password()).statusCode())
                .isEqualTo(401);
    }

    @Test
    void aResetPasswordTakesEverythingAway() {
        TestPerson person = TestPerson.create(manager, "viewer");
        Browser browser = person.logIn(manager);

        JsonNode reset = Browser.body(manager.post("/api/v1/people/" + person.id() + ":resetPassword", ""));

        assertThat(browser.get("/console/session").statusCode()).isEqualTo(401);
        assertThat(new Browser(manager).logIn(person.name(), person.password()).statusCode())
                .isEqualTo(401);
        assertThat(new Browser(manager)
                        .logIn(person.name(), reset.get("password").asString())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void wrongRolesAndSitesAreNamedAndNothingIsMade() {
        String name = "wrong-" + UUID.randomUUID();

        HttpResponse<String> role =
                manager.post("/api/v1/people", "{\"name\": \"%s\", \"grants\": [{\"role\": \"god\"}]}".formatted(name));
        HttpResponse<String> site = manager.post(
                "/api/v1/people",
                "[{\"name\": \"%s\", \"grants\": [{\"role\": \"viewer\", \"site\": \"/nowhere\"}]}]".formatted(name));

        assertThat(role.statusCode()).isEqualTo(400);
        assertThat(role.body()).contains("/grants/0/role", "security-admin");
        assertThat(site.statusCode()).isEqualTo(400);
        assertThat(site.body()).contains("/0/grants/0/site", "/nowhere");
        assertThat(manager.get("/api/v1/people?filter=name==" + name).body()).isEqualTo("{\"items\":[]}");
    }

    @Test
    void aFieldThatNobodyMaySetIsRefused() {
        for (String field : List.of(
                "\"passwordHash\": \"x\"",
                "\"state\": \"ACTIVE\"",
                "\"tenantId\": \"x\"",
                "\"id\": \"x\"",
                "\"totp\": true")) {
            HttpResponse<String> answer =
                    manager.post("/api/v1/people", "{\"name\": \"mass-assignment\", %s}".formatted(field));
            assertThat(answer.statusCode()).as(field).isEqualTo(400);
        }
    }

    @Test
    void aTokenWithARoleMayDoNoMoreThanTheRole() {
        JsonNode made = Browser.body(manager.post("/api/v1/api-tokens", """
                {"name": "x", "scopes": ["read", "write"], "expiresAt": "2199-01-01T00:00:00Z",
                 "grants": [{"role": "viewer"}]}"""));
        String token = made.get("token").asString();

        assertThat(as(token, "GET", "/api/v1/nodes?limit=1")).isEqualTo(200);
        assertThat(as(token, "POST", "/api/v1/sites")).isEqualTo(403);
        assertThat(as(token, "GET", "/api/v1/people")).isEqualTo(403);
    }

    @Test
    void aTokenIsGoodFromItsNetworksOnly() {
        String body = """
                {"name": "x", "scopes": ["read"], "expiresAt": "2199-01-01T00:00:00Z", "networks": ["%s"]}""";
        String here = Browser.body(manager.post("/api/v1/api-tokens", body.formatted("127.0.0.0/8")))
                .get("token")
                .asString();
        String elsewhere = Browser.body(manager.post("/api/v1/api-tokens", body.formatted("192.0.2.0/24")))
                .get("token")
                .asString();

        assertThat(as(here, "GET", "/api/v1/nodes?limit=1")).isEqualTo(200);
        assertThat(as(elsewhere, "GET", "/api/v1/nodes?limit=1")).isEqualTo(401);
        assertThat(manager.post("/api/v1/api-tokens", body.formatted("192.0.2.1/24"))
                        .body())
                .contains("/networks/0");
    }

    private int as(String token, String method, String path) {
        return manager.send(manager.request(path)
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                java.net.http.HttpRequest.BodyPublishers.ofString(method.equals("GET") ? "" : "{}")))
                .statusCode();
    }
}

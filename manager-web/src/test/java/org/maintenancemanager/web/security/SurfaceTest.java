package org.maintenancemanager.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.web.testing.Browser;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.TestPerson;
import tools.jackson.databind.JsonNode;

/** What the server shows to browsers, proxies and those who pretend to be one. */
@NullMarked
class SurfaceTest {
    private final ManagerUnderTest manager = ManagerUnderTest.shared();

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/console/session", "/api/v1/nodes", "/actuator/env", "/nothing"})
    void everyAnswerTellsBrowsersToBeCareful(String path) {
        HttpResponse<String> answer = manager.send(manager.request(path).GET());

        assertThat(header(answer, "Content-Security-Policy"))
                .contains("default-src 'none'", "frame-ancestors 'none'")
                .doesNotContain("unsafe-inline", "unsafe-eval", "*");
        assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(answer, "X-Frame-Options")).isEqualTo("DENY");
        assertThat(header(answer, "Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(header(answer, "Cache-Control")).contains("no-store");
        assertThat(header(answer, "Cross-Origin-Opener-Policy")).isEqualTo("same-origin");
        assertThat(header(answer, "Strict-Transport-Security"))
                .as("says nothing without TLS")
                .isEmpty();
        assertThat(header(answer, "Server")).isEmpty();
    }

    @Test
    void noOtherSiteMayReadAnAnswer() {
        HttpResponse<String> preflight = manager.send(manager.request("/api/v1/nodes")
                .header("Origin", "https://evil.example")
                .header("Access-Control-Request-Method", "GET")
                .method("OPTIONS", BodyPublishers.noBody()));
        HttpResponse<String> answer =
                manager.send(manager.adminRequest("/api/v1/nodes?limit=1").header("Origin", "https://evil.example"));

        assertThat(header(preflight, "Access-Control-Allow-Origin")).isEmpty();
        assertThat(header(answer, "Access-Control-Allow-Origin")).isEmpty();
    }

    @Test
    void nobodyPretendsToComeFromElsewhere() {
        TestPerson person = TestPerson.create(manager, "viewer");
        var browser = new Browser(manager);
        var login = browser.request("POST", "/console/login", """
                        {"name": "%s", "password": "%s"}""".formatted(person.name(), person.password()))
                .header("X-Forwarded-For", "192.0.2.66")
                .header("X-Forwarded-Proto", "https")
                .header("X-Real-IP", "192.0.2.66")
                .header("Forwarded", "for=192.0.2.66;proto=https")
                .header("X-SSL-Client-Verify", "SUCCESS")
                .header("X-SSL-Client-S-DN", "CN=admin");

        HttpResponse<String> answer = manager.send(login);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Browser.cookies(answer))
                .allSatisfy(cookie -> assertThat(cookie)
                        .as("forged headers do not make it TLS")
                        .startsWith("maintmgr-session=")
                        .doesNotContain("Secure"));
        JsonNode session = Browser.body(
                        manager.get("/api/v1/sessions?filter=name==" + person.name() + "&sort=-createdAt"))
                .get("items")
                .get(0);
        assertThat(session.get("address").asString()).isEqualTo("127.0.0.1");
    }

    @Test
    void whatPeopleAndNodesWriteComesBackAsJsonAndNothingElse() {
        String run = UUID.randomUUID().toString();
        String script = "<script>alert(1)</script>" + run;
        String site = "/xss-" + run;
        List<HttpResponse<String>> made = List.of(
                manager.post("/api/v1/sites", """
                        {"path": "%s", "name": "%s", "zone": "UTC"}""".formatted(site, script)),
                manager.post("/api/v1/nodes", """
                        {"name": "%s", "site": "%s", "architecture": "x86_64", "labels": {"note": "%s"}}""".formatted(script, site, script)),
                manager.post("/api/v1/people", """
                        {"name": "%s", "displayName": "%s"}""".formatted(script, script)),
                manager.post("/api/v1/enrollment-tokens", """
                        {"name": "%s", "site": "%s"}""".formatted(script, site)),
                manager.post("/api/v1/api-tokens", """
                        {"name": "%s", "scopes": ["read"], "expiresAt": "2199-01-01T00:00:00Z"}""".formatted(script)),
                manager.post("/api/v1/windows", """
                        {"name": "%s", "kind": "PERMIT", "duration": "PT3H", "zone": "UTC",
                         "recurrence": {"type": "WEEKLY", "startsAt": "2026-01-05T02:00:00", "days": ["MONDAY"]},
                         "target": {"type": "SITE", "sitePath": "%s"}}""".formatted(script, site)),
                manager.post("/api/v1/channels", """
                        {"name": "%s", "family": "%s"}""".formatted(script, script)));

        for (HttpResponse<String> created : made) {
            if (created.statusCode() == 400) {
                // A field that does not take such signs at all.
                assertThat(created.body()).contains("\"errors\"");
                continue;
            }
            assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
            String path = header(created, "Location");
            HttpResponse<String> read = manager.send(manager.adminRequest(path)
                    .header("Accept", "text/html,*/*;q=0.1")
                    .GET());
            assertThat(header(read, "Content-Type")).as(path).startsWith("application/json");
            assertThat(header(read, "X-Content-Type-Options")).as(path).isEqualTo("nosniff");
            assertThat(read.body()).as(path).contains(run);
        }
        assertThat(made.stream().filter(created -> created.statusCode() == 201).count())
                .isGreaterThan(4);
    }

    @Test
    void noLineEndGetsIntoANameThatLogsShow() {
        for (String name : new String[] {"kim\\nERROR forged", "kim\\r\\nx", "kim\\u0000", "kim\\u001b[2J"}) {
            assertThat(manager.post("/api/v1/people", "{\"name\": \"%s\"}".formatted(name))
                            .statusCode())
                    .as(name)
                    .isEqualTo(400);
            assertThat(new Browser(manager).logIn(name, "x").statusCode())
                    .as(name)
                    .isIn(name.contains("u0000") ? List.of(400) : List.of(401, 429));
        }
    }

    @Test
    void deepAndHugeBodiesAreRefused() {
        String deep = "[".repeat(5000) + "]".repeat(5000);
        assertThat(manager.post("/api/v1/sites", deep).statusCode()).isEqualTo(400);
        assertThat(manager.post("/api/v1/sites", "[\"" + "x".repeat(17 << 20) + "\"]")
                        .statusCode())
                .isEqualTo(413);
        HttpResponse<String> headers =
                manager.send(manager.adminRequest("/api/v1/nodes").header("X-Long", "x".repeat(20_000)));
        assertThat(headers.statusCode()).isIn(400, 431);
    }
}

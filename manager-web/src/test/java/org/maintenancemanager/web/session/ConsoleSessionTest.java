package org.maintenancemanager.web.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.web.testing.Browser;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.TestPerson;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

@NullMarked
class ConsoleSessionTest {
    private final ManagerUnderTest manager = ManagerUnderTest.shared();

    @Test
    void aPersonLogsInCallsTheApiAndLogsOut() {
        TestPerson person = TestPerson.create(manager, "viewer");
        var browser = new Browser(manager);

        HttpResponse<String> opened = browser.logIn(person.name(), person.password());

        assertThat(opened.statusCode()).as(opened.body()).isEqualTo(200);
        assertThat(Browser.cookies(opened))
                .singleElement()
                .satisfies(cookie -> assertThat(cookie)
                        .startsWith("maintmgr-session=mmst_")
                        .contains("HttpOnly", "SameSite=Strict", "Path=/console")
                        .doesNotContain("Domain"));
        JsonNode session = Browser.body(browser.get("/console/session"));
        assertThat(session.get("subject").asString()).isEqualTo("person:" + person.id());
        assertThat(session.get("name").asString()).isEqualTo(person.name());
        assertThat(session.get("tenant").asString()).isEqualTo("default");
        assertThat(session.get("roles").toString()).isEqualTo("[\"viewer\"]");
        assertThat(session.get("permissions").toString()).isEqualTo("[\"fleet.read\"]");
        assertThat(browser.get("/console/api/v1/nodes?limit=1").statusCode()).isEqualTo(200);

        assertThat(browser.send("DELETE", "/console/session", null).statusCode())
                .isEqualTo(204);
        assertThat(browser.get("/console/session").statusCode()).isEqualTo(401);
        assertThat(browser.get("/console/api/v1/nodes").statusCode()).isEqualTo(401);
    }

    @Test
    void theConsoleGetsTheSameAnswersAsTheApi() {
        TestPerson person = TestPerson.create(manager, "fleet-admin");
        Browser browser = person.logIn(manager);

        HttpResponse<String> made = browser.send("POST", "/console/api/v1/sites", """
                {"path": "/console-%s", "name": "x", "zone": "UTC"}""".formatted(person.id()));

        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        String path = made.headers().firstValue("Location").orElseThrow();
        assertThat(browser.get("/console" + path).body())
                .isEqualTo(manager.get(path).body());
        assertThat(browser.get("/console/api/v1/nothing").statusCode()).isEqualTo(404);
        assertThat(browser.send("PUT", "/console/api/v1/sites", "{}").statusCode())
                .isEqualTo(405);
    }

    @Test
    void theApiItselfIgnoresTheCookie() {
        Browser browser = TestPerson.create(manager, "viewer").logIn(manager);

        assertThat(browser.get("/api/v1/nodes").statusCode()).isEqualTo(401);
        assertThat(browser.get("/actuator/prometheus").statusCode()).isEqualTo(401);
    }

    @Test
    void aChangeNeedsTheTokenAgainstForgery() {
        Browser browser = TestPerson.create(manager, "fleet-admin").logIn(manager);
        String site = """
                {"path": "/csrf-%s", "name": "x", "zone": "UTC"}""".formatted(UUID.randomUUID());

        browser.forgeCsrf(null);
        assertThat(browser.send("POST", "/console/api/v1/sites", site).statusCode())
                .isEqualTo(403);
        browser.forgeCsrf("t0k3n");
        assertThat(browser.send("POST", "/console/api/v1/sites", site).statusCode())
                .isEqualTo(403);
        assertThat(browser.send("DELETE", "/console/session", null).statusCode())
                .isEqualTo(403);
        assertThat(browser.get("/console/session").statusCode()).isEqualTo(200);
    }

    @Test
    void requestsFromOtherSitesAreRefused() {
        var browser = new Browser(manager);
        HttpRequest.Builder login =
                browser.request("POST", "/console/login", "{}").header("Sec-Fetch-Site", "cross-site");

        assertThat(manager.send(login).statusCode()).isEqualTo(403);
    }

    @Test
    void theFirstSecretLogsInUntilSomebodyElseCanLetPeopleIn() {
        String secret = secretOfANewTenant();
        var first = new Browser(manager);

        HttpResponse<String> opened = first.logInBySecret(secret);

        assertThat(opened.statusCode()).as(opened.body()).isEqualTo(200);
        assertThat(Browser.body(opened).get("roles").size()).isEqualTo(6);
        assertThat(Browser.body(opened).get("permissions").toString()).contains("campaign.approve", "person.manage");
        String name = "first-" + UUID.randomUUID();
        JsonNode made = Browser.body(first.send(
                "POST",
                "/console/api/v1/people",
                "{\"name\": \"%s\", \"grants\": [{\"role\": \"security-admin\"}]}".formatted(name)));
        assertThat(new Browser(manager).logInBySecret(secret).statusCode())
                .as("nobody but the secret has ever been in")
                .isEqualTo(200);
        var admin = new Browser(manager);
        String initial = made.get("password").asString();
        admin.logIn(name, initial);
        admin.send("PUT", "/console/password", """
                {"password": "%s", "newPassword": "a long and quiet night"}""".formatted(initial));

        assertThat(new Browser(manager).logInBySecret(secret).statusCode()).isEqualTo(401);
        assertThat(manager.send(manager.request("/api/v1/people").header("Authorization", "Bearer " + secret))
                        .statusCode())
                .as("it still opens the API")
                .isEqualTo(200);
    }

    private String secretOfANewTenant() {
        UUID tenant = UUID.randomUUID();
        Token token = Token.generate(Token.Kind.API);
        manager.jdbc()
                .sql("insert into tenant (id, name) values (:id, :name)")
                .param("id", tenant)
                .param("name", "t-" + tenant)
                .update();
        manager.jdbc()
                .sql("""
                        insert into api_token (tenant_id, id, name, secret_sha256, scopes, expires_at)
                        values (:tenant, :id, 'first', :sha256, '{read,write}', now() + interval '1 hour')
                        """)
                .param("tenant", tenant)
                .param("id", token.id())
                .param("sha256", token.sha256())
                .update();
        return token.text();
    }

    @Test
    void whateverIsWrongTheAnswerIsTheSame() {
        TestPerson person = TestPerson.create(manager, "viewer");

        String unknown = refused("nobody-" + person.id(), person.password());
        String wrong = refused(person.name(), "not the password at all");

        assertThat(wrong).isEqualTo(unknown);
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void aRefusedLogInIsALineOfTheLogWithoutWhatWasTyped(CapturedOutput log) {
        TestPerson person = TestPerson.create(manager, "viewer");
        String typed = "my secret by mistake " + UUID.randomUUID();

        refused(typed, "a wrong password");
        refused(person.name(), "another wrong password");

        assertThat(log.getAll())
                .contains("A log-in was refused: nobody known from 127.0.0.1")
                .contains("A log-in was refused: person:" + person.id() + " from 127.0.0.1")
                .doesNotContain(typed, "wrong password");
    }

    private String refused(String name, String password) {
        HttpResponse<String> answer = new Browser(manager).logIn(name, password);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(Browser.cookies(answer)).isEmpty();
        return answer.body().replaceAll("\"requestId\":\"[^\"]*\"", "");
    }

    @Test
    void aFieldThatIsMissingIsNamed() {
        HttpResponse<String> answer = new Browser(manager).open("/console/login", "{\"name\": \"kim\"}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"pointer\":\"/password\"");
    }

    @Test
    void aSessionEndsWithinASecondWhenItIsEndedElsewhere() {
        Browser browser = TestPerson.create(manager, "viewer").logIn(manager);
        String id = Browser.body(browser.get("/console/sessions"))
                .get("items")
                .get(0)
                .get("id")
                .asString();

        assertThat(manager.send(manager.adminRequest("/api/v1/sessions/" + id).DELETE())
                        .statusCode())
                .isEqualTo(204);

        assertThat(browser.get("/console/session").statusCode()).isEqualTo(401);
    }

    @Test
    void aSessionThatWasIdleForTooLongIsOver() {
        TestPerson person = TestPerson.create(manager, "viewer");
        Browser browser = person.logIn(manager);
        assertThat(browser.get("/console/session").statusCode()).isEqualTo(200);

        await().atMost(Duration.ofSeconds(20)).until(() -> {
            manager.jdbc()
                    .sql("update console_session set last_used_at = now() - interval '31 min' where person_id = :id")
                    .param("id", person.id())
                    .update();
            return browser.get("/console/session").statusCode() == 401;
        });
    }
}

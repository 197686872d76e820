package org.maintenancemanager.web.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.web.testing.Browser;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Logging in, and calling, with what a real OpenID provider says. */
@NullMarked
class OidcTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static AnnotationConfigServletWebServerApplicationContext provider = OidcServer.start();
    private static ManagerUnderTest manager = ManagerUnderTest.startAnother(
            "manager.oidc.providers.test.issuer=" + OidcServer.issuer(provider),
            "manager.oidc.providers.test.title=The test",
            "manager.oidc.providers.test.client-id=manager",
            "manager.oidc.providers.test.client-secret=of the manager",
            "manager.oidc.providers.test.audience=maintenance-manager",
            "manager.oidc.providers.test.roles.kims[0]=operator /eu",
            "manager.oidc.providers.test.roles.kims[1]=viewer",
            "manager.oidc.providers.test.roles.robots[0]=release-manager",
            "manager.oidc.providers.test.roles.adas[0]=fleet-admin",
            "manager.oidc.providers.test.second-factor.amr=mfa,face",
            "manager.oidc.providers.test.second-factor.acr=gold",
            "manager.oidc.providers.down.issuer=http://127.0.0.1:1/down",
            "manager.oidc.providers.down.client-id=x");

    @BeforeAll
    static void makeASite() {
        manager.post("/api/v1/sites", "{\"path\": \"/eu\", \"name\": \"EU\", \"zone\": \"UTC\"}");
    }

    @AfterAll
    static void close() {
        manager.context().close();
        provider.close();
    }

    private record Step(HttpResponse<String> answer, List<String> cookies) {
        String location() {
            return answer.headers().firstValue("Location").orElse("");
        }
    }

    private static Step get(String url, @Nullable String user, List<String> cookies) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (user != null) {
            request.header(OidcServer.USER, user);
        }
        if (!cookies.isEmpty()) {
            request.header("Cookie", String.join("; ", cookies));
        }
        HttpResponse<String> answer = manager.send(request);
        return new Step(
                answer,
                Browser.cookies(answer).stream()
                        .map(cookie -> cookie.replaceAll(";.*", ""))
                        .filter(cookie -> !cookie.endsWith("="))
                        .toList());
    }

    /** Goes to the provider as this user and back. */
    private static Step logIn(String user) {
        Step start = get(manager.baseUrl() + "/console/oidc/test", null, List.of());
        assertThat(start.location()).startsWith(OidcServer.issuer(provider)).contains("code_challenge=", "nonce=");
        Step there = get(start.location(), user, List.of());
        assertThat(there.location()).as(there.answer().body()).contains("/console/oidc/callback/test?code=");
        return get(there.location(), null, start.cookies());
    }

    @Test
    void aPersonLogsInAtTheProviderAndHasTheRolesOfItsGroup() {
        Step back = logIn("kim");

        assertThat(back.location()).endsWith("/console/");
        assertThat(back.cookies()).anyMatch(cookie -> cookie.startsWith("maintmgr-session=mmst_"));
        JsonNode session = Browser.body(get(manager.baseUrl() + "/console/session", null, back.cookies())
                .answer());
        assertThat(session.get("name").asString()).isEqualTo("kim");
        assertThat(session.get("grants").toString())
                .isEqualTo("[{\"role\":\"operator\",\"site\":\"/eu\"},{\"role\":\"viewer\"}]");
        assertThat(session.get("local").asBoolean()).isFalse();

        assertThat(logIn("kim").location()).endsWith("/console/");
        JsonNode people =
                Browser.body(manager.get("/api/v1/people?filter=name==kim")).get("items");
        assertThat(people.size()).as("who comes again is the same person").isEqualTo(1);
        assertThat(people.get(0).get("grants").size()).isEqualTo(2);
        assertThat(people.get(0).get("manualGrants").size())
                .as("what comes from a group, nobody gave by hand")
                .isZero();
    }

    @Test
    void whoeverHasNoRoleDoesNotGetIn() {
        Step back = logIn("nobody");

        assertThat(back.location()).endsWith("/console/?login=failed");
        assertThat(back.cookies()).isEmpty();
        assertThat(manager.get("/api/v1/people?filter=name==nobody").body()).isEqualTo("{\"items\":[]}");
    }

    @Test
    void anAnswerThatNobodyAskedForIsRefused() {
        Step start = get(manager.baseUrl() + "/console/oidc/test", null, List.of());
        Step there = get(start.location(), "kim", List.of());

        Step elsewhere = get(there.location(), null, List.of());
        Step forged = get(there.location().replaceFirst("state=[^&]*", "state=forged"), null, start.cookies());
        Step torn = get(there.location(), null, List.of("maintmgr-oidc=bm9uc2Vuc2U"));

        assertThat(List.of(elsewhere, forged, torn)).allSatisfy(step -> {
            assertThat(step.location()).endsWith("/console/?login=failed");
            assertThat(step.cookies()).isEmpty();
        });
    }

    @Test
    void aDisabledPersonStaysOutWhateverTheProviderSays() {
        logIn("kim");
        manager.jdbc()
                .sql("update person set state = 'DISABLED' where name = 'kim'")
                .update();
        try {
            assertThat(logIn("kim").location()).endsWith("/console/?login=failed");
        } finally {
            manager.jdbc()
                    .sql("update person set state = 'ACTIVE' where name = 'kim'")
                    .update();
        }
    }

    @Test
    void whoseRoleDemandsASecondFactorMustHaveShownItAtTheProvider() {
        Step before = logIn("ada");
        assertThat(before.location()).endsWith("/console/");
        assertThat(isIn(before)).isTrue();

        HttpResponse<String> set = manager.send(manager.adminRequest("/api/v1/log-in-rule")
                .header("If-Match", "\"0\"")
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString("{\"secondFactorRoles\": [\"fleet-admin\"]}")));
        assertThat(set.statusCode()).as(set.body()).isEqualTo(200);

        await("the session without one ends").until(() -> !isIn(before));
        int grants = grantsOf("ada");
        for (String without : List.of("ada", "ada/pwd/otp", "ada/acr=silver")) {
            Step refused = logIn(without);
            assertThat(refused.location()).as(without).endsWith("/console/?login=second-factor");
            assertThat(refused.cookies()).as(without).isEmpty();
        }
        assertThat(grantsOf("ada")).isEqualTo(grants);
        for (String with : List.of("ada/pwd/mfa", "ada/face", "ada/acr=gold")) {
            Step in = logIn(with);
            assertThat(in.location()).as(with).endsWith("/console/");
            assertThat(isIn(in)).as(with).isTrue();
        }
        assertThat(isIn(logIn("kim"))).as("whose roles demand none").isTrue();
    }

    private static boolean isIn(Step step) {
        return get(manager.baseUrl() + "/console/session", null, step.cookies())
                        .answer()
                        .statusCode()
                == 200;
    }

    private static int grantsOf(String name) {
        return manager.jdbc()
                .sql("select count(*) from access_grant g join person p on p.id = g.person_id where p.name = :name")
                .param("name", name)
                .query(Integer.class)
                .single();
    }

    @Test
    void aProviderThatIsDownKeepsNobodyElseOut() {
        Step step = get(manager.baseUrl() + "/console/oidc/down", null, List.of());

        assertThat(step.location()).endsWith("/console/?login=failed");
        assertThat(manager.get("/console/login-providers").body())
                .contains("\"title\":\"The test\"", "\"url\":\"/console/oidc/test\"");
    }

    @Test
    void automationCallsWithATokenOfTheProvider() throws Exception {
        String token = token("robot");

        assertThat(call(token, "GET", "/api/v1/campaigns")).isEqualTo(200);
        assertThat(call(token, "GET", "/api/v1/people")).isEqualTo(403);
        assertThat(call(token, "POST", "/api/v1/images")).isEqualTo(400);
        assertThat(call(token("stranger"), "GET", "/api/v1/campaigns"))
                .as("for another audience")
                .isEqualTo(401);
        int dot = token.lastIndexOf('.');
        char flipped = token.charAt(dot + 5) == 'A' ? 'B' : 'A';
        assertThat(call(token.substring(0, dot + 5) + flipped + token.substring(dot + 6), "GET", "/api/v1/campaigns"))
                .isEqualTo(401);
        String unsigned = Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8))
                + token.substring(token.indexOf('.'), dot + 1);
        assertThat(call(unsigned, "GET", "/api/v1/campaigns")).isEqualTo(401);
    }

    private static String token(String client) throws Exception {
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(URI.create(OidcServer.issuer(provider) + "/oauth2/token"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .header(
                                "Authorization",
                                "Basic "
                                        + Base64.getEncoder()
                                                .encodeToString((client + ":of the " + client)
                                                        .getBytes(StandardCharsets.UTF_8)))
                        .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return JsonMapper.shared().readTree(answer.body()).get("access_token").asString();
    }

    private static int call(String token, String method, String path) {
        return manager.send(manager.request(path)
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(method.equals("GET") ? "" : "{}")))
                .statusCode();
    }
}

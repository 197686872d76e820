package org.maintenancemanager.web.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.core.access.FirstApiToken;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

@NullMarked
class SecurityTest {
    private final ManagerUnderTest manager = ManagerUnderTest.shared();

    private record Call(String method, String path) {}

    /** Every mapping that the server has, also those of classes that this test has never heard of. */
    private List<Call> everyCall() {
        List<Call> calls = new ArrayList<>(List.of(
                new Call("POST", "/node/v1/poll"),
                new Call("POST", "/node/v1/reports"),
                new Call("GET", "/node/v1/artifacts/" + "0".repeat(64)),
                new Call("HEAD", "/node/v1/artifacts/" + "0".repeat(64)),
                new Call("GET", "/node/v1/"),
                new Call("POST", "/"),
                new Call("GET", "/console/api/v1/nodes"),
                new Call("GET", "/error"),
                new Call("GET", "/login"),
                new Call("OPTIONS", "/api/v1/nodes"),
                new Call("GET", "/api/openapi.yaml"),
                new Call("GET", "/actuator"),
                new Call("GET", "/actuator/env"),
                new Call("GET", "/actuator/prometheus")));
        manager.context().getBeansOfType(RequestMappingInfoHandlerMapping.class).values().stream()
                .flatMap(mapping -> mapping.getHandlerMethods().keySet().stream())
                .forEach(mapping -> calls.addAll(calls(mapping)));
        return calls;
    }

    private static List<Call> calls(RequestMappingInfo mapping) {
        Set<RequestMethod> methods = mapping.getMethodsCondition().getMethods();
        return mapping.getPatternValues().stream()
                .map(pattern -> pattern.replaceAll(
                                "\\{[^/]+}", UUID.randomUUID().toString())
                        .replace("**", "x"))
                .flatMap(path -> (methods.isEmpty() ? Set.of(RequestMethod.GET) : methods)
                        .stream().map(method -> new Call(method.name(), path)))
                .filter(call ->
                        !call.path().startsWith("/actuator/health") && !isFeed(call) && !isLogIn(call) && !isPage(call))
                .toList();
    }

    /** Whose body is its own key, and what the page for it needs. */
    private static boolean isLogIn(Call call) {
        return call.equals(new Call("POST", "/console/login"))
                || call.equals(new Call("GET", "/console/login-providers"));
    }

    /** A probe, or a page of the console, which is the same for everybody and tells nothing. */
    private static boolean isPage(Call call) {
        return call.method().equals("GET") && call.path().matches("/livez|/readyz|/|/console|/console/[0-9a-f-]{36}");
    }

    /** Whose address is its own key. */
    private static boolean isFeed(Call call) {
        return call.path().startsWith("/calendars/feed/");
    }

    @Test
    void feedIsNotFoundByAnAddressThatIsNoKey() {
        for (String key :
                List.of(UUID.randomUUID().toString(), "..", "mmcf_" + "0".repeat(32) + "." + "A".repeat(43))) {
            HttpResponse<String> answer = send(new Call("GET", "/calendars/feed/" + key + ".ics"), null);
            assertThat(answer.statusCode()).as(key).isIn(401, 404);
            assertThat(answer.body()).doesNotContain("BEGIN:VCALENDAR");
        }
        assertThat(send(new Call("POST", "/calendars/feed/" + UUID.randomUUID() + ".ics"), null)
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void nothingIsOpenWithoutACredentialButHealthAndEnrollment() {
        List<Call> calls = everyCall();

        assertThat(calls).hasSizeGreaterThan(13);
        assertThat(calls).allSatisfy(call -> {
            HttpResponse<String> answer = send(call, null);
            assertThat(answer.statusCode()).as("%s: %s", call, answer.body()).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
            assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
        });
    }

    @Test
    void aNodesTokenOpensNothingOfTheAdminApi() {
        String token = manager.newNode("node-" + UUID.randomUUID()).token();

        assertThat(everyCall())
                .filteredOn(call -> !call.path().startsWith("/node/"))
                .allSatisfy(call -> assertThat(send(call, token).statusCode()).isEqualTo(401));
    }

    @Test
    void aTokenThatMayOnlyReadChangesNothing() {
        String token = newApiToken("read").text();

        assertThat(everyCall())
                .filteredOn(call -> call.path().startsWith("/api/")
                        && !Set.of("GET", "HEAD").contains(call.method()))
                .allSatisfy(call -> {
                    HttpResponse<String> answer = send(call, token);
                    assertThat(answer.statusCode()).as(call.toString()).isEqualTo(403);
                    assertThat(answer.body()).contains("\"code\":\"forbidden\"", "scope 'write'");
                });
    }

    @Test
    void metricsNeedATokenThatMayRead() {
        var scrape = new Call("GET", "/actuator/prometheus");

        assertThat(send(scrape, newApiToken("write").text()).statusCode()).isEqualTo(403);
        HttpResponse<String> answer = send(scrape, newApiToken("read").text());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("manager_node_calls_seconds_count{call=\"poll\"", "hikaricp_connections");
    }

    @Test
    void healthIsOpenAndTellsNothingButItself() {
        assertThat(send(new Call("GET", "/actuator/health"), null).body())
                .isEqualTo("{\"groups\":[\"liveness\",\"readiness\"],\"status\":\"UP\"}");
    }

    @Test
    void aRevokedTokenIsRefusedWithinASecondEvenIfNobodyTellsTheServer() {
        Token token = newApiToken("read");
        var call = new Call("GET", "/actuator/prometheus");
        assertThat(send(call, token.text()).statusCode()).isEqualTo(200);

        manager.jdbc()
                .sql("update api_token set revoked_at = now() where id = :id")
                .param("id", token.id())
                .update();

        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(
                        () -> assertThat(send(call, token.text()).statusCode()).isEqualTo(401));
    }

    @Test
    void anExpiredTokenIsRefused() {
        Token token = newApiToken("read");
        manager.jdbc()
                .sql("update api_token set expires_at = now() - interval '1 s' where id = :id")
                .param("id", token.id())
                .update();

        assertThat(send(new Call("GET", "/actuator/prometheus"), token.text()).statusCode())
                .isEqualTo(401);
    }

    @Test
    void wrongTokensGetTheSameAnswer() {
        Token known = newApiToken("read");
        List<String> bodies = new ArrayList<>();
        for (String token : List.of(
                "nonsense",
                Token.generate(Token.Kind.API).text(),
                new Token(
                                Token.Kind.API,
                                known.id(),
                                Token.generate(Token.Kind.API).secret())
                        .text(),
                new Token(Token.Kind.NODE, known.id(), known.secret()).text(),
                "x".repeat(40))) {
            HttpResponse<String> answer = send(new Call("GET", "/api/v1/nodes"), token);
            assertThat(answer.statusCode()).isEqualTo(401);
            bodies.add(answer.body().replaceAll("\"requestId\":\"[^\"]*\"", ""));
        }
        assertThat(bodies.stream().distinct()).hasSize(1);
    }

    @Test
    void whenATokenWasLastUsedIsWrittenAfterwards() {
        Token token = newApiToken("read");
        send(new Call("GET", "/actuator/prometheus"), token.text());

        await().atMost(Duration.ofSeconds(20))
                .until(() -> manager.jdbc()
                        .sql("select last_used_at is not null from api_token where id = :id")
                        .param("id", token.id())
                        .query(Boolean.class)
                        .single());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/node/v1/enroll/../poll",
                "/node/v1/enroll/..;/poll",
                "/node/v1//poll",
                "/node/v1/poll/",
                "/node/v1/poll;a=b",
                "/%6eode/v1/poll",
                "/node/v1/%70oll",
                "/NODE/v1/poll",
                "/actuator/health/../env",
                "/actuator/health/..;/prometheus",
                "/actuator/health/%2e%2e/prometheus",
                "/actuator;/prometheus",
                "//api/v1/nodes",
                "/api/v1/..%2fv1/nodes",
                "/API/v1/nodes"
            })
    void noSpellingOfAPathGetsPast(String path) {
        for (String method : List.of("GET", "POST")) {
            HttpResponse<String> answer = send(new Call(method, path), null);
            assertThat(answer.statusCode()).as("%s %s", method, path).isIn(400, 401, 404);
            assertThat(answer.body()).doesNotContain("Tomcat", "Exception", "<html");
        }
    }

    @Test
    void headersOfProxiesAndOtherSmugglersAreIgnored() {
        for (String header : List.of(
                "X-Forwarded-For",
                "X-Forwarded-User",
                "X-Forwarded-Prefix",
                "X-Original-URL",
                "X-Rewrite-URL",
                "X-SSL-Client-Verify",
                "X-SSL-Client-S-DN",
                "Forwarded",
                "Cookie")) {
            HttpRequest.Builder request = manager.request("/api/v1/nodes")
                    .header(header, "/actuator/health")
                    .header("X-HTTP-Method-Override", "GET");
            assertThat(manager.send(request).statusCode()).as(header).isEqualTo(401);
        }
    }

    @Test
    void aFreeFormBootstrapTokenWorksAndStaysRevokedOnceItWas() {
        FirstApiToken first = manager.bean(FirstApiToken.class);
        Token given =
                FirstApiToken.read("correct-horse-battery-staple-and-more").orElseThrow();
        assertThat(first.keep(given)).isTrue();
        assertThat(first.keep(given)).isTrue();
        assertThat(send(new Call("GET", "/actuator/prometheus"), given.secret()).statusCode())
                .isEqualTo(200);
        assertThat(first.makeIfNone()).isEmpty();

        manager.jdbc()
                .sql("update api_token set revoked_at = now() where id = :id")
                .param("id", given.id())
                .update();

        assertThat(first.keep(given)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "has a blank in it and so is not one token", "mmat_0.x"})
    void aWeakBootstrapTokenIsRefused(String text) {
        assertThat(FirstApiToken.read(text)).isEmpty();
    }

    private HttpResponse<String> send(Call call, @org.jspecify.annotations.Nullable String token) {
        HttpRequest.Builder request = manager.request(call.path())
                .method(
                        call.method(),
                        Set.of("GET", "HEAD", "OPTIONS").contains(call.method())
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofString("{}"));
        return manager.send(token == null ? request : request.header("Authorization", "Bearer " + token));
    }

    private Token newApiToken(String... scopes) {
        Token token = Token.generate(Token.Kind.API);
        manager.jdbc()
                .sql("""
                        insert into api_token (tenant_id, id, name, secret_sha256, scopes, expires_at)
                        values (:tenant, :id, 'test', :sha256, :scopes, now() + interval '1 hour')
                        """)
                .param("tenant", TenantId.DEFAULT.value())
                .param("id", token.id())
                .param("sha256", token.sha256())
                .param("scopes", scopes)
                .update();
        return token;
    }
}

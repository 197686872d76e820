package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.web.admin.AdminApi.Reply;
import org.maintenancemanager.web.testing.ManagerUnderTest;

class ProblemTest {
    private final AdminApi api = new AdminApi();

    @Test
    void problemNamesTypeAdviceAndRequest() {
        Reply reply = api.send(api.manager
                .adminRequest("/api/v1/nodes/" + UUID.randomUUID())
                .header("X-Request-Id", "my-request")
                .GET());

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.http().headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(reply.body().get("type").asString()).isEqualTo("urn:maintmgr:problem:not-found");
        assertThat(reply.body().get("status").asInt()).isEqualTo(404);
        assertThat(reply.body().get("advice").asString()).isNotEmpty();
        assertThat(reply.body().get("detail").asString()).startsWith("There is no node ");
        assertThat(reply.body().get("requestId").asString()).isEqualTo("my-request");
        assertThat(reply.body().has("errors")).isFalse();
    }

    @Test
    void brokenJsonIsToldWithLineAndColumn() {
        Reply reply = api.post("/api/v1/sites", "{\"path\": \"/a\",\n \"zone\" \"UTC\"}");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo("malformed-body");
        assertThat(reply.body().get("detail").asString()).startsWith("Line 2, column 9: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "{", "[", "{} {}", "{\"path\":\"/a\",\"path\":\"/b\"}", "nil", "\"\u0000"})
    void whatIsNotOneJsonDocumentIsMalformed(String body) {
        assertThat(api.post("/api/v1/sites", body).expect(400).code()).isEqualTo("malformed-body");
    }

    @Test
    void textWithTheOneCharacterThatCannotBeKeptIsNamed() {
        Reply login = api.send(api.manager
                .request("/console/login")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"name\": \"a\\u0000b\", \"password\": \"x\"}")));
        assertThat(login.expect(400).pointers()).containsExactly("/name");
        assertThat(api.post(
                                "/api/v1/sites",
                                "[{\"path\":\"/a\",\"zone\":\"UTC\"},{\"path\":\"/b\",\"zone\":\"U\\u0000\"}]")
                        .expect(400)
                        .pointers())
                .containsExactly("/1/zone");
        assertThat(api.post("/api/v1/nodes", "{\"name\":\"n\",\"labels\":{\"a\\u0000\":\"b\"}}")
                        .expect(400)
                        .pointers())
                .containsExactly("/labels");
        for (String query : List.of("nodes?filter=name==a%00b", "sites?sort=na%00me", "nodes?cursor=%00")) {
            assertThat(api.get("/api/v1/" + query).expect(400).pointers())
                    .as(query)
                    .hasSize(1);
        }
        // Behind an escaped backslash it is only six harmless letters.
        assertThat(api.post(
                                "/api/v1/sites",
                                "{\"path\":\"/nul-%s\",\"name\":\"\\\\u0000\",\"zone\":\"UTC\"}"
                                        .formatted(UUID.randomUUID()))
                        .status())
                .isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/reports/night?date=%00",
                "/api/v1/nodes:count?filter=name==%00",
                "/api/v1/windows/coverage?site=%00",
                "/api/v1/channels/%00",
                "/calendars/feed/%00.ics"
            })
    void noSpellingOfItIsAFaultOfOurs(String path) {
        assertThat(api.get(path).status()).isLessThan(500);
    }

    @Test
    void veryDeepJsonIsRefused() {
        assertThat(api.post("/api/v1/sites", "[".repeat(100_000)).expect(400).code())
                .isEqualTo("malformed-body");
    }

    @Test
    void unknownFieldIsNamedWithThoseAllowed() {
        Reply reply = api.post("/api/v1/sites", "{\"path\":\"/a\",\"timezone\":\"UTC\"}");

        assertThat(reply.expect(400).code()).isEqualTo("invalid-request");
        assertThat(reply.errors()).containsExactly("/timezone: is not known here; allowed are name, path, zone");
    }

    @Test
    void wrongTypesAreNamedItemByItem() {
        Reply reply = api.post(
                "/api/v1/nodes",
                "[{\"name\":5}, {\"siteId\":\"x\"}, 7, {\"labels\":{\"a/b\":{}}}, {\"issueToken\":\"yes\"}]");

        assertThat(reply.expect(400).errors())
                .containsExactly(
                        "/0/name: is '5'; expected a text",
                        "/1/siteId: is 'x'; expected a UUID",
                        "/2: is not an object",
                        "/3/labels/a~1b: does not fit; expected a text",
                        "/4/issueToken: does not fit; expected true or false");
    }

    @Test
    void bodyOverTheLimitIsRefusedBeforeItIsRead() {
        ManagerUnderTest small = ManagerUnderTest.startAnother("manager.admin-api.max-body=1KB");
        try (var context = small.context()) {
            String body = "{\"path\":\"" + "a".repeat(2000) + "\"}";
            for (var publisher : List.of(
                    BodyPublishers.ofString(body),
                    BodyPublishers.ofInputStream(
                            () -> new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8))))) {
                for (String key : List.of("", "key-1")) {
                    var request = small.adminRequest("/api/v1/sites").header("Content-Type", "application/json");
                    if (!key.isEmpty()) {
                        request.header("Idempotency-Key", key);
                    }
                    var answer = small.send(request.POST(publisher));
                    assertThat(answer.statusCode()).isEqualTo(413);
                    assertThat(answer.body()).contains("\"too-large\"").contains("1024 bytes");
                }
            }
            assertThat(context.isActive()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"text/plain", "application/xml", "rubbish"})
    void otherMediaTypesAreNotSupported(String type) {
        Reply reply = api.send(api.manager
                .adminRequest("/api/v1/sites")
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString("{}")));

        assertThat(reply.expect(415).code()).isEqualTo("unsupported-media-type");
        assertThat(reply.body().get("detail").asString()).contains("application/json");
    }

    @Test
    void onlyJsonCanBeHad() {
        Reply reply = api.send(api.manager
                .adminRequest("/api/v1/sites")
                .header("Accept", "application/xml")
                .GET());

        assertThat(reply.expect(406).code()).isEqualTo("not-acceptable");
    }

    @Test
    void wrongMethodIsToldThoseAllowed() {
        Reply reply = api.send(api.manager.adminRequest("/api/v1/sites").DELETE());

        assertThat(reply.expect(405).code()).isEqualTo("method-not-allowed");
        assertThat(reply.http().headers().firstValue("Allow").orElse(""))
                .contains("GET")
                .contains("POST");
    }

    @Test
    void unknownPathAndIdThatIsNoneAreNotFound() {
        assertThat(api.get("/api/v1/no-such-thing").expect(404).code()).isEqualTo("not-found");
        assertThat(api.get("/api/v1/nodes/17").expect(404).code()).isEqualTo("not-found");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limit=0|invalid-request|/limit",
                "limit=1001|invalid-request|/limit",
                "limit=ten|invalid-request|/limit",
                "filer=a|invalid-request|/filer",
                "limit=1&limit=2|invalid-request|/limit",
                "filter=name%3D%3D|invalid-filter|/filter",
                "filter=colour%3D%3Dred|invalid-filter|/filter",
                "filter=state%3D%3DBROKEN|invalid-filter|/filter",
                "sort=colour|invalid-filter|/sort",
                "cursor=abc|invalid-cursor|/cursor"
            })
    void listParametersAreChecked(String query, String code, String pointer) {
        Reply reply = api.get("/api/v1/nodes?" + query);

        assertThat(reply.expect(400).code()).isEqualTo(code);
        assertThat(reply.errors()).singleElement().asString().startsWith(pointer + ": ");
    }

    @Test
    void changeNeedsTheVersionThatWasSeen() {
        String site = api.get("/api/v1/sites?limit=1&filter=path%3D%3D" + api.newSite())
                .body()
                .at("/items/0/id")
                .asString();
        String path = "/api/v1/sites/" + site;

        assertThat(api.send(api.manager
                                .adminRequest(path)
                                .header("Content-Type", "application/json")
                                .method("PATCH", BodyPublishers.ofString("{}")))
                        .expect(428)
                        .code())
                .isEqualTo("precondition-required");
        assertThat(api.delete(path).expect(428).code()).isEqualTo("precondition-required");
        assertThat(api.patch(path, "{\"name\":\"x\"}", "\"7\"").expect(412).code())
                .isEqualTo("precondition-failed");
        assertThat(api.patch(path, "{\"name\":\"x\"}", "W/\"0\"").expect(412).code())
                .isEqualTo("precondition-failed");
        assertThat(api.patch(path, "{\"name\":\"x\"}", "rubbish").expect(412).code())
                .isEqualTo("precondition-failed");
    }
}

package org.maintenancemanager.web.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Images, channels, windows and budgets over HTTP; what the services themselves refuse is tested with them. */
class CatalogRestTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ManagerUnderTest manager = ManagerUnderTest.shared();
    private final String name = "t" + UUID.randomUUID();

    @Test
    void imageGoesFromDraftToWithdrawn() {
        byte[] bytes = ("bytes of " + name).getBytes(US_ASCII);
        var created = manager.post("/api/v1/images", image("sha256", sha256(bytes)));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        String path = created.headers().firstValue("Location").orElseThrow();
        assertThat(problem(409, "illegal-state", manager.post(path + ":publish", "{}")))
                .contains("artifact");

        var stored = put(path + "/artifact", bytes);
        assertThat(stored.statusCode()).as(stored.body()).isEqualTo(200);
        assertThat(json(stored).path("sizeBytes").asLong()).isEqualTo(bytes.length);
        assertThat(json(stored).path("stored").asBoolean()).isTrue();
        assertThat(json(stored).path("md5").asString()).hasSize(32);

        String stale = created.headers().firstValue("ETag").orElse("\"0\"");
        assertThat(patch(path, stale, "{\"notes\":\"x\"}").statusCode()).isEqualTo(412);
        String tag = stored.headers().firstValue("ETag").orElseThrow();
        var patched = patch(path, tag, "{\"notes\":\"x\",\"severity\":\"HIGH\",\"hardware\":[\"NUC 13\"]}");
        assertThat(patched.statusCode()).as(patched.body()).isEqualTo(200);
        assertThat(json(patched).path("hardware").path(0).asString()).isEqualTo("NUC 13");
        assertThat(json(patched).path("stored").asBoolean()).isTrue();

        var published = manager.post(path + ":publish", "{}");
        assertThat(json(published).path("state").asString()).isEqualTo("PUBLISHED");
        String now = published.headers().firstValue("ETag").orElseThrow();
        problem(409, "illegal-state", patch(path, now, "{\"releaseCounter\":8}"));
        problem(409, "illegal-state", delete(path, now));
        assertThat(json(manager.post(path + ":withdraw", "{}")).path("state").asString())
                .isEqualTo("WITHDRAWN");
        assertThat(json(manager.get(path)).path("state").asString()).isEqualTo("WITHDRAWN");
        assertThat(names(manager.get("/api/v1/images?filter=family==" + name), "state"))
                .containsExactly("WITHDRAWN");
    }

    @Test
    void bytesThatAreNotTheImageAreRefused() {
        byte[] bytes = "right".getBytes(US_ASCII);
        String path = manager.post("/api/v1/images", image("sha256", sha256(bytes)))
                .headers()
                .firstValue("Location")
                .orElseThrow();
        assertThat(pointers(put(path + "/artifact", "wrong".getBytes(US_ASCII))))
                .containsExactly("/sha256");
        assertThat(pointers(put(path + "/artifact", new byte[0]))).containsExactly("");
        assertThat(manager.send(manager.adminRequest(path + "/artifact")
                                .header("Content-Type", "text/plain")
                                .PUT(BodyPublishers.ofByteArray(bytes)))
                        .statusCode())
                .isEqualTo(415);
        // Without a length in front, as pipes send it.
        var chunked = manager.send(manager.adminRequest(path + "/artifact")
                .header("Content-Type", "application/octet-stream")
                .PUT(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes))));
        assertThat(chunked.statusCode()).as(chunked.body()).isEqualTo(200);
        assertThat(put("/api/v1/images/" + UUID.randomUUID() + "/artifact", bytes)
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void imageCanBeRegisteredByItsBytes() {
        byte[] bytes = ("upload of " + name).getBytes(US_ASCII);
        var created = upload("?family=" + name + "&version=1.0&releaseCounter=3&architecture=x86_64", bytes);
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(json(created).path("sha256").asString()).isEqualTo(sha256(bytes));
        assertThat(manager.get(created.headers().firstValue("Location").orElseThrow())
                        .body())
                .isEqualTo(created.body());

        assertThat(pointers(upload("?family=" + name, bytes)))
                .containsExactly("/version", "/releaseCounter", "/architecture");
        assertThat(pointers(upload("?family=f&version=1&releaseCounter=many&architecture=x", bytes)))
                .containsExactly("/releaseCounter");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sha256         | "abc"                  | /sha256
            sha256         | "%064x"                | /sha256
            sha256         | 5                      | /sha256
            releaseCounter | "many"                 | /releaseCounter
            releaseCounter | -1                     | /releaseCounter
            releaseCounter | 1.5                    | /releaseCounter
            releaseCounter | 99999999999999999999   | /releaseCounter
            sizeBytes      | 0                      | /sizeBytes
            severity       | "DREADFUL"             | /severity
            url            | "https://u:p@host/x"   | /url
            url            | "javascript:alert(1)"  | /url
            hardware       | "NUC"                  | /hardware
            hardware       | [null]                 | /hardware/0
            fixedCves      | ["CVE-1"]              | /fixedCves/0
            state          | "PUBLISHED"            | /state
            stored         | true                   | /stored
            """)
    void badImageFieldIsNamed(String field, String value, String pointer) {
        assertThat(pointers(manager.post("/api/v1/images", image(field, value))))
                .containsExactly(pointer);
        String bulk = "[%s,%s]".formatted(image("notes", "\"good\""), image(field, value));
        assertThat(pointers(manager.post("/api/v1/images", bulk))).containsExactly("/1" + pointer);
        assertThat(names(manager.get("/api/v1/images?filter=family==" + name), "version"))
                .isEmpty();
    }

    @Test
    void whatIsNoJsonIsRefused() {
        problem(400, "malformed-body", manager.post("/api/v1/images", "{\"family\":"));
        problem(400, "malformed-body", manager.post("/api/v1/windows", "{\"name\":\"a\",\"name\":\"b\"}"));
        assertThat(manager.post("/api/v1/budgets", "5").statusCode()).isEqualTo(400);
        problem(404, "not-found", manager.get("/api/v1/images/" + UUID.randomUUID()));
        problem(404, "not-found", manager.get("/api/v1/windows/x"));
        problem(400, "invalid-filter", manager.get("/api/v1/channels?filter=colour==red"));
    }

    @Test
    void channelPointsToWhatIsPromoted() {
        var image = manager.post("/api/v1/images", image("url", "\"https://cdn.example/os.raw\""));
        String imageId = json(image).path("id").asString();
        var created = manager.post("/api/v1/channels", "{\"family\":\"%s\",\"name\":\"stable\"}".formatted(name));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        String path = created.headers().firstValue("Location").orElseThrow();
        String promotion = "{\"imageId\":\"%s\"}".formatted(imageId);
        assertThat(pointers(manager.post(path + ":promote", promotion))).containsExactly("/imageId");
        assertThat(pointers(manager.post(path + ":promote", "{}"))).containsExactly("/imageId");

        manager.post("/api/v1/images/" + imageId + ":publish", "{}");
        var promoted = manager.post(path + ":promote", promotion);
        assertThat(json(promoted).path("imageId").asString()).isEqualTo(imageId);
        problem(
                409,
                "conflict",
                manager.post("/api/v1/channels", "{\"family\":\"%s\",\"name\":\"stable\"}".formatted(name)));
        String tag = promoted.headers().firstValue("ETag").orElseThrow();
        var emptied = patch(path, tag, "{\"imageId\":null}");
        assertThat(json(emptied).has("imageId")).isFalse();
        assertThat(delete(path, emptied.headers().firstValue("ETag").orElseThrow())
                        .statusCode())
                .isEqualTo(204);
    }

    @Test
    void windowIsCreatedChangedAndDeleted() {
        var created = manager.post("/api/v1/windows", window("enabled", "true"));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(json(created).path("duration").asString()).isEqualTo("PT2H");
        assertThat(json(created).path("recurrence").path("days").toString()).isEqualTo("[\"MONDAY\",\"FRIDAY\"]");
        String path = created.headers().firstValue("Location").orElseThrow();
        problem(
                428,
                "precondition-required",
                manager.send(manager.adminRequest(path).DELETE()));

        var loaded = manager.get(path);
        assertThat(json(loaded)).isEqualTo(json(created));
        var patched = patch(
                path,
                loaded.headers().firstValue("ETag").orElseThrow(),
                "{\"kind\":\"FREEZE\",\"validUntil\":\"2027-01-01T00:00:00Z\",\"recurrence\":{\"interval\":2}}");
        assertThat(patched.statusCode()).as(patched.body()).isEqualTo(200);
        assertThat(json(patched).path("recurrence").path("interval").asInt()).isEqualTo(2);
        assertThat(json(patched).path("recurrence").path("days").size()).isEqualTo(2);
        assertThat(names(manager.get("/api/v1/windows?filter=name==" + name + ";kind==FREEZE"), "name"))
                .containsExactly(name);
        assertThat(pointers(patch(
                        path,
                        patched.headers().firstValue("ETag").orElseThrow(),
                        "{\"zone\":null,\"duration\":\"PT1S\",\"validFrom\":\"2028-01-01T00:00:00Z\"}")))
                .contains("/zone");
        assertThat(delete(path, patched.headers().firstValue("ETag").orElseThrow())
                        .statusCode())
                .isEqualTo(204);
        assertThat(manager.get(path).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            zone       | "Mars/Olympus"                                              | /zone
            zone       | "+02:00"                                                    | /zone
            duration   | "-PT1H"                                                     | /duration
            duration   | 3600                                                        | /duration
            kind       | "MAYBE"                                                     | /kind
            validFrom  | "tomorrow"                                                  | /validFrom
            colour     | "red"                                                       | /colour
            recurrence | {"type":"HOURLY"}                                           | /recurrence/type
            recurrence | {"type":"WEEKLY","startsAt":"2026-03-02T22:00","days":["MOONDAY"]} | /recurrence/days/0
            recurrence | {"type":"RRULE","startsAt":"2026-03-02T22:00","rrule":"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"} | /recurrence/rrule
            recurrence | {"type":"RRULE","startsAt":"2026-03-02T22:00","rrule":"every day"} | /recurrence/rrule
            target     | {"type":"SELECTOR","selector":"label.a="}                   | /target/selector
            target     | {"type":"SELECTOR","selector":""}                           | /target/selector
            target     | {"type":"SITE","sitePath":"/nowhere"}                        | /target/sitePath
            target     | {"type":"NODE","nodeId":"00000000-0000-0000-0000-000000000001"} | /target/nodeId
            target     | {"type":"NODE","nodeId":"1"}                                | /target/nodeId
            """)
    void badWindowFieldIsNamed(String field, String value, String pointer) {
        assertThat(pointers(manager.post("/api/v1/windows", window(field, value))))
                .containsExactly(pointer);
        assertThat(pointers(manager.post("/api/v1/windows:preview", window(field, value))))
                .containsExactly(pointer);
        assertThat(names(manager.get("/api/v1/windows?filter=name==" + name), "name"))
                .isEmpty();
    }

    @Test
    void previewShowsTheNextOccurrences() {
        var preview = manager.post("/api/v1/windows:preview?zone=Europe/Berlin", window("zone", "\"NODE_LOCAL\""));
        assertThat(preview.statusCode()).as(preview.body()).isEqualTo(200);
        assertThat(json(preview).path("zone").asString()).isEqualTo("Europe/Berlin");
        assertThat(json(preview).path("occurrences").size()).isEqualTo(10);
        JsonNode first = json(preview).path("occurrences").path(0);
        assertThat(first.path("startsAt").asString()).endsWith("Z");
        assertThat(first.path("localStartsAt").asString()).containsPattern("\\+0[12]:00$");
        assertThat(first.path("clockChange").asString()).isEqualTo("NONE");
        assertThat(pointers(manager.post("/api/v1/windows:preview?zone=Mars", window("zone", "\"NODE_LOCAL\""))))
                .containsExactly("/zone");
    }

    @Test
    void budgetIsRaisedAndLowered() {
        UUID site = manager.newSite();
        String body = "{\"name\":\"%s\",\"sitePath\":\"/test-%s\",\"maxInFlight\":5}".formatted(name, site);
        var created = manager.post("/api/v1/budgets", "[" + body + "]");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(json(created).path(0).path("inFlight").asInt()).isZero();
        problem(409, "conflict", manager.post("/api/v1/budgets", body));

        String path = "/api/v1/budgets/" + json(created).path(0).path("id").asString();
        String tag = manager.get(path).headers().firstValue("ETag").orElseThrow();
        var lowered = patch(path, tag, "{\"maxInFlight\":2}");
        assertThat(json(lowered).path("maxInFlight").asInt()).isEqualTo(2);
        String next = lowered.headers().firstValue("ETag").orElseThrow();
        assertThat(pointers(patch(path, next, "{\"maxInFlight\":-1}"))).containsExactly("/maxInFlight");
        assertThat(pointers(patch(path, next, "{\"sitePath\":\"/other\"}"))).containsExactly("/sitePath");
        assertThat(pointers(patch(path, next, "{\"inFlight\":0}"))).containsExactly("/inFlight");
        assertThat(pointers(manager.post("/api/v1/budgets", "{\"sitePath\":\"/nowhere\"}")))
                .containsExactly("/name", "/maxInFlight", "/sitePath");
        assertThat(delete(path, next).statusCode()).isEqualTo(204);
    }

    @Test
    void budgetPacesDownloadsOfASelector() {
        var created = manager.post(
                "/api/v1/budgets",
                "{\"name\":\"%s\",\"selector\":\"label.line==%1$s\",\"downloads\":{\"max\":4}}".formatted(name));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(json(created).has("maxInFlight")).isFalse();
        assertThat(json(created).has("sitePath")).isFalse();
        assertThat(json(created).path("downloading").asInt(-1)).isZero();
        String path = "/api/v1/budgets/" + json(created).path("id").asString();
        var changed = patch(
                path,
                manager.get(path).headers().firstValue("ETag").orElseThrow(),
                "{\"maxInFlight\":7,\"downloads\":{\"max\":null,\"bytesPerSecond\":1000}}");
        assertThat(json(changed).path("downloads").toString()).isEqualTo("{\"bytesPerSecond\":1000}");
        String tag = changed.headers().firstValue("ETag").orElseThrow();
        assertThat(pointers(patch(path, tag, "{\"selector\":\"name==x\"}"))).containsExactly("/selector");
        assertThat(pointers(patch(path, tag, "{\"downloads\":{\"bytesPerSecond\":0}}")))
                .containsExactly("/downloads/bytesPerSecond");
        assertThat(pointers(patch(path, tag, "{\"downloads\":null,\"maxInFlight\":null}")))
                .containsExactly("/maxInFlight");
        var unpaced = patch(path, tag, "{\"downloads\":null}");
        assertThat(json(unpaced).has("downloads")).isFalse();
        assertThat(delete(path, unpaced.headers().firstValue("ETag").orElseThrow())
                        .statusCode())
                .isEqualTo(204);
    }

    @Test
    void nobodyGetsInWithoutToken() {
        for (String path : List.of("/api/v1/images", "/api/v1/channels", "/api/v1/windows", "/api/v1/budgets")) {
            assertThat(manager.send(manager.request(path).GET()).statusCode()).isEqualTo(401);
        }
    }

    @Test
    void postWithIdempotencyKeyIsDoneOnce() {
        String key = UUID.randomUUID().toString();
        String body = window("enabled", "true");
        HttpResponse<String> first = postWithKey(key, body);
        HttpResponse<String> second = postWithKey(key, body);
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(names(manager.get("/api/v1/windows?filter=name==" + name), "name"))
                .containsExactly(name);
    }

    private HttpResponse<String> postWithKey(String key, String body) {
        return manager.send(manager.adminRequest("/api/v1/windows")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> put(String path, byte[] bytes) {
        return manager.send(manager.adminRequest(path)
                .header("Content-Type", "application/octet-stream")
                .PUT(BodyPublishers.ofByteArray(bytes)));
    }

    private HttpResponse<String> upload(String query, byte[] bytes) {
        return manager.send(manager.adminRequest("/api/v1/images:upload" + query)
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofByteArray(bytes)));
    }

    private HttpResponse<String> patch(String path, String tag, String body) {
        return manager.send(manager.adminRequest(path)
                .header("Content-Type", "application/merge-patch+json")
                .header("If-Match", tag)
                .method("PATCH", BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> delete(String path, String tag) {
        return manager.send(manager.adminRequest(path).header("If-Match", tag).DELETE());
    }

    /** An image of this test's family with one field set; a digest may stand without quotes. */
    private String image(String field, String value) {
        var image = JSON.createObjectNode();
        image.put("family", name)
                .put("version", "1.0")
                .put("releaseCounter", 1)
                .put("architecture", "x86_64")
                .put("sizeBytes", 5)
                .put("sha256", "0".repeat(64));
        if (field.equals("sha256") && value.length() == 64) {
            image.remove("sizeBytes");
            return image.put("sha256", value).toString();
        }
        image.set(field, JSON.readTree(value));
        return image.toString();
    }

    private String window(String field, String value) {
        var window = (tools.jackson.databind.node.ObjectNode) JSON.readTree("""
                {
                  "kind": "PERMIT",
                  "recurrence": {"type": "WEEKLY", "startsAt": "2026-03-02T22:00", "days": ["FRIDAY", "MONDAY"]},
                  "duration": "PT2H",
                  "zone": "Europe/Berlin",
                  "target": {"type": "SELECTOR", "selector": "label.ring==canary"}
                }
                """);
        window.put("name", name);
        window.set(field, JSON.readTree(value));
        return window.toString();
    }

    private static String problem(int status, String code, HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(json(response).path("code").asString()).isEqualTo(code);
        return json(response).path("detail").asString("");
    }

    private static List<String> pointers(HttpResponse<String> response) {
        problem(400, "invalid-request", response);
        return json(response)
                .path("errors")
                .valueStream()
                .map(error -> error.path("pointer").asString())
                .toList();
    }

    private static List<String> names(HttpResponse<String> response, String field) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response)
                .path("items")
                .valueStream()
                .map(item -> item.path(field).asString())
                .toList();
    }

    private static JsonNode json(HttpResponse<String> response) {
        return JSON.readTree(response.body());
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

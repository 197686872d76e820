package org.maintenancemanager.web.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A tenant of a test's own, with its first API token. */
public final class TestTenant {
    public static final String PATH = "/api/v1/managed-tenants";
    private static final JsonMapper JSON = JsonMapper.shared();

    public final String name = "t-" + UUID.randomUUID();
    public final String id;
    public final String token;

    private final ManagerUnderTest manager;

    /** @param quotas as JSON */
    public TestTenant(ManagerUnderTest manager, String quotas) {
        this.manager = manager;
        HttpResponse<String> made = manager.post(PATH, """
                {"name": "%s", "zone": "Europe/Berlin", "quotas": %s}""".formatted(name, quotas));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        JsonNode body = JSON.readTree(made.body());
        id = body.get("tenant").get("id").asString();
        token = body.get("token").get("token").asString();
    }

    public HttpRequest.Builder request(String path) {
        return manager.request(path).header("Authorization", "Bearer " + token);
    }

    public HttpResponse<String> get(String path) {
        return manager.send(request(path).GET());
    }

    public HttpResponse<String> post(String path, String json) {
        return send("POST", path, "application/json", json);
    }

    /** A merge patch of whatever the object is now. */
    public HttpResponse<String> patch(String path, String json) {
        HttpRequest.Builder request = request(path).header("Content-Type", "application/merge-patch+json");
        get(path).headers().firstValue("ETag").ifPresent(tag -> request.header("If-Match", tag));
        return manager.send(request.method("PATCH", HttpRequest.BodyPublishers.ofString(json)));
    }

    public HttpResponse<String> send(String method, String path, String type, String body) {
        return manager.send(
                request(path).header("Content-Type", type).method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    /** As those who run the manager see it. */
    public JsonNode now() {
        return JSON.readTree(manager.get(PATH + "/" + id).body());
    }

    /** What those who run the manager do with it: suspend, resume, restore. */
    public HttpResponse<String> act(String action) {
        return manager.post(PATH + "/" + id + ":" + action, "{\"reason\": \"a test\"}");
    }

    public HttpResponse<String> delete() {
        return manager.send(manager.adminRequest(PATH + "/" + id)
                .header("If-Match", "\"" + now().get("revision").asLong() + "\"")
                .DELETE());
    }

    public String enrollmentToken() {
        post("/api/v1/sites", "{\"path\": \"/here\", \"name\": \"Here\", \"zone\": \"UTC\"}");
        return JSON.readTree(
                        post("/api/v1/enrollment-tokens", "{\"name\": \"t\", \"site\": \"/here\", \"maxUses\": 10}")
                                .body())
                .get("token")
                .asString();
    }

    public HttpResponse<String> enroll(String enrollmentToken) {
        return manager.nodeCall("enroll", null, """
                {"enrollmentToken": "%s", "publicKey": "%s"}
                """.formatted(enrollmentToken, ManagerUnderTest.newPublicKey()));
    }
}

package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls the admin API as a script would. */
final class AdminApi {
    static final JsonMapper JSON = JsonMapper.builder().build();

    final ManagerUnderTest manager = ManagerUnderTest.shared();

    /** A status and the body as JSON; missing when empty. */
    record Reply(int status, JsonNode body, HttpResponse<String> http) {
        String code() {
            return body.path("code").asString("");
        }

        /** {@code pointer: detail} of each error. */
        List<String> errors() {
            List<String> errors = new ArrayList<>();
            body.path("errors")
                    .forEach(error -> errors.add(error.get("pointer").asString() + ": "
                            + error.get("detail").asString()));
            return errors;
        }

        /** Of each error. */
        List<String> pointers() {
            return body.path("errors").values().stream()
                    .map(error -> error.get("pointer").asString())
                    .toList();
        }

        String id() {
            return body.get("id").asString();
        }

        Reply expect(int wanted) {
            assertThat(status).as(String.valueOf(http.body())).isEqualTo(wanted);
            return this;
        }
    }

    Reply get(String path) {
        return reply(manager.get(path));
    }

    Reply post(String path, String json) {
        return reply(manager.post(path, json));
    }

    Reply post(String path, String json, String idempotencyKey) {
        return send(manager.adminRequest(path)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", idempotencyKey)
                .POST(BodyPublishers.ofString(json)));
    }

    /** An action without a body. */
    Reply act(String path) {
        return send(manager.adminRequest(path).POST(BodyPublishers.noBody()));
    }

    Reply patch(String path, String json, String ifMatch) {
        return send(manager.adminRequest(path)
                .header("Content-Type", "application/merge-patch+json")
                .header("If-Match", ifMatch)
                .method("PATCH", BodyPublishers.ofString(json)));
    }

    Reply delete(String path, String ifMatch) {
        return send(manager.adminRequest(path).header("If-Match", ifMatch).DELETE());
    }

    Reply delete(String path) {
        return send(manager.adminRequest(path).DELETE());
    }

    Reply send(HttpRequest.Builder request) {
        return reply(manager.send(request));
    }

    /** Every item of a list, page by page. */
    List<JsonNode> all(String path, int limit) {
        List<JsonNode> items = new ArrayList<>();
        String cursor = "";
        do {
            Reply page = get(path + (path.contains("?") ? "&" : "?") + "limit=" + limit + cursor)
                    .expect(200);
            page.body().get("items").forEach(items::add);
            cursor = page.body().has("nextCursor")
                    ? "&cursor=" + encoded(page.body().get("nextCursor").asString())
                    : "";
        } while (!cursor.isEmpty());
        return items;
    }

    /** A new site of its own; gives its path. */
    String newSite() {
        String path = "/test/" + UUID.randomUUID();
        post("/api/v1/sites", "{\"path\":\"%s\",\"zone\":\"Europe/Berlin\"}".formatted(path))
                .expect(201);
        return path;
    }

    /** A new active node of its own; gives its id. */
    String newNode() {
        return post("/api/v1/nodes", node(UUID.randomUUID().toString(), newSite()))
                .expect(201)
                .id();
    }

    static String node(String name, String site) {
        return "{\"name\":\"%s\",\"site\":\"%s\",\"architecture\":\"x86_64\"}".formatted(name, site);
    }

    static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static Reply reply(HttpResponse<String> http) {
        boolean json = http.headers().firstValue("Content-Type").orElse("").contains("json");
        return new Reply(http.statusCode(), json ? JSON.readTree(http.body()) : JSON.missingNode(), http);
    }
}

package org.maintenancemanager.web.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody who runs a fleet by the REST API, and nothing else. */
final class Operator {
    private final JsonMapper json = JsonMapper.builder().build();
    private final HttpClient http = HttpClient.newHttpClient();
    private final String manager;
    private final String apiToken;

    Operator(String manager, String apiToken) {
        this.manager = manager;
        this.apiToken = apiToken;
    }

    /** A plant with a budget, in a window that is open all day. */
    void openPlant(int budget) throws IOException, InterruptedException {
        post("/api/v1/sites", "{\"path\": \"/eu\", \"name\": \"Europe\", \"zone\": \"Europe/Berlin\"}");
        post("/api/v1/sites", "{\"path\": \"/eu/plant\", \"name\": \"Plant\", \"zone\": \"Europe/Berlin\"}");
        post("/api/v1/budgets", "{\"name\": \"plant\", \"sitePath\": \"/eu\", \"maxInFlight\": %d}".formatted(budget));
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC).withNano(0);
        post("/api/v1/windows", """
                {"name": "today", "kind": "PERMIT", "zone": "UTC", "target": {"type": "TENANT"},
                 "recurrence": {"type": "ONE_SHOT", "startsAt": "%s", "endsAt": "%s"}}
                """.formatted(now.minusHours(1), now.plusHours(24)));
    }

    String enrollmentToken(int uses) throws IOException, InterruptedException {
        return post(
                        "/api/v1/enrollment-tokens",
                        "{\"name\": \"plant\", \"site\": \"/eu/plant\", \"maxUses\": %d, \"validFor\": \"PT1H\"}"
                                .formatted(uses))
                .get("token")
                .asString();
    }

    /** A published image of 100,000 bytes. */
    String image(String version, int releaseCounter)
            throws IOException, InterruptedException, NoSuchAlgorithmException {
        byte[] bytes = new byte[100_000];
        new Random(version.hashCode()).nextBytes(bytes);
        return image(version, releaseCounter, bytes, "");
    }

    /**
     * A published image.
     *
     * @param more fields of the image as JSON that begins with a comma, or nothing
     */
    String image(String version, int releaseCounter, byte[] bytes, String more)
            throws IOException, InterruptedException, NoSuchAlgorithmException {
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        String id = post("/api/v1/images", """
                        {"family": "edge", "version": "%s", "releaseCounter": %d, "architecture": "x86_64",
                         "sizeBytes": %d, "sha256": "%s"%s}
                        """.formatted(version, releaseCounter, bytes.length, sha256, more))
                .get("id")
                .asString();
        send(request("/api/v1/images/" + id + "/artifact")
                .header("Content-Type", "application/octet-stream")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes))
                .build());
        post("/api/v1/images/" + id + ":publish", "");
        return id;
    }

    /** A running campaign for all nodes: a canary of 5 % that has to be confirmed to 70 %, then the rest. */
    String campaign(String name, String image, int maxInFlight, String permitLimit, String bootDeadline, String rules)
            throws IOException, InterruptedException {
        String id = post("/api/v1/campaigns", """
                        {"name": "%s", "imageId": "%s", "allNodes": true, "maxInFlight": %d,
                         "permitLimit": "%s", "neededTime": "PT2S", "bootDeadline": "%s", "rules": %s,
                         "waves": [{"name": "canary", "percent": 5, "minConfirmedShare": 0.7},
                                   {"name": "rest", "rest": true, "minConfirmedShare": 0}]}
                        """.formatted(name, image, maxInFlight, permitLimit, bootDeadline, rules))
                .get("id")
                .asString();
        post("/api/v1/campaigns/" + id + ":start", "");
        return id;
    }

    JsonNode campaign(String id) throws IOException, InterruptedException {
        return get("/api/v1/campaigns/" + id);
    }

    String state(String campaign) throws IOException, InterruptedException {
        return campaign(campaign).get("state").asString();
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return send(request(path).build());
    }

    JsonNode post(String path, String body) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(manager + path)).header("Authorization", "Bearer " + apiToken);
    }

    private JsonNode send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(request + " " + response.body()).isBetween(200, 299);
        return json.readTree(response.body().isEmpty() ? "{}" : response.body());
    }
}

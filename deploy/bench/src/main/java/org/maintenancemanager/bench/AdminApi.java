package org.maintenancemanager.bench;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** The admin API, as far as the bench sets up what it measures. */
final class AdminApi implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final JsonMapper json = JsonMapper.builder().build();
    private final ManagerProcess manager;
    private final String token;

    AdminApi(ManagerProcess manager, String token) {
        this.manager = manager;
        this.token = token;
    }

    /**
     * The answer's body; a missing node when it has none.
     *
     * @throws IOException when the answer is not a 2xx, with what it says
     */
    JsonNode post(String path, Object body) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(json.writeValueAsBytes(body))));
    }

    /** A post of nothing, for actions. */
    JsonNode post(String path) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.noBody()));
    }

    /** @param revision that is to be changed */
    JsonNode patch(String path, long revision, Object change) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/merge-patch+json")
                .header("If-Match", "\"" + revision + "\"")
                .method("PATCH", BodyPublishers.ofByteArray(json.writeValueAsBytes(change))));
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(manager.uri(path)).timeout(LIMIT).header("Authorization", "Bearer " + token);
    }

    private JsonNode send(HttpRequest.Builder builder) throws IOException, InterruptedException {
        HttpRequest request = builder.build();
        HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
        if (response.statusCode() / 100 != 2) {
            String said = new String(response.body(), StandardCharsets.UTF_8);
            throw new IOException("%s %s answered %d: %s"
                    .formatted(request.method(), request.uri().getPath(), response.statusCode(), said));
        }
        return response.body().length == 0 ? MissingNode.getInstance() : json.readTree(response.body());
    }

    @Override
    public void close() {
        client.close();
    }
}

package org.maintenancemanager.simulator.quickstart;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * The admin API, as any automation uses it. A call that found the manager away or busy is repeated, under the same
 * Idempotency-Key, so that nothing is made twice.
 */
final class AdminApi implements AutoCloseable {
    private static final Duration CALL_LIMIT = Duration.ofMinutes(1);
    /** Longer than a manager takes to come back. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final Set<Integer> BUSY = Set.of(429, 503);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final JsonMapper json = JsonMapper.builder().build();
    private final URI manager;
    private final String token;

    AdminApi(URI manager, String token) {
        this.manager = manager;
        this.token = token;
    }

    /** The manager answered, and refused. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;
        private final int status;

        Refused(String request, int status, String body) {
            super("%s answered %d: %s".formatted(request, status, body));
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    /** The items of all pages. */
    List<JsonNode> list(String path) throws IOException, InterruptedException {
        List<JsonNode> items = new ArrayList<>();
        String cursor = "";
        do {
            String query = "?limit=1000" + (cursor.isEmpty() ? "" : "&cursor=" + encoded(cursor));
            JsonNode page = get(path + query);
            page.path("items").forEach(items::add);
            cursor = page.path("nextCursor").asString("");
        } while (!cursor.isEmpty());
        return items;
    }

    JsonNode post(String path, Object body) throws IOException, InterruptedException {
        return send(once(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(json.writeValueAsBytes(body))));
    }

    /** A post of nothing, for actions. */
    JsonNode post(String path) throws IOException, InterruptedException {
        return send(once(path).POST(BodyPublishers.noBody()));
    }

    /** A post of bytes. */
    JsonNode upload(String path, byte[] bytes) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofByteArray(bytes)));
    }

    /** Whether the manager knows the token. */
    boolean isLetIn() throws IOException, InterruptedException {
        try {
            get("/api/v1/sites?limit=1");
            return true;
        } catch (Refused refused) {
            if (refused.status() == 401 || refused.status() == 403) {
                return false;
            }
            throw refused;
        }
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private HttpRequest.Builder once(String path) {
        return request(path).header("Idempotency-Key", UUID.randomUUID().toString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(manager.resolve(path))
                .timeout(CALL_LIMIT)
                .header("Authorization", "Bearer " + token);
    }

    private JsonNode send(HttpRequest.Builder builder) throws IOException, InterruptedException {
        HttpRequest request = builder.build();
        String name = request.method() + " " + request.uri().getPath();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
                int status = response.statusCode();
                if (status / 100 == 2) {
                    return response.body().length == 0 ? MissingNode.getInstance() : json.readTree(response.body());
                }
                if (!BUSY.contains(status) || System.nanoTime() > deadline) {
                    throw new Refused(name, status, new String(response.body(), StandardCharsets.UTF_8));
                }
            } catch (Refused refused) {
                throw refused;
            } catch (IOException away) {
                if (System.nanoTime() > deadline) {
                    throw away;
                }
            }
            TimeUnit.MILLISECONDS.sleep(500);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}

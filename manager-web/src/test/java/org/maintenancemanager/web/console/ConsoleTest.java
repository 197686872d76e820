package org.maintenancemanager.web.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.maintenancemanager.web.testing.Browser;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConsoleTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ManagerUnderTest manager = ManagerUnderTest.shared();

    private HttpResponse<String> page(String path) {
        return manager.send(manager.request(path).GET());
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    @Test
    void rootLeadsToTheConsole() {
        HttpResponse<String> answer = page("/");

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(header(answer, "Location")).endsWith("/console/");
    }

    @Test
    void everyPageIsTheDocumentWithAStrictPolicy() {
        for (String path : new String[] {"/console/", "/console/nodes", "/console/campaigns/" + UUID.randomUUID()}) {
            HttpResponse<String> answer = page(path);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(header(answer, "Content-Type")).startsWith("text/html");
            assertThat(header(answer, "Content-Security-Policy"))
                    .contains("default-src 'none'", "script-src 'self'", "style-src 'self'")
                    .doesNotContain("unsafe-inline", "unsafe-eval");
            assertThat(header(answer, "Cache-Control")).containsAnyOf("no-cache", "no-store");
            assertThat(answer.body()).doesNotContain("<style").doesNotContainPattern("<script(?![^>]*src=)");
        }
    }

    @Test
    void filesAreKeptForGoodAndTheDocumentIsAskedForAgain() {
        HttpResponse<String> document = page("/console/");
        Matcher script =
                Pattern.compile("src=\"(/console/assets/[^\"]+\\.js)\"").matcher(document.body());
        org.junit.jupiter.api.Assumptions.assumeTrue(script.find(), "the console is not in this build");

        HttpResponse<String> file = manager.send(manager.request(script.group(1))
                .header("Accept-Encoding", "gzip")
                .GET());

        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(header(file, "Cache-Control")).contains("immutable", "max-age=31536000");
        assertThat(header(file, "Content-Encoding")).isEqualTo("gzip");
        assertThat(header(file, "Content-Type")).contains("javascript");
        HttpResponse<String> again = manager.send(manager.request("/console/")
                .header("If-None-Match", header(document, "ETag"))
                .GET());
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @Test
    void nothingButTheFilesOfTheConsoleIsServed() {
        for (String path : new String[] {
            "/console/assets/nothing.js",
            "/console/.sources",
            "/console/.vite/manifest.json",
            "/console/application.yml",
            "/console/assets/..%2f..%2fapplication.yml",
            "/console/api/v1/nothing"
        }) {
            assertThat(page(path).statusCode()).as(path).isBetween(400, 404);
        }
    }

    @Test
    @Timeout(60)
    void changeIsToldToWhoeverFollows() throws IOException, InterruptedException {
        // Of its own: the first secret lets nobody in any more once a person who manages people has logged in.
        ManagerUnderTest fresh = ManagerUnderTest.startAnother();
        try {
            followsAChange(fresh);
        } finally {
            fresh.context().close();
        }
    }

    private static void followsAChange(ManagerUnderTest fresh) throws IOException, InterruptedException {
        var browser = new Browser(fresh);
        assertThat(browser.logInBySecret(fresh.apiToken()).statusCode()).isEqualTo(200);
        HttpResponse<java.io.InputStream> stream = HttpClient.newHttpClient()
                .send(
                        fresh.request("/console/api/v1/events")
                                .header("Cookie", browser.cookie())
                                .timeout(Duration.ofSeconds(30))
                                .GET()
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(header(stream, "Content-Type")).startsWith("text/event-stream");

        try (var lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).startsWith("retry:");
            fresh.post("/api/v1/sites", """
                    {"path": "/followed-%s", "zone": "UTC"}""".formatted(UUID.randomUUID()));

            // Other tests share the manager, and change things as well.
            JsonNode change = JSON.createObjectNode();
            while (!change.path("topics").toString().contains("\"tenant\"")) {
                String line = lines.readLine();
                assertThat(line).as("the stream goes on").isNotNull();
                if (line.startsWith("data: ")) {
                    change = JSON.readTree(line.substring(6));
                }
            }
            assertThat(change.get("topics").isArray()).isTrue();
        }
    }

    @Test
    void streamIsForThoseWhoAreKnown() {
        assertThat(page("/api/v1/events").statusCode()).isEqualTo(401);
        assertThat(page("/console/api/v1/events").statusCode()).isEqualTo(401);
    }
}

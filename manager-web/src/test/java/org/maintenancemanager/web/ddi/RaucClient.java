package org.maintenancemanager.web.ddi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.web.testing.Plant;
import tools.jackson.databind.JsonNode;

/**
 * Does what rauc-hawkbit-updater does, and is as strict: takes nothing but 200 for its JSON calls, wants its action's id as
 * a string, exactly one chunk with one artifact, and a SHA-1; asks again for what it has downloaded from its end on; says
 * success before it restarts.
 */
final class RaucClient {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final String controller;
    private final String token;
    private final Map<String, String> attributes;
    private final ByteArrayOutputStream bundle = new ByteArrayOutputStream();

    @Nullable
    String action;

    boolean installed;

    RaucClient(String managerUrl, Plant.Controller controller, Map<String, String> attributes) {
        this.controller = managerUrl + "/DEFAULT/controller/v1/" + controller.name();
        this.token = controller.token();
        this.attributes = attributes;
    }

    private HttpRequest.Builder request(String url) {
        return HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "TargetToken " + token)
                .header("User-Agent", "rauc-hawkbit-c-agent/1.0")
                .header("Accept", "application/hal+json");
    }

    private JsonNode json(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.statusCode())
                .as(answer.request() + " " + answer.body())
                .isEqualTo(200);
        return Plant.JSON.readTree(answer.body().isEmpty() ? "{}" : answer.body());
    }

    /** One of its polls, and what follows from the answer. */
    JsonNode poll() throws Exception {
        JsonNode answer = json(request(controller));
        assertThat(answer.at("/config/polling/sleep").asString()).matches("\\d\\d:\\d\\d:\\d\\d");
        JsonNode links = answer.path("_links");
        if (links.has("configData")) {
            json(request(links.at("/configData/href").asString())
                    .header("Content-Type", "application/json")
                    .PUT(BodyPublishers.ofString(Plant.JSON.writeValueAsString(
                            Map.of("mode", "merge", "data", attributes, "id", "", "time", "20261125T010203")))));
        }
        if (links.has("deploymentBase")) {
            deploy(json(request(links.at("/deploymentBase/href").asString())));
        }
        if (links.has("cancelAction")) {
            cancel(json(request(links.at("/cancelAction/href").asString())));
        }
        return links;
    }

    /** It refuses once it installs; else it forgets what it has, and says that it is done with it. */
    private void cancel(JsonNode answer) throws Exception {
        String id = answer.at("/cancelAction/stopId").asString();
        assertThat(answer.get("id").asString()).isEqualTo(id);
        if (installed) {
            tell("cancelAction/" + id, "rejected", "success", "Cancelation impossible, installation started already.");
            return;
        }
        action = null;
        bundle.reset();
        tell("cancelAction/" + id, "closed", "success", "Action canceled.");
    }

    private void deploy(JsonNode answer) throws Exception {
        assertThat(answer.get("id").isString()).isTrue();
        String id = answer.get("id").asString();
        JsonNode deployment = answer.get("deployment");
        assertThat(deployment.get("chunks")).hasSize(1);
        JsonNode artifacts = deployment.at("/chunks/0/artifacts");
        assertThat(artifacts).hasSize(1);
        JsonNode artifact = artifacts.get(0);
        String sha1 = artifact.at("/hashes/sha1").asString();
        assertThat(sha1).hasSize(40);
        if (!id.equals(action)) {
            action = id;
            bundle.reset();
            say("proceeding", "none", "Starting download of bundle.");
        }
        download(artifact);
        assertThat(Plant.digest("SHA-1", bundle.toByteArray())).isEqualTo(sha1);
        say("proceeding", "none", "Download complete.", "File checksum OK.");
        boolean waits = deployment.get("update").asString().equals("skip")
                && deployment.get("maintenanceWindow").asString().equals("unavailable");
        if (waits || installed) {
            return;
        }
        assertThat(deployment.get("update").asString()).isEqualTo("forced");
        say("proceeding", "none", "Software update: installing bundle.");
        installed = true;
        say("closed", "success", "Software bundle installed successfully.");
    }

    /** In parts, each from where it is; from its end on, that is 416. */
    private void download(JsonNode artifact) throws Exception {
        String url = artifact.at("/_links/download/href").asString();
        int size = artifact.get("size").asInt();
        while (bundle.size() < size) {
            HttpResponse<byte[]> part = HTTP.send(
                    request(url)
                            .header("Range", "bytes=%d-%d".formatted(bundle.size(), bundle.size() + size / 7))
                            .build(),
                    BodyHandlers.ofByteArray());
            assertThat(part.statusCode()).isEqualTo(206);
            bundle.write(part.body());
        }
        HttpResponse<String> rest =
                HTTP.send(request(url).header("Range", "bytes=" + size + "-").build(), BodyHandlers.ofString());
        assertThat(rest.statusCode()).isEqualTo(416);
        assertThat(rest.headers().firstValue("Content-Range")).hasValue("bytes */" + size);
    }

    private void say(String execution, String finished, String... details) throws Exception {
        tell("deploymentBase/" + action, execution, finished, details);
    }

    private void tell(String about, String execution, String finished, String... details) throws Exception {
        json(request(controller + "/" + about + "/feedback")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Plant.JSON.writeValueAsString(Map.of(
                        "id",
                        about.substring(about.indexOf('/') + 1),
                        "time",
                        "20261125T010203",
                        "status",
                        Map.of("result", Map.of("finished", finished), "execution", execution, "details", details))))));
    }
}

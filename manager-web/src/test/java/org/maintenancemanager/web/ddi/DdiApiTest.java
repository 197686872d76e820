package org.maintenancemanager.web.ddi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.Plant;
import org.maintenancemanager.web.testing.Plant.Controller;
import org.maintenancemanager.web.testing.Plant.Release;
import tools.jackson.databind.JsonNode;

/** The hawkBit device API, call by call. */
class DdiApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String SWUPDATE = "libcurl-agent/1.0";

    private final Plant plant = new Plant(ManagerUnderTest.shared());
    private final ManagerUnderTest manager = plant.manager;

    private HttpRequest.Builder request(Controller controller, String path) {
        return manager.request("/default/controller/v1/" + controller.name() + path)
                .header("Authorization", "TargetToken " + controller.token())
                .header("User-Agent", SWUPDATE);
    }

    private HttpResponse<String> get(Controller controller, String path) {
        return manager.send(request(controller, path));
    }

    private HttpResponse<String> put(Controller controller, String path, String json) {
        return manager.send(request(controller, path)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(json)));
    }

    private HttpResponse<String> post(Controller controller, String path, String json) {
        return manager.send(request(controller, path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    }

    private JsonNode poll(Controller controller) {
        HttpResponse<String> answer = get(controller, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Plant.JSON.readTree(answer.body());
    }

    /** Polls until there is a deployment; its path below the controller. */
    private String deployment(Controller controller) {
        await("a deployment")
                .atMost(PATIENCE)
                .until(() -> poll(controller).at("/_links/deploymentBase").isObject());
        String href = poll(controller).at("/_links/deploymentBase/href").asString();
        return href.substring(href.indexOf("/deploymentBase/"), href.indexOf('?'));
    }

    private static String feedback(String execution, String finished, String details) {
        return """
                {"id": "", "time": 17, "status": {"execution": "%s", "result": {"finished": "%s"}, "details": %s}}
                """.formatted(execution, finished, details);
    }

    @Test
    void pollSaysWhenToComeAgainAndAsksForAttributesOnce() {
        Controller controller = plant.controller();

        JsonNode first = poll(controller);
        assertThat(first.at("/config/polling/sleep").asString()).matches("00:0[01]:\\d\\d");
        assertThat(first.at("/_links/configData/href").asString())
                .isEqualTo(manager.baseUrl() + "/default/controller/v1/" + controller.name() + "/configData");

        HttpResponse<String> told = put(controller, "/configData", """
                {"id": "", "status": {"whatever": 1}, "data": {"serial": "S-1", "count": 3, "gone": "x"}}
                """);
        assertThat(told.statusCode()).isEqualTo(200);
        assertThat(told.body()).isEmpty();

        assertThat(poll(controller).has("_links")).isFalse();
        put(controller, "/configData", "{\"mode\": \"remove\", \"data\": {\"gone\": \"\"}}");
        put(controller, "/configData", "{\"mode\": \"merge\", \"data\": {\"more\": \"y\"}}");
        assertThat(plant.get("/api/v1/nodes/" + controller.node()).get("nodeLabels"))
                .isEqualTo(Plant.JSON.readTree("{\"count\": \"3\", \"more\": \"y\", \"serial\": \"S-1\"}"));
        put(controller, "/configData", "{\"mode\": \"replace\", \"data\": {\"only\": \"this\"}}");
        assertThat(plant.get("/api/v1/nodes/" + controller.node())
                        .get("nodeLabels")
                        .toString())
                .isEqualTo("{\"only\":\"this\"}");
    }

    @Test
    void tenantIsReadInAnyCase() {
        Controller controller = plant.controller();

        HttpResponse<String> answer = manager.send(manager.request("/DeFault/controller/v1/" + controller.name())
                .header("Authorization", "targettoken " + controller.token())
                .header("Accept", "application/hal+json"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/hal+json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "TargetToken nonsense-nonsense-nonsense",
                "GatewayToken nonsense-nonsense-nonsense",
                "Basic YTpi",
                "TargetToken "
            })
    void wrongCredentialIsRefusedWithoutAWord(String header) {
        Controller controller = plant.controller();
        HttpRequest.Builder request = manager.request("/default/controller/v1/" + controller.name());

        HttpResponse<String> answer =
                manager.send(header.isEmpty() ? request : request.header("Authorization", header));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void clientSpeaksForItselfAlone() {
        Controller one = plant.controller();
        Controller other = plant.controller();
        var disguised = new Controller(other.node(), other.name(), one.token());

        assertThat(get(disguised, "").statusCode()).isEqualTo(401);
        assertThat(manager.send(manager.request("/other/controller/v1/" + one.name())
                                .header("Authorization", "TargetToken " + one.token()))
                        .statusCode())
                .isEqualTo(401);
        assertThat(manager.send(manager.request("/default/controller/v1/" + one.name())
                                .header("Authorization", "Bearer " + manager.apiToken()))
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void twoTokensHoldAtOnceSoThatTheClientCanChangeOver() {
        Controller controller = plant.controller();
        String tokens = "/api/v1/nodes/" + controller.node() + "/client/tokens";
        String brought = UUID.randomUUID().toString();
        plant.post(tokens, "{\"token\": \"%s\"}".formatted(brought));

        assertThat(manager.post(tokens, "{}").statusCode())
                .as("a third would never be missed")
                .isEqualTo(409);
        assertThat(manager.post(tokens, "{\"token\": \"with a blank in it\"}").body())
                .contains("/token");
        var changed = new Controller(controller.node(), controller.name(), brought);
        assertThat(get(controller, "").statusCode()).isEqualTo(200);
        assertThat(get(changed, "").statusCode()).isEqualTo(200);

        JsonNode all = plant.get(tokens).get("items");
        assertThat(all).hasSize(2);
        String older = all.get(1).get("id").asString();
        assertThat(manager.send(manager.adminRequest(tokens + "/" + older).DELETE())
                        .statusCode())
                .isEqualTo(204);
        assertThat(get(controller, "").statusCode()).isEqualTo(401);
        assertThat(get(changed, "").statusCode()).isEqualTo(200);
    }

    @Test
    void clientOfADecommissionedNodeIsNobody() {
        Controller controller = plant.controller();
        assertThat(get(controller, "").statusCode()).isEqualTo(200);

        plant.post("/api/v1/nodes/" + controller.node() + ":decommission", "{\"reason\": \"scrapped\"}");

        assertThat(get(controller, "").statusCode()).isEqualTo(401);
        assertThat(put(controller, "/configData", "{\"data\": {\"line\": \"7\"}}")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void gatewayIsOffUntilSomebodyMakesItAndRegistersWhereItMay() {
        // The gateway is the tenant's, which other tests share: they use none.
        String name = "unknown-" + UUID.randomUUID();
        assertThat(manager.get("/api/v1/ddi-gateway").statusCode()).isEqualTo(404);
        assertThat(manager.send(
                                manager.adminRequest("/api/v1/ddi-gateway")
                                        .header("Content-Type", "application/json")
                                        .PUT(
                                                BodyPublishers.ofString(
                                                        "{\"registration\": {\"site\": \"/nowhere\", \"architecture\": \"x86_64\", \"approval\": \"PERHAPS\", \"maxNodes\": 0}}")))
                        .body())
                .contains("/registration/site", "/registration/approval", "/registration/maxNodes");
        put("{}");
        String token = plant.post("/api/v1/ddi-gateway:rotate", "").get("token").asString();
        try {
            assertThat(gateway(name, token).statusCode())
                    .as("it may not register")
                    .isEqualTo(401);
            Controller known = plant.controller();
            assertThat(gateway(known.name(), token).statusCode()).isEqualTo(200);

            put("{\"registration\": {\"site\": \"%s\", \"architecture\": \"x86_64\", \"maxNodes\": 1}}"
                    .formatted(plant.site));
            assertThat(gateway(name, token).statusCode()).isEqualTo(200);
            JsonNode node =
                    plant.get("/api/v1/nodes?filter=name==" + name).get("items").get(0);
            assertThat(node.get("state").asString()).isEqualTo("PENDING");
            assertThat(gateway("unknown-" + UUID.randomUUID(), token).statusCode())
                    .as("one was allowed")
                    .isEqualTo(401);
            assertThat(plant.get("/api/v1/ddi-gateway").get("registered").asInt())
                    .isEqualTo(1);

            plant.post("/api/v1/ddi-gateway:rotate", "");
            assertThat(gateway(name, token).statusCode()).isEqualTo(401);
        } finally {
            manager.send(manager.adminRequest("/api/v1/ddi-gateway").DELETE());
        }
        assertThat(gateway(name, token).statusCode()).isEqualTo(401);
    }

    private void put(String gateway) {
        assertThat(manager.send(manager.adminRequest("/api/v1/ddi-gateway")
                                .header("Content-Type", "application/json")
                                .PUT(BodyPublishers.ofString(gateway)))
                        .statusCode())
                .isEqualTo(200);
    }

    private HttpResponse<String> gateway(String controller, String token) {
        return manager.send(manager.request("/default/controller/v1/" + controller)
                .header("Authorization", "GatewayToken " + token));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /deploymentBase/1, 404",
        "GET, /deploymentBase/3f2b6c2e, 404",
        "GET, /deploymentBase/99999999999, 404",
        "GET, /cancelAction/1, 404",
        "GET, /installedBase/1, 404",
        "GET, /softwaremodules/1/artifacts, 404",
        "GET, /softwaremodules/1/artifacts/x.swu, 404",
        "GET, /nothing, 404",
        "GET, /deploymentBase/1/feedback/more, 404",
        "GET, /confirmationBase, 200",
        "POST, /confirmationBase/activateAutoConfirm, 200",
        "POST, /confirmationBase/deactivateAutoConfirm, 404",
        "GET, /confirmationBase/activateAutoConfirm, 405",
        "GET, /confirmationBase/1, 404",
        "POST, /confirmationBase/1/feedback, 404",
        "GET, /configData, 405",
        "GET, /deploymentBase/1/feedback, 405",
        "DELETE, '', 405",
        "POST, /deploymentBase/1, 405",
    })
    void whatIsNotThereIsSaidSo(String method, String path, int status) {
        HttpResponse<String> answer =
                manager.send(request(plant.controller(), path).method(method, BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(status);
    }

    @Test
    void feedbackWithoutItsResultIsRefusedAndAnyTextIsTaken() {
        Controller controller = plant.controller();
        plant.openWindow();
        String campaign = plant.campaign(plant.release(new byte[] {1, 2, 3}));
        String action = deployment(controller);

        HttpResponse<String> refused =
                post(controller, action + "/feedback", "{\"status\": {\"execution\": \"closed\", \"result\": {}}}");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("/status/result/finished");
        assertThat(post(controller, action + "/feedback", "not json").statusCode())
                .isEqualTo(400);
        assertThat(manager.send(request(controller, action + "/feedback")
                                .header("Content-Type", "text/xml")
                                .POST(BodyPublishers.ofString("<x/>")))
                        .statusCode())
                .isEqualTo(415);
        assertThat(post(controller, "/deploymentBase/2147483647/feedback", feedback("closed", "success", "[]"))
                        .statusCode())
                .isEqualTo(404);

        // A single value for a list, HTML, a raw tab, an escape that JSON does not know, a zero.
        assertThat(post(
                                controller,
                                action + "/feedback",
                                feedback("proceeding", "none", "\"<b>a\tb</b> \\q \\u0000 done\""))
                        .statusCode())
                .isEqualTo(200);
        assertThat(plant.state(controller, campaign)).isEqualTo("INSTALLING");

        HttpResponse<String> closed =
                post(controller, action + "/feedback", feedback("closed", "success", "[\"Update Installed.\"]"));
        assertThat(closed.statusCode()).isEqualTo(200);
        assertThat(closed.body()).isEmpty();
        assertThat(plant.state(controller, campaign)).isEqualTo("CONFIRMED");
        assertThat(post(controller, action + "/feedback", feedback("closed", "success", "[]"))
                        .statusCode())
                .as("the action is over")
                .isEqualTo(410);
        assertThat(get(controller, action.replace("deploymentBase", "installedBase"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void whatCannotBeTakenNowIsToBeSentAgain() {
        Controller controller = plant.controller();
        plant.openWindow();
        String campaign = plant.campaign(plant.release(new byte[] {3, 1, 4}));
        String action = deployment(controller);
        String attributes = "{\"data\": {\"line\": \"7\"}}";
        String proceeding = feedback("proceeding", "none", "[\"Installing.\"]");

        try (var refusing = new RefusingDatabase(controller.node())) {
            for (HttpResponse<String> answer : List.of(
                    post(controller, action + "/feedback", proceeding), put(controller, "/configData", attributes))) {
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(429);
                assertThat(answer.headers().firstValueAsLong("Retry-After").orElse(0))
                        .isPositive();
            }
            assertThat(plant.state(controller, campaign)).isEqualTo("OFFERED");
            assertThat(get(controller, "").statusCode()).isEqualTo(200);
        }

        assertThat(post(controller, action + "/feedback", proceeding).statusCode())
                .isEqualTo(200);
        assertThat(put(controller, "/configData", attributes).statusCode()).isEqualTo(200);
        assertThat(plant.state(controller, campaign)).isEqualTo("INSTALLING");
    }

    /** The database takes nothing about one node, as if it had no room left. */
    private final class RefusingDatabase implements AutoCloseable {
        private final String name = "refuses_" + UUID.randomUUID().toString().replace('-', '_');

        RefusingDatabase(UUID node) {
            run("""
                    create function %1$s() returns trigger language plpgsql as
                    $$ begin raise exception 'no room' using errcode = 'disk_full'; end $$;
                    create trigger %1$s before update on node_update for each row
                    when (old.node_id = '%2$s' and new.state <> old.state) execute function %1$s();
                    create trigger %1$s before update on node for each row
                    when (old.id = '%2$s' and new.node_labels <> old.node_labels) execute function %1$s();
                    """.formatted(name, node));
        }

        private void run(String statements) {
            manager.jdbc().sql(statements).update();
        }

        @Override
        public void close() {
            run("drop function %s() cascade".formatted(name));
        }
    }

    @Test
    void clientThatKeepsNothingIsToldWhatItSaid() {
        Controller controller = plant.controller();
        plant.openWindow();
        plant.campaign(plant.release(new byte[] {2, 7, 1}));
        String action = deployment(controller);
        post(controller, action + "/feedback", feedback("proceeding", "none", "[\"one\", \"two\"]"));
        post(controller, action + "/feedback", feedback("proceeding", "none", "[\"three\"]"));

        assertThat(history(controller, action + "?actionHistory=2"))
                .isEqualTo(Plant.JSON.readTree("{\"status\": \"RUNNING\", \"messages\": [\"three\", \"two\"]}"));
        assertThat(history(controller, action + "?c=1&actionHistory=-1").get("messages"))
                .hasSize(3);
        assertThat(history(controller, action + "?actionHistory=0").isMissingNode())
                .isTrue();
        assertThat(history(controller, action).isMissingNode()).isTrue();
        HttpResponse<String> refused = get(controller, action + "?actionHistory=all");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("actionHistory is 'all'");
        assertThat(post(
                                controller,
                                action.replace("deploymentBase", "confirmationBase") + "/feedback",
                                "{\"confirmation\": \"denied\"}")
                        .statusCode())
                .as("it does not wait for a confirmation")
                .isEqualTo(410);

        post(controller, action + "/feedback", feedback("closed", "success", "[\"Update Installed.\"]"));
        String installed = action.replace("deploymentBase", "installedBase");
        assertThat(poll(controller).at("/_links/installedBase/href").asString()).endsWith(installed);
        JsonNode history = history(controller, installed + "?actionHistory=-1");
        assertThat(history.get("status").asString()).isEqualTo("FINISHED");
        assertThat(history.at("/messages/0").asString()).isEqualTo("Update Installed.");

        plant.campaign(plant.release(new byte[] {8, 2, 8}));
        String next = deployment(controller);
        assertThat(next).isNotEqualTo(action);
        assertThat(poll(controller).at("/_links").has("installedBase")).isFalse();
        assertThat(get(controller, action).statusCode()).isEqualTo(404);
        assertThat(get(controller, installed).statusCode())
                .as("it may install the last one anew")
                .isEqualTo(200);
        assertThat(get(controller, next.replace("deploymentBase", "installedBase"))
                        .statusCode())
                .isEqualTo(404);
    }

    private JsonNode history(Controller controller, String path) {
        HttpResponse<String> answer = get(controller, path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Plant.JSON.readTree(answer.body()).path("actionHistory");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json | application/json",
                "application/json;charset=UTF-8 | application/json",
                "*/* | application/json",
                "application/*;q=0.8 | application/json",
                "text/html, */*;q=0.1 | application/json",
                "application/hal+json, application/json;q=0.5 | application/hal+json",
                "application/json, application/hal+json;q=0 | application/json",
                "application/*+json | application/hal+json",
            })
    void jsonIsNamedAsTheClientWants(String accept, String type) {
        HttpResponse<String> answer =
                manager.send(request(plant.controller(), "").header("Accept", accept));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "application/cbor", "application/json;q=0", "nonsense"})
    void clientThatTakesNoJsonIsToldSo(String accept) {
        Controller controller = plant.controller();

        HttpResponse<String> answer = manager.send(request(controller, "").header("Accept", accept));

        assertThat(answer.statusCode()).isEqualTo(406);
        assertThat(manager.send(request(controller, "/configData")
                                .header("Accept", accept)
                                .header("Content-Type", "application/json")
                                .PUT(BodyPublishers.ofString("{\"data\": {}}")))
                        .statusCode())
                .as("nothing comes back that it would have to take")
                .isEqualTo(200);
    }

    @Test
    void skippedUpdateIsNoSuccess() {
        Controller controller = plant.controller();
        plant.openWindow();
        String campaign = plant.campaign(plant.release(new byte[] {4, 5, 6}));
        String action = deployment(controller);

        assertThat(post(controller, action + "/feedback", feedback("closed", "success", "[\"Skipped Update.\"]"))
                        .statusCode())
                .isEqualTo(200);

        assertThat(plant.state(controller, campaign)).isEqualTo("OFFERED");
        assertThat(deployment(controller)).isEqualTo(action);
    }

    @Test
    void deploymentTellsEveryClientWhatItNeeds() {
        Controller controller = plant.controller();
        plant.openWindow();
        Release release = plant.release("some content".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        plant.campaign(release);
        String action = deployment(controller);

        JsonNode answer = Plant.JSON.readTree(get(controller, action).body());

        assertThat(answer.get("id").isString()).isTrue();
        assertThat(Integer.parseInt(answer.get("id").asString())).isPositive();
        assertThat(answer.at("/deployment/update").asString()).isEqualTo("forced");
        assertThat(answer.at("/deployment/maintenanceWindow").asString()).isEqualTo("available");
        JsonNode artifact = answer.at("/deployment/chunks/0/artifacts/0");
        assertThat(artifact.get("filename").asString()).endsWith(".swu");
        assertThat(artifact.get("size").asInt()).isEqualTo(12);
        assertThat(artifact.at("/hashes/sha1").asString()).isEqualTo(Plant.digest("SHA-1", release.bytes()));
        assertThat(artifact.at("/hashes/sha256").asString()).isEqualTo(release.sha256());
        assertThat(artifact.at("/_links/download-http/href").asString())
                .isEqualTo(artifact.at("/_links/download/href").asString());
    }

    @Test
    void artifactIsServedWholeInPartsAndWithItsSum() {
        Controller controller = plant.controller();
        plant.openWindow();
        Release release = plant.release("0123456789".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        plant.campaign(release);
        JsonNode artifact = Plant.JSON
                .readTree(get(controller, deployment(controller)).body())
                .at("/deployment/chunks/0/artifacts/0");
        String href = artifact.at("/_links/download/href").asString();
        String path = href.substring(href.indexOf("/softwaremodules/"));

        HttpResponse<String> head = manager.send(request(controller, path).method("HEAD", BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Length")).hasValue("10");
        assertThat(head.headers().firstValue("Accept-Ranges")).hasValue("bytes");
        assertThat(get(controller, path).body()).isEqualTo("0123456789");
        assertThat(manager.send(request(controller, path).header("Accept", "text/html"))
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> rest = manager.send(request(controller, path).header("Range", "bytes=4-"));
        assertThat(rest.statusCode()).isEqualTo(206);
        assertThat(rest.body()).isEqualTo("456789");
        HttpResponse<String> beyond = manager.send(request(controller, path).header("Range", "bytes=10-"));
        assertThat(beyond.statusCode()).isEqualTo(416);
        assertThat(beyond.headers().firstValue("Content-Range")).hasValue("bytes */10");
        assertThat(manager.send(request(controller, path).header("If-Match", "\"other\""))
                        .statusCode())
                .isEqualTo(412);
        String file = artifact.get("filename").asString();
        assertThat(get(controller, path + ".MD5SUM").body())
                .isEqualTo(Plant.digest("MD5", release.bytes()) + "  " + file);
        assertThat(Plant.JSON
                        .readTree(get(controller, path.substring(0, path.lastIndexOf('/')))
                                .body())
                        .at("/0/filename")
                        .asString())
                .isEqualTo(file);
        assertThat(manager.send(manager.request("/default/controller/v1/" + controller.name() + path))
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void overrideCountsMoreThanWhatTheClientSeemsToBe() {
        Controller controller = plant.controller();
        poll(controller);
        String client = "/api/v1/nodes/" + controller.node() + "/client";
        await("recognized")
                .atMost(PATIENCE)
                .until(() -> plant.get(client).path("recognized").asString("").equals("SWUPDATE"));

        plant.patch(client, "{\"familyOverride\": \"RAUC\"}");

        assertThat(plant.get(client).get("family").asString()).isEqualTo("RAUC");
        String campaign = plant.campaign(plant.release(new byte[] {7, 8, 9}));
        String action = deployment(controller);
        assertThat(Plant.JSON
                        .readTree(get(controller, action).body())
                        .at("/deployment/update")
                        .asString())
                .as("without a window, but RAUC can wait")
                .isEqualTo("skip");
        assertThat(plant.state(controller, campaign)).isEqualTo("OFFERED");
        assertThat(manager.send(manager.adminRequest(client)
                                .header("Content-Type", "application/merge-patch+json")
                                .method("PATCH", BodyPublishers.ofString("{\"familyOverride\": \"MENDER\"}")))
                        .body())
                .contains("/familyOverride")
                .contains("SWUPDATE".toUpperCase(Locale.ROOT));
    }
}

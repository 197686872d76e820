package org.maintenancemanager.web.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A site of a test's own with its nodes, windows and campaigns, made by the admin API as an operator would. */
public final class Plant {
    public static final JsonMapper JSON = JsonMapper.builder().build();

    public final ManagerUnderTest manager;
    public final String site = "/ddi/" + UUID.randomUUID();

    public Plant(ManagerUnderTest manager) {
        this.manager = manager;
        post("/api/v1/sites", "{\"path\": \"%s\", \"zone\": \"UTC\"}".formatted(site));
    }

    /** A node that device API clients know by its name. */
    public record Controller(UUID node, String name, String token) {}

    public Controller controller() {
        String name = "press-" + UUID.randomUUID();
        JsonNode node = post("/api/v1/nodes", """
                        {"name": "%s", "site": "%s", "architecture": "x86_64"}
                        """.formatted(name, site));
        UUID id = UUID.fromString(node.get("id").asString());
        patch("/api/v1/nodes/" + id + "/client", "{\"controllerId\": \"%s\"}".formatted(name));
        String token = post("/api/v1/nodes/" + id + "/client/tokens", "{}")
                .get("token")
                .asString();
        return new Controller(id, name, token);
    }

    /** A node that agents of Edge Microvisor Toolkit are on, with a node token. */
    public record Host(UUID node, UUID guid, String token) {}

    public Host host() {
        UUID guid = UUID.randomUUID();
        JsonNode node = post("/api/v1/nodes", """
                        {"name": "host-%s", "site": "%s", "architecture": "x86_64", "issueToken": true}
                        """.formatted(guid, site));
        UUID id = UUID.fromString(node.get("id").asString());
        patch("/api/v1/nodes/" + id + "/client", "{\"hostGuid\": \"%s\"}".formatted(guid));
        return new Host(id, guid, node.get("token").asString());
    }

    /** Opens the site for the next hours. */
    public void openWindow() {
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC).withNano(0);
        window("PERMIT", now.minusHours(1), now.plusHours(5));
    }

    public void window(String kind, LocalDateTime start, LocalDateTime end) {
        post("/api/v1/windows", """
                {"name": "%s", "kind": "%s", "zone": "UTC", "target": {"type": "SITE", "sitePath": "%s"},
                 "recurrence": {"type": "ONE_SHOT", "startsAt": "%s", "endsAt": "%s"}}
                """.formatted(UUID.randomUUID(), kind, site, start, end));
    }

    public record Release(String id, String version, byte[] bytes, String sha256) {}

    /** A published image with these bytes. */
    public Release release(byte[] bytes) {
        String version = UUID.randomUUID().toString();
        String sha256 = digest("SHA-256", bytes);
        String id = post("/api/v1/images", """
                        {"family": "edge-os", "version": "%s", "releaseCounter": 2, "architecture": "x86_64",
                         "sizeBytes": %d, "sha256": "%s"}
                        """.formatted(version, bytes.length, sha256))
                .get("id")
                .asString();
        expect(manager.send(manager.adminRequest("/api/v1/images/" + id + "/artifact")
                .header("Content-Type", "application/octet-stream")
                .PUT(BodyPublishers.ofByteArray(bytes))));
        post("/api/v1/images/" + id + ":publish", "");
        return new Release(id, version, bytes, sha256);
    }

    public static String digest(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A running campaign for all nodes of the site. */
    public String campaign(Release release) {
        return campaign(release, 100);
    }

    public String campaign(Release release, int maxInFlight) {
        String id = post("/api/v1/campaigns", """
                        {"name": "%s", "imageId": "%s", "selector": "site=='%s'", "maxInFlight": %d,
                         "neededTime": "PT1S", "waves": [{"name": "all", "rest": true, "minConfirmedShare": 0}]}
                        """.formatted(UUID.randomUUID(), release.id(), site, maxInFlight))
                .get("id")
                .asString();
        post("/api/v1/campaigns/" + id + ":start", "");
        return id;
    }

    /** A running campaign that leaves a download that failed to an operator. */
    public String campaignWithoutRetries(Release release) {
        String id = post("/api/v1/campaigns", """
                        {"name": "%s", "imageId": "%s", "selector": "site=='%s'", "maxInFlight": 100, "neededTime": "PT1S",
                         "rules": {"retries": {"download": {"limit": 0}}},
                         "waves": [{"name": "all", "rest": true, "minConfirmedShare": 0}]}
                        """.formatted(UUID.randomUUID(), release.id(), site))
                .get("id")
                .asString();
        post("/api/v1/campaigns/" + id + ":start", "");
        return id;
    }

    /** A running campaign of two waves: first these nodes, then the others of the site, once those are confirmed. */
    public String campaignInWaves(Release release, String firstSelector) {
        String id = post("/api/v1/campaigns", """
                        {"name": "%s", "imageId": "%s", "selector": "site=='%s'", "maxInFlight": 100, "neededTime": "PT1S",
                         "waves": [{"name": "canary", "selector": "%s", "minConfirmedShare": 1},
                                   {"name": "rest", "rest": true, "minConfirmedShare": 0}]}
                        """.formatted(UUID.randomUUID(), release.id(), site, firstSelector))
                .get("id")
                .asString();
        post("/api/v1/campaigns/" + id + ":start", "");
        return id;
    }

    /** The node's latest update in a campaign; missing while it has none. */
    public JsonNode update(UUID node, String campaign) {
        return get("/api/v1/node-updates?filter=nodeId==%s;campaignId==%s".formatted(node, campaign))
                .get("items")
                .path(0);
    }

    public JsonNode update(Controller controller, String campaign) {
        return update(controller.node(), campaign);
    }

    public String state(Controller controller, String campaign) {
        return state(controller.node(), campaign);
    }

    public String state(UUID node, String campaign) {
        return update(node, campaign).path("state").asString("");
    }

    /** What the client said, oldest first. */
    public List<String> transitions(Controller controller, String campaign) {
        return transitions(controller.node(), campaign);
    }

    public List<String> transitions(UUID node, String campaign) {
        return manager.jdbc()
                .sql("""
                        select t.to_state from update_transition t
                        join node_update u on (u.tenant_id, u.id) = (t.tenant_id, t.update_id)
                        where u.node_id = :node and u.campaign_id = cast(:campaign as uuid)
                        order by t.at, t.id
                        """)
                .param("node", node)
                .param("campaign", campaign)
                .query(String.class)
                .list();
    }

    public JsonNode get(String path) {
        return expect(manager.get(path));
    }

    public JsonNode post(String path, String json) {
        return expect(manager.post(path, json));
    }

    public JsonNode patch(String path, String json) {
        return expect(manager.send(manager.adminRequest(path)
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", BodyPublishers.ofString(json))));
    }

    private static JsonNode expect(HttpResponse<String> answer) {
        assertThat(answer.statusCode())
                .as(answer.request() + " " + answer.body())
                .isBetween(200, 299);
        return JSON.readTree(answer.body().isEmpty() ? "{}" : answer.body());
    }
}

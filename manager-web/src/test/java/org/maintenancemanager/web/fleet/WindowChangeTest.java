package org.maintenancemanager.web.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.ManagerUnderTest.EnrolledNode;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two replicas over one database: what is said to one holds for the nodes that poll the other. */
class WindowChangeTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ManagerUnderTest one = ManagerUnderTest.shared();
    private final String name = "change-" + UUID.randomUUID();

    @Test
    void windowThatIsChangedAtOneReplicaIsSeenByThePollsOfAnother() {
        ManagerUnderTest other = one.startReplica();
        try {
            EnrolledNode node = downloaded(other);
            assertThat(poll(other, node).path("waitReason").asString("")).contains("No maintenance window");

            HttpResponse<String> created = one.post("/api/v1/windows", """
                    {"name": "%s", "kind": "PERMIT", "duration": "PT24H", "zone": "UTC",
                     "recurrence": {"type": "RRULE", "startsAt": "2026-01-01T00:00:00", "rrule": "FREQ=DAILY"},
                     "target": {"type": "NODE", "nodeId": "%s"}}
                    """.formatted(name, node.id()));
            assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
            String window =
                    "/api/v1/windows/" + JSON.readTree(created.body()).get("id").asString();
            // Frozen, thawed, and without a window again: each is seen by the replica that was not told.
            String freeze =
                    one.post("/api/v1/windows", """
                            {"name": "%s freeze", "kind": "FREEZE", "duration": "PT24H", "zone": "UTC",
                             "recurrence": {"type": "RRULE", "startsAt": "2026-01-01T00:00:00", "rrule": "FREQ=DAILY"},
                             "target": {"type": "NODE", "nodeId": "%s"}}
                            """.formatted(name, node.id())).body();
            awaitReason(other, node, "FROZEN");
            change(one, "/api/v1/windows/" + JSON.readTree(freeze).get("id").asString(), "{\"enabled\": false}");
            change(one, window, "{\"validFrom\": \"2099-01-01T00:00:00Z\"}");
            awaitReason(other, node, "WINDOW_CLOSED");
            change(one, window, "{\"enabled\": false}");
            awaitReason(other, node, "NO_WINDOW");
            change(one, window, "{\"enabled\": true, \"validFrom\": null}");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> assertThat(poll(other, node).path("directive").asString(""))
                                    .isEqualTo("INSTALL"));
        } finally {
            other.context().close();
        }
    }

    private static void awaitReason(ManagerUnderTest replica, EnrolledNode node, String code) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(JSON.readTree(replica.get("/api/v1/nodes/" + node.id() + "/explanation")
                                        .body())
                                .path("code")
                                .asString(""))
                        .isEqualTo(code));
    }

    private static void change(ManagerUnderTest replica, String path, String patch) {
        String tag = replica.get(path).headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> changed = replica.send(replica.adminRequest(path)
                .header("Content-Type", "application/merge-patch+json")
                .header("If-Match", tag)
                .method("PATCH", BodyPublishers.ofString(patch)));
        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
    }

    /** A node of a running campaign that has its image and only needs a window. */
    private EnrolledNode downloaded(ManagerUnderTest replica) {
        EnrolledNode node = replica.newNode(name);
        String image = id(one.post("/api/v1/images", """
                {"family": "%s", "version": "1", "releaseCounter": 1, "architecture": "x86_64", "sizeBytes": 1,
                 "sha256": "%s", "url": "https://images.example/a.raw"}
                """.formatted(name, "0".repeat(64))));
        one.post("/api/v1/images/" + image + ":publish", "");
        String campaign = id(one.post("/api/v1/campaigns", """
                {"name": "%s", "imageId": "%s", "selector": "name==%s", "waves": [{"name": "all", "rest": true}]}
                """.formatted(name, image, name)));
        one.post("/api/v1/campaigns/" + campaign + ":start", "");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(poll(replica, node).path("directive").asString(""))
                                .isEqualTo("DOWNLOAD"));
        String update = poll(replica, node).get("updateId").asString();
        HttpResponse<String> reported = replica.nodeCall("reports", node.token(), """
                {"reports": [{"bootId": "boot-1", "seq": 1, "updateId": "%s", "state": "DOWNLOADED"}]}
                """.formatted(update));
        assertThat(reported.statusCode()).as(reported.body()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(poll(replica, node).path("directive").asString(""))
                                .isEqualTo("WAIT"));
        return node;
    }

    /** A poll that knows of nothing, so that the answer says all. */
    private static JsonNode poll(ManagerUnderTest replica, EnrolledNode node) {
        HttpResponse<String> answer =
                replica.nodeCall("poll", node.token(), "{\"bootId\": \"boot-1\", \"lastSeq\": 0, \"knownVersion\": 0}");
        return answer.statusCode() == 200 ? JSON.readTree(answer.body()) : JSON.createObjectNode();
    }

    private static String id(HttpResponse<String> created) {
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        return JSON.readTree(created.body()).get("id").asString();
    }
}

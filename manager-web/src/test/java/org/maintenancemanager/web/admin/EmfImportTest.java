package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.Plant;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the old manager of Edge Microvisor Toolkit knew, as its REST API answered it. */
class EmfImportTest {
    private final ManagerUnderTest manager = ManagerUnderTest.shared();
    private final Plant plant = new Plant(manager);

    /** Eight digits that no other test has: names of images and windows are the tenant's. */
    private final String own = UUID.randomUUID().toString().substring(0, 8);

    private final UUID guid = UUID.randomUUID();
    private final UUID namesake = UUID.randomUUID();
    private final String base = "/emf/" + own;

    private String site() {
        return """
                {"resourceId": "site-%s", "siteID": "site-%s", "name": "Werk 3 (Süd)", "siteLat": 525200000, "siteLng": 134050000,
                 "region": {"resourceId": "region-%s", "name": "Germany",
                            "parentRegion": {"resourceId": "region-2%s", "name": "Europe"}}}
                """.formatted(own, own, own, own);
    }

    private ObjectNode everything() {
        String running = Plant.digest("SHA-256", own.getBytes(StandardCharsets.UTF_8));
        return (ObjectNode) Plant.JSON.readTree("""
                {"site": "%1$s", "releaseServer": "https://files.example.com/",
                 "hosts": [
                   {"resourceId": "host-%2$s", "name": "press 07 %2$s", "uuid": "%3$s", "currentState": "HOST_STATE_ONBOARDED",
                    "cpuArchitecture": "amd64", "productName": "NUC13", "serialNumber": "S-77", "hostNics": [{"mtu": 1500}],
                    "metadata": [{"key": "line", "value": "7"}, {"key": "bad key!", "value": "x"}],
                    "inheritedMetadata": {"location": [{"key": "country", "value": "de"}], "ou": []},
                    "note": "by the door", "site": %4$s,
                    "instance": {"currentOs": {"profileVersion": "1.%2$s", "sha256": "%5$s", "architecture": "x86_64"},
                                 "desiredOs": {"profileVersion": "2.%2$s", "sha256": "%6$s"}}},
                   {"resourceId": "host-2%2$s", "name": "press 07 %2$s", "uuid": "%7$s"},
                   {"resourceId": "host-3%2$s", "name": "no uuid"},
                   {"resourceId": "host-4%2$s", "uuid": "%8$s", "desiredState": "HOST_STATE_DELETED"},
                   {"resourceId": "host-5%2$s", "uuid": "%3$s"}],
                 "operatingSystems": [
                   {"resourceId": "os-2%2$s", "osType": "OS_TYPE_IMMUTABLE", "profileName": "microvisor %2$s",
                    "profileVersion": "10.%2$s", "imageUrl": "repo/edge-10.raw.gz", "architecture": "x86_64",
                    "sha256": "%6$s", "kernelCommand": "quiet"},
                   {"resourceId": "os-1%2$s", "osType": "OS_TYPE_IMMUTABLE", "profileName": "microvisor %2$s",
                    "profileVersion": "9.%2$s", "imageUrl": "/repo/edge-9.raw.gz", "sha256": "%5$s"},
                   {"resourceId": "os-3%2$s", "osType": "OS_TYPE_MUTABLE", "profileName": "ubuntu", "sha256": "%5$s"}],
                 "singleSchedules": [
                   {"resourceId": "singlesche-1%2$s", "name": "soon", "scheduleStatus": "SCHEDULE_STATUS_OS_UPDATE",
                    "startSeconds": %9$d, "endSeconds": "%10$d", "targetHost": {"resourceId": "host-%2$s"}},
                   {"resourceId": "singlesche-2%2$s", "name": "over", "scheduleStatus": "SCHEDULE_STATUS_OS_UPDATE",
                    "startSeconds": 1700000000, "endSeconds": 1700003600, "targetHostId": "host-%2$s"},
                   {"resourceId": "singlesche-3%2$s", "name": "shipping", "scheduleStatus": "SCHEDULE_STATUS_SHIPPING",
                    "startSeconds": %9$d, "endSeconds": %10$d, "targetHostId": "host-%2$s"}],
                 "repeatedSchedules": [
                   {"resourceId": "repeatedsche-1%2$s", "name": "nightly", "scheduleStatus": "SCHEDULE_STATUS_MAINTENANCE",
                    "durationSeconds": 7200, "cronMinutes": "0", "cronHours": "1,13", "cronDayMonth": "*",
                    "cronMonth": "*", "cronDayWeek": "0,6", "targetRegion": {"resourceId": "region-%2$s", "name": "Germany"}},
                   {"resourceId": "repeatedsche-2%2$s", "name": "short", "scheduleStatus": "SCHEDULE_STATUS_MAINTENANCE",
                    "durationSeconds": 60, "cronMinutes": "0", "cronHours": "1", "cronDayMonth": "*",
                    "cronMonth": "*", "cronDayWeek": "*", "targetSiteId": "site-%2$s"},
                   {"resourceId": "repeatedsche-3%2$s", "name": "nobody's", "scheduleStatus": "SCHEDULE_STATUS_MAINTENANCE",
                    "durationSeconds": 7200, "cronMinutes": "0", "cronHours": "1", "cronDayMonth": "*",
                    "cronMonth": "*", "cronDayWeek": "*"}]}
                """.formatted(
                        base,
                        own,
                        guid.toString().toUpperCase(Locale.ROOT),
                        site(),
                        running,
                        running.substring(8) + own,
                        namesake,
                        UUID.randomUUID(),
                        Instant.now().getEpochSecond() + 3600,
                        Instant.now().getEpochSecond() + 7200));
    }

    private JsonNode take(ObjectNode everything) {
        return plant.post("/api/v1/import/emf", everything.toString());
    }

    private static JsonNode item(JsonNode report, String from) {
        return report.get("items").values().stream()
                .filter(item -> item.get("from").asString().equals(from))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing of " + from + " in " + report));
    }

    private static List<String> outcomes(JsonNode report) {
        return report.get("items").values().stream()
                .map(item ->
                        item.get("from").asString() + " " + item.get("outcome").asString())
                .sorted()
                .toList();
    }

    private long mine() {
        return manager.jdbc()
                .sql("""
                        select (select count(*) from site where path like :below)
                               + (select count(*) from node n join site s on s.id = n.site_id where s.path like :below)
                               + (select count(*) from image where family like :family)
                               + (select count(*) from maintenance_window where name like :window)
                        """)
                .param("below", base + "%")
                .param("family", "%" + own)
                .param("window", "%" + own + ")")
                .query(Long.class)
                .single();
    }

    @Test
    void everythingThatCanBeKeptIsMadeAndTheRestReported() {
        JsonNode report = take(everything());

        assertThat(outcomes(report))
                .contains(
                        "host-" + own + " MADE",
                        "host-2" + own + " MADE",
                        "host-3" + own + " NOT_KEPT",
                        "host-4" + own + " NOT_KEPT",
                        "host-5" + own + " NOT_KEPT",
                        "os-1" + own + " MADE",
                        "os-2" + own + " MADE",
                        "os-3" + own + " NOT_KEPT",
                        "site-" + own + " MADE",
                        "region-" + own + " MADE",
                        "singlesche-1" + own + " MADE",
                        "singlesche-2" + own + " NOT_KEPT",
                        "singlesche-3" + own + " NOT_KEPT",
                        "repeatedsche-1" + own + " MADE",
                        "repeatedsche-2" + own + " NOT_KEPT",
                        "repeatedsche-3" + own + " NOT_KEPT");

        JsonNode host = item(report, "host-" + own);
        JsonNode node = plant.get("/api/v1/nodes/" + host.get("id").asString());
        assertThat(node.get("name").asString()).isEqualTo("press 07 " + own);
        assertThat(node.get("site").asString()).isEqualTo(base + "/europe/germany/werk-3-s-d");
        assertThat(node.get("architecture").asString()).isEqualTo("x86_64");
        assertThat(node.get("hardware").asString()).isEqualTo("NUC13");
        assertThat(node.get("labels").toString()).isEqualTo("{\"line\":\"7\",\"country\":\"de\"}");
        assertThat(node.get("imageVersion").asString()).isEqualTo("1." + own);
        JsonNode client = plant.get("/api/v1/nodes/" + host.get("id").asString() + "/client");
        assertThat(client.get("hostGuid").asString()).isEqualTo(guid.toString());
        assertThat(client.get("family").asString()).isEqualTo("EMF");
        assertThat(host.get("losses").toString()).contains("bad key!", "note", "instance.desiredOs", "2." + own);

        JsonNode other = item(report, "host-2" + own);
        assertThat(other.get("name").asString()).startsWith("press 07 " + own + "~");
        assertThat(other.get("losses").toString()).contains("cpuArchitecture", "\"site\"", base);

        JsonNode older = plant.get(
                "/api/v1/images/" + item(report, "os-1" + own).get("id").asString());
        JsonNode newer = plant.get(
                "/api/v1/images/" + item(report, "os-2" + own).get("id").asString());
        assertThat(newer.get("releaseCounter").asLong())
                .as("10 comes after 9, in whatever order they come")
                .isGreaterThan(older.get("releaseCounter").asLong());
        assertThat(newer.get("url").asString()).isEqualTo("https://files.example.com/repo/edge-10.raw.gz");
        assertThat(older.get("url").asString()).isEqualTo("https://files.example.com/repo/edge-9.raw.gz");
        assertThat(newer.get("state").asString()).isEqualTo("DRAFT");
        assertThat(item(report, "os-2" + own).get("losses").toString()).contains("kernelCommand", "sizeBytes");

        JsonNode soon = plant.get("/api/v1/windows/"
                + item(report, "singlesche-1" + own).get("id").asString());
        assertThat(soon.at("/target/nodeId").asString())
                .isEqualTo(host.get("id").asString());
        JsonNode nightly = plant.get("/api/v1/windows/"
                + item(report, "repeatedsche-1" + own).get("id").asString());
        assertThat(nightly.at("/recurrence/cron").asString()).isEqualTo("0 1,13 * * 0,6");
        assertThat(nightly.get("duration").asString()).isEqualTo("PT2H");
        assertThat(nightly.get("zone").asString()).isEqualTo("UTC");
        assertThat(nightly.at("/target/sitePath").asString()).isEqualTo(base + "/europe/germany");
        assertThat(item(report, "repeatedsche-2" + own).get("losses").toString())
                .contains("duration");
        assertThat(report.get("counts").toString())
                .contains("{\"kind\":\"NODE\",\"outcome\":\"MADE\",\"items\":2,\"withLosses\":2}");
    }

    @Test
    void secondTimeNothingIsMade() {
        take(everything());
        long before = mine();

        JsonNode report = take(everything());

        assertThat(outcomes(report)).noneMatch(outcome -> outcome.endsWith(" MADE"));
        assertThat(outcomes(report))
                .contains(
                        "host-" + own + " EXISTED",
                        "os-2" + own + " EXISTED",
                        "site-" + own + " EXISTED",
                        "singlesche-1" + own + " EXISTED",
                        "repeatedsche-1" + own + " EXISTED");
        assertThat(mine()).isEqualTo(before);
    }

    @Test
    void dryRunSaysTheSameAndKeepsNothing() {
        ObjectNode everything = everything();
        everything.put("dryRun", true);

        // With a key, the answer is kept in a transaction of its own.
        JsonNode dry = Plant.JSON.readTree(manager.send(manager.adminRequest("/api/v1/import/emf")
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", own)
                        .POST(BodyPublishers.ofString(everything.toString())))
                .body());

        assertThat(dry.get("dryRun").asBoolean()).isTrue();
        assertThat(mine()).isZero();
        assertThat(item(dry, "host-" + own).has("id")).isFalse();
        everything.remove("dryRun");
        JsonNode real = take(everything);
        assertThat(outcomes(dry)).isEqualTo(outcomes(real));
        assertThat(dry.get("counts")).isEqualTo(real.get("counts"));
    }

    @Test
    void placesGoWhereTheOperatorSays() {
        ObjectNode everything = everything();
        everything.putObject("sites").put("site-" + own, base + "/berlin").put("region-0" + own, "/nowhere");

        JsonNode report = take(everything);

        assertThat(plant.get("/api/v1/nodes/"
                                + item(report, "host-" + own).get("id").asString())
                        .get("site")
                        .asString())
                .isEqualTo(base + "/berlin");
        assertThat(item(report, "region-0" + own).get("outcome").asString()).isEqualTo("NOT_KEPT");
    }

    @Test
    void nodeThatRunsTheImageAlreadyIsNotOfferedIt() {
        ObjectNode everything = everything();
        JsonNode report = take(everything);
        String image = item(report, "os-1" + own).get("id").asString();
        assertThat(manager.send(manager.adminRequest("/api/v1/images/" + image)
                                .header("Content-Type", "application/merge-patch+json")
                                .header(
                                        "If-Match",
                                        manager.get("/api/v1/images/" + image)
                                                .headers()
                                                .firstValue("ETag")
                                                .orElseThrow())
                                .method("PATCH", BodyPublishers.ofString("{\"sizeBytes\": 1000}")))
                        .statusCode())
                .isEqualTo(200);
        plant.post("/api/v1/images/" + image + ":publish", "");

        String campaign = plant.post("/api/v1/campaigns", """
                        {"name": "same %s", "imageId": "%s", "selector": "site=='%s/europe/*'",
                         "waves": [{"name": "all", "rest": true}]}
                        """.formatted(own, image, base))
                .get("id")
                .asString();
        plant.post("/api/v1/campaigns/" + campaign + ":start", "");

        await("nothing is left to do")
                .atMost(Duration.ofSeconds(30))
                .until(() -> plant.get("/api/v1/campaigns/" + campaign)
                        .get("state")
                        .asString()
                        .equals("COMPLETED"));
        assertThat(plant.state(
                        UUID.fromString(item(report, "host-" + own).get("id").asString()), campaign))
                .isIn("", "SKIPPED");
    }

    @Test
    void whatIsWrongBesideTheItemsIsNamed() {
        var answer = manager.post("/api/v1/import/emf", """
                {"site": "Europe", "sites": {"site-1": "x"}, "releaseServer": "files", "architecture": "", "hosts": [null]}
                """);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("/site", "/sites/site-1", "/releaseServer", "/architecture", "/hosts");
        assertThat(manager.post("/api/v1/import/emf", "{\"hosts\": {}}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void oddValuesAreReportedAndNeverFail() {
        ArrayNode odd = Plant.JSON.createArrayNode();
        odd.addObject();
        odd.addObject().put("uuid", 7).put("site", "text").put("instance", 1);
        odd.addObject()
                .put("uuid", UUID.randomUUID().toString())
                .put("name", "\u0007")
                .put("cpuArchitecture", "../x y");
        odd.addObject()
                .put("uuid", UUID.randomUUID().toString())
                .putObject("site")
                .put("resourceId", "r")
                .putObject("region")
                .put("resourceId", "r");
        ObjectNode everything = Plant.JSON.createObjectNode();
        everything.put("site", base);
        everything.set("hosts", odd);
        everything.set("operatingSystems", odd);
        everything.set("singleSchedules", odd);
        everything.set("repeatedSchedules", odd);

        JsonNode report = take(everything);

        assertThat(report.get("items").values().stream()
                        .filter(item -> item.get("outcome").asString().equals("NOT_KEPT")))
                .hasSizeGreaterThanOrEqualTo(14)
                .allSatisfy(item ->
                        assertThat(item.at("/losses/0/reason").asString()).isNotBlank());
    }
}

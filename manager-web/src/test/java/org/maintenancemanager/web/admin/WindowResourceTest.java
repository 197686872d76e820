package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maintenancemanager.web.admin.AdminApi.Reply;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What windows come to, over HTTP: preview, lint, coverage, openings, the windows of a node. */
class WindowResourceTest {
    private final AdminApi api = new AdminApi();
    private final String name = "w" + UUID.randomUUID();
    private final String site = api.newSite();

    @Test
    void previewShowsTheSitesTimeUtcAndWhatTheClocksDo() {
        Reply preview = api.post("/api/v1/windows:preview?from=2026-03-27T00:00:00Z", window("""
                                {"recurrence": {"type": "CRON", "cron": "30 2 * * *"}, "duration": "PT1H",
                                 "zone": "NODE_LOCAL"}"""))
                .expect(200);
        assertThat(preview.body().get("text").asString()).isEqualTo("every day, 02:30-03:30, the node's local time");
        assertThat(preview.body().get("zone").asString()).as("the site's").isEqualTo("Europe/Berlin");
        assertThat(preview.body().get("openHoursAYear").asDouble()).isEqualTo(365);
        assertThat(texts(preview.body().get("occurrences"), "localStartsAt"))
                .hasSize(10)
                .startsWith(
                        "2026-03-27T02:30+01:00",
                        "2026-03-28T02:30+01:00",
                        "2026-03-29T03:00+02:00",
                        "2026-03-30T02:30+02:00");
        assertThat(texts(preview.body().get("occurrences"), "startsAt"))
                .startsWith(
                        "2026-03-27T01:30:00Z", "2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
        assertThat(texts(preview.body().get("occurrences"), "clockChange"))
                .startsWith("NONE", "NONE", "START_MOVED", "NONE");
        assertThat(texts(preview.body().get("findings"), "code")).containsExactly("DST_AFFECTED");
        assertNotKept();
    }

    @Test
    void previewOfAWindowOfThePastSaysSo() {
        Reply preview = api.post("/api/v1/windows:preview", window("""
                                {"recurrence": {"type": "ONE_SHOT", "startsAt": "2020-01-01T22:00:00",
                                                "endsAt": "2020-01-02T02:00:00"}, "duration": null}""")).expect(200);
        assertThat(preview.body().get("occurrences").size()).isZero();
        assertThat(texts(preview.body().get("findings"), "code")).containsExactly("NEVER_OPENS");
    }

    @Test
    void lintTellsWhomANewWindowServesAndKeepsNothing() {
        node(site);
        Reply lint = api.post("/api/v1/windows:lint", window("{}")).expect(200);
        assertThat(lint.body().get("nodes").asLong()).isEqualTo(1);
        assertThat(lint.body().get("openHoursAYear").asDouble()).isEqualTo(4 * 365);
        JsonNode impact = lint.body().get("impact");
        assertThat(impact.get("nodes").asLong()).isEqualTo(1);
        assertThat(impact.get("firstWindow").asLong()).isEqualTo(1);
        assertThat(impact.get("otherNextOpening").asLong()).isEqualTo(1);
        assertThat(impact.at("/sites/0/sitePath").asString()).isEqualTo(site);
        assertThat(impact.at("/sites/0").has("nextOpeningBefore")).isFalse();
        assertThat(Instant.parse(impact.at("/sites/0/nextOpeningAfter").asString()))
                .isBetween(
                        Instant.now().minus(Duration.ofHours(5)), Instant.now().plus(Duration.ofDays(2)));
        assertNotKept();
    }

    @Test
    void lintOfAChangeTellsWhoseNextOpeningMoves() {
        node(site);
        String id = keep("{}");
        Reply same = api.post("/api/v1/windows:lint?id=" + id, "{}").expect(200);
        assertThat(same.body().at("/impact/otherNextOpening").asLong()).isZero();

        // Some other day than today, whatever day that is.
        Reply moved = api.post(
                        "/api/v1/windows:lint?id=" + id,
                        "{\"validFrom\": \"%s\"}".formatted(Instant.now().plus(Duration.ofDays(90))))
                .expect(200);
        assertThat(moved.body().at("/impact/otherNextOpening").asLong()).isEqualTo(1);
        assertThat(moved.body().at("/impact/lastWindow").asLong()).isZero();
        JsonNode place = moved.body().at("/impact/sites/0");
        assertThat(place.get("sitePath").asString()).isEqualTo(site);
        assertThat(Instant.parse(place.get("nextOpeningAfter").asString()))
                .isAfter(
                        Instant.parse(place.get("nextOpeningBefore").asString()).plus(Duration.ofDays(80)));

        Reply removed = api.post("/api/v1/windows:lint?id=" + id, "{\"enabled\": false}")
                .expect(200);
        assertThat(removed.body().at("/impact/lastWindow").asLong()).isEqualTo(1);
        assertThat(removed.body().at("/findings/0/code").asString()).isEqualTo("NODES_WITHOUT_WINDOW");
        assertThat(removed.body().at("/findings/0/severity").asString()).isEqualTo("ERROR");
        assertThat(api.get("/api/v1/windows/" + id).body().get("enabled").asBoolean())
                .as("nothing was changed")
                .isTrue();
        api.post("/api/v1/windows:lint?id=" + UUID.randomUUID(), "{}").expect(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"duration": "PT10M"}                       | TOO_SHORT
            {"validUntil": "2020-01-01T00:00:00Z"}      | NEVER_OPENS
            {"recurrence": {"type": "RRULE", "startsAt": "2050-01-01T02:00:00", "rrule": "FREQ=DAILY"}} | NEVER_OPENS
            {"recurrence": {"type": "CRON", "cron": "30 2 * * *"}} | DST_AFFECTED
            """)
    void lintFinds(String change, String code) {
        node(site);
        Reply lint = api.post("/api/v1/windows:lint", window(change)).expect(200);
        assertThat(texts(lint.body().get("findings"), "code")).contains(code);
        assertThat(texts(lint.body().get("findings"), "sentence"))
                .allSatisfy(sentence -> assertThat(sentence).endsWith("."));
    }

    @Test
    void lintFindsFreezesOverlapsAndNobody() {
        assertThat(texts(
                        api.post("/api/v1/windows:lint", window("{}"))
                                .expect(200)
                                .body()
                                .get("findings"),
                        "code"))
                .contains("UNUSED");
        node(site);
        keep("{\"name\": \"%s other\"}".formatted(name));
        assertThat(texts(
                        api.post("/api/v1/windows:lint", window("{}"))
                                .expect(200)
                                .body()
                                .get("findings"),
                        "code"))
                .contains("OVERLAPS")
                .doesNotContain("UNUSED");
        keep("""
                {"name": "%s freeze", "kind": "FREEZE", "duration": "P2D",
                 "recurrence": {"type": "RRULE", "startsAt": "2026-01-01T00:00:00", "rrule": "FREQ=DAILY"}}
                """.formatted(name));
        Reply swallowed = api.post("/api/v1/windows:lint", window("{}")).expect(200);
        assertThat(swallowed.body().at("/findings/0/code").asString()).isEqualTo("SWALLOWED_BY_FREEZE");
        assertThat(swallowed.body().at("/findings/0/severity").asString()).isEqualTo("ERROR");
        assertThat(swallowed.body().at("/findings/0/sentence").asString()).contains(name + " freeze");
    }

    @Test
    void coverageNamesNodesWithoutWindowAndWindowsWithoutNodes() {
        // Many, so that the site is among the first hundred whoever else is there.
        api.post(
                        "/api/v1/nodes",
                        IntStream.range(0, 200)
                                .mapToObj(i -> AdminApi.node(name + "-" + i, site))
                                .collect(Collectors.joining(",", "[", "]")))
                .expect(201);
        Reply before = api.get("/api/v1/windows/coverage").expect(200);
        assertThat(before.body().get("withoutWindow").asLong()).isGreaterThanOrEqualTo(200);
        assertThat(before.body()
                        .get("sites")
                        .valueStream()
                        .filter(gap -> gap.get("sitePath").asString().equals(site)))
                .singleElement()
                .satisfies(gap -> assertThat(gap.get("withoutWindow").asLong()).isEqualTo(200));

        String used = keep("{}");
        String unused = keep("{\"name\": \"%s nobody\", \"target\": {\"type\": \"SITE\", \"sitePath\": \"%s\"}}"
                .formatted(name, api.newSite()));
        String disabled = keep("{\"name\": \"%s off\", \"enabled\": false}".formatted(name));
        String over = keep("{\"name\": \"%s over\", \"validUntil\": \"2020-01-01T00:00:00Z\"}".formatted(name));
        Reply after = api.get("/api/v1/windows/coverage").expect(200);
        assertThat(after.body()
                        .get("sites")
                        .valueStream()
                        .map(gap -> gap.get("sitePath").asString()))
                .doesNotContain(site);
        assertThat(usage(after, used).get("state").asString()).isEqualTo("USED");
        assertThat(usage(after, used).get("nodes").asLong()).isEqualTo(200);
        assertThat(usage(after, used).has("nextStartsAt")).isTrue();
        assertThat(usage(after, unused).get("state").asString()).isEqualTo("UNUSED");
        assertThat(usage(after, disabled).get("state").asString()).isEqualTo("DISABLED");
        assertThat(usage(after, over).get("state").asString()).isEqualTo("OVER");
    }

    private static JsonNode usage(Reply coverage, String window) {
        return coverage.body()
                .get("windows")
                .valueStream()
                .filter(usage -> usage.get("id").asString().equals(window))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void nodesThatOpenInTheNextDayAreCountedAndListed() {
        String first = node(site);
        String second = node(site);
        String window = keep("{}");
        Reply openings = api.get("/api/v1/windows/openings?limit=10000").expect(200);
        assertThat(Duration.between(instant(openings.body(), "from"), instant(openings.body(), "until")))
                .isEqualTo(Duration.ofHours(24));
        assertThat(openings.body()
                        .get("openings")
                        .valueStream()
                        .filter(opening -> opening.get("windowId").asString().equals(window)))
                .isNotEmpty()
                .allSatisfy(opening -> assertThat(opening.get("nodes").asLong()).isEqualTo(2));
        assertThat(openings.body().get("nodes").asLong()).isGreaterThanOrEqualTo(2);

        List<JsonNode> nodes = api.all("/api/v1/windows/openings/nodes", 500);
        assertThat(nodes.stream().map(node -> node.get("nodeId").asString()))
                .contains(first, second)
                .doesNotHaveDuplicates();
        assertThat(nodes.stream().filter(node -> node.get("nodeId").asString().equals(first)))
                .singleElement()
                .satisfies(node -> assertThat(node.get("windowId").asString()).isEqualTo(window));
    }

    @Test
    void openingsOfChosenNodesComeAtOnce() {
        String first = node(site);
        String second = node(site);
        String elsewhere = node(api.newSite());
        String window = keep("{}");

        Reply openings = api.get("/api/v1/windows/openings/nodes?nodes=%s,%s,%s,%s"
                        .formatted(first, second, elsewhere, UUID.randomUUID()))
                .expect(200);

        assertThat(openings.body().get("items").valueStream())
                .hasSize(2)
                .allSatisfy(opening ->
                        assertThat(opening.get("windowId").asString()).isEqualTo(window));
        assertThat(openings.body().has("nextCursor")).isFalse();
    }

    @Test
    void nodeTellsItsWindowsAndWhenItIsOpen() {
        String node = node(site);
        assertThat(api.get("/api/v1/nodes/" + node + "/windows")
                        .expect(200)
                        .body()
                        .get("state")
                        .asString())
                .isEqualTo("NO_WINDOW");
        String window = keep("{}");
        String freeze = keep("""
                {"name": "%s freeze", "kind": "FREEZE", "duration": null,
                 "recurrence": {"type": "ONE_SHOT", "startsAt": "2026-03-28T00:00:00", "endsAt": "2026-03-29T00:00:00"}}
                """.formatted(name));
        Reply windows = api.get(
                        "/api/v1/nodes/" + node + "/windows?from=2026-03-27T12:00:00Z&until=2026-03-30T12:00:00Z")
                .expect(200);
        assertThat(windows.body().get("zone").asString()).isEqualTo("Europe/Berlin");
        assertThat(windows.body().get("zoneOf").asString()).isEqualTo("SITE");
        assertThat(windows.body().get("state").asString()).isIn("OPEN", "CLOSED");
        assertThat(windows.body().has("nextOpening")).isTrue();
        assertThat(texts(windows.body().get("windows"), "id")).containsExactlyInAnyOrder(window, freeze);
        assertThat(texts(windows.body().get("windows"), "text")).contains("every day, 22:00-02:00, Europe/Berlin");
        // The freeze takes away the night's beginning, and the end of the one before.
        assertThat(texts(windows.body().get("openings"), "localStartsAt"))
                .containsExactly("2026-03-27T22:00+01:00", "2026-03-29T00:00+01:00", "2026-03-29T22:00+02:00");
        assertThat(texts(windows.body().get("openings"), "localEndsAt"))
                .containsExactly("2026-03-28T00:00+01:00", "2026-03-29T03:00+02:00", "2026-03-30T02:00+02:00");
        assertThat(texts(windows.body().get("frozen"), "windowName")).contains(name + " freeze");
        api.get("/api/v1/nodes/" + UUID.randomUUID() + "/windows").expect(404);
    }

    @Test
    void localTimeIsThatOfTheNodeElseOfItsSiteElseOfTheTenant() {
        String path = "/test/" + UUID.randomUUID();
        api.post("/api/v1/sites", "{\"path\": \"%s\"}".formatted(path)).expect(201);
        String tenantsZone = api.get("/api/v1/tenants?filter=name%3D%3Ddefault")
                .expect(200)
                .body()
                .at("/items/0/zone")
                .asString();
        keep("{\"zone\": \"NODE_LOCAL\", \"target\": {\"sitePath\": \"%s\"}}".formatted(path));
        String node = "/api/v1/nodes/" + node(path);
        assertLocal(node, tenantsZone, "SITE");
        String site = "/api/v1/sites/"
                + api.get("/api/v1/sites?filter=path%3D%3D" + path)
                        .body()
                        .at("/items/0/id")
                        .asString();
        api.patch(site, "{\"zone\": \"America/New_York\"}", tag(site)).expect(200);
        assertLocal(node, "America/New_York", "SITE");
        api.patch(node, "{\"zone\": \"Asia/Tokyo\"}", tag(node)).expect(200);
        assertLocal(node, "Asia/Tokyo", "NODE");
    }

    private String tag(String path) {
        return api.get(path).http().headers().firstValue("ETag").orElseThrow();
    }

    private void assertLocal(String node, String zone, String of) {
        Reply windows = api.get(node + "/windows").expect(200);
        assertThat(windows.body().get("zone").asString()).isEqualTo(zone);
        assertThat(windows.body().get("zoneOf").asString()).isEqualTo(of);
        Instant next = Instant.parse(windows.body().at("/nextOpening/startsAt").asString());
        assertThat(next.atZone(ZoneId.of(zone)).toLocalTime()).isEqualTo(LocalTime.of(22, 0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /api/v1/windows/openings?from=tomorrow                                                  | /from
            /api/v1/windows/openings?site=/not/there                                                | /site
            /api/v1/windows/openings?from=2026-01-01T00:00:00Z&until=2026-01-01T00:00:00Z            | /until
            /api/v1/windows/openings?from=2026-01-01T00:00:00Z&until=2026-03-01T00:00:00Z            | /until
            /api/v1/windows/openings?limit=0                                                         | /limit
            /api/v1/windows/openings/nodes?limit=1001                                                | /limit
            /api/v1/windows/openings/nodes?nodes=press-07                                            | /nodes
            /api/v1/nodes/NODE/windows?until=2020-01-01T00:00:00Z                                    | /until
            /api/v1/nodes/NODE/windows?from=2026-01-01T00:00:00Z&until=2028-01-01T00:00:00Z          | /until
            """)
    void timeThatCannotBeIsNamed(String path, String pointer) {
        Reply refused = api.get(path.replace("NODE", node(site))).expect(400);
        assertThat(refused.errors())
                .singleElement()
                .satisfies(error -> assertThat(error).startsWith(pointer + ": "));
    }

    /** What is wrong is said with an example of what would be right. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            {"zone": null}                              | /zone                  | such as Europe/Berlin
            {"zone": "+02:00"}                          | /zone                  | such as Europe/Berlin
            {"zone": "Mars/Olympus"}                    | /zone                  | such as Europe/Berlin
            {"duration": null}                          | /duration              | such as PT4H
            {"duration": "4 hours"}                     | /duration              | such as PT4H
            {"duration": "PT1M"}                        | /duration              | such as PT4H
            {"duration": "P8D"}                         | /duration              | such as PT4H
            {"kind": null}                              | /kind                  | such as PERMIT
            {"target": null}                            | /target                | such as {"type": "SITE", "sitePath": "/eu/de"}
            {"target": {"sitePath": "eu"}}              | /target/sitePath       | such as /eu/de
            {"target": {"type": "SELECTOR", "sitePath": null}} | /target/selector | such as label.ring==canary
            {"target": {"type": "NODE", "sitePath": null}} | /target/nodeId      | such as 019a1b2c-0000-7000-8000-000000000017
            {"recurrence": null}                        | /recurrence            | such as {"type": "CRON"
            {"recurrence": {"type": "RRULE", "rrule": "every day"}} | /recurrence/rrule | such as FREQ=MONTHLY;BYDAY=-1SU
            {"recurrence": {"type": "RRULE"}}           | /recurrence/rrule      | such as FREQ=MONTHLY;BYDAY=-1SU
            {"recurrence": {"type": "RRULE", "rrule": "FREQ=DAILY", "startsAt": "2026-03-29T02:30:00Z"}} | /recurrence/startsAt | such as 2026-03-29T02:30:00
            {"recurrence": {"type": "CRON", "startsAt": null, "cron": "0 25 * * *"}} | /recurrence/cron | '0 22 * * MON-FRI'
            {"recurrence": {"type": "CRON", "startsAt": null, "cron": "* * * * *"}}  | /recurrence/cron | '0 1,13 * * *'
            {"recurrence": {"type": "CRON", "startsAt": null, "cron": "22:00"}}      | /recurrence/cron | '0 22 * * MON-FRI'
            {"recurrence": {"type": "WEEKLY"}}          | /recurrence/days       | such as ["MONDAY", "FRIDAY"]
            {"duration": null, "recurrence": {"type": "ONE_SHOT"}} | /recurrence/endsAt | such as 2026-03-29T06:00:00
            """)
    void badFieldIsNamedWithTheExampleOfARightOne(String change, String pointer, String example) {
        for (String path : List.of("/api/v1/windows", "/api/v1/windows:preview", "/api/v1/windows:lint")) {
            Reply refused = api.post(path, window(change, "startsAt")).expect(400);
            assertThat(refused.code()).isEqualTo("invalid-request");
            assertThat(refused.errors())
                    .as(path)
                    .singleElement()
                    .satisfies(error ->
                            assertThat(error).startsWith(pointer + ": ").contains(example));
        }
        assertNotKept();
    }

    @Test
    void overrideNeedsAReasonAndAnEndAndNamesTheFreezesThatItOverrides() {
        node(site);
        String image = api.post("/api/v1/images", """
                        {"family": "%s", "version": "1", "releaseCounter": 1, "architecture": "x86_64", "sizeBytes": 1,
                         "sha256": "%s", "url": "https://images.example/a.raw"}
                        """.formatted(name, "0".repeat(64)))
                .expect(201)
                .id();
        api.act("/api/v1/images/" + image + ":publish").expect(200);
        String campaign = "/api/v1/campaigns/"
                + api.post("/api/v1/campaigns", """
                                {"name": "%s", "imageId": "%s", "selector": "site==%s"}
                                """.formatted(name, image, site))
                        .expect(201)
                        .id();
        String right = "{\"reason\": \"The VPN must be fixed\", \"until\": \"%s\"}"
                .formatted(Instant.now().plus(Duration.ofHours(2)));
        assertThat(api.post(campaign + ":overrideWindows", right).expect(409).code())
                .as("a draft disturbs nobody")
                .isEqualTo("illegal-state");
        api.act(campaign + ":start").expect(200);

        assertThat(pointers(api.post(campaign + ":overrideWindows", "{}").expect(400)))
                .containsExactly("/reason", "/until");
        assertThat(pointers(api.post(
                                campaign + ":overrideWindows",
                                "{\"reason\": \" \", \"until\": \"2020-01-01T00:00:00Z\", \"freezes\": [\"%s\"]}"
                                        .formatted(UUID.randomUUID()))
                        .expect(400)))
                .containsExactly("/reason", "/until", "/freezes");
        String permit = keep("{}");
        assertThat(pointers(api.post(
                                campaign + ":overrideWindows",
                                right.replace("}", ", \"freezes\": [\"%s\"]}".formatted(permit)))
                        .expect(400)))
                .as("a PERMIT is no freeze")
                .containsExactly("/freezes");

        String freeze = keep("{\"name\": \"%s freeze\", \"kind\": \"FREEZE\"}".formatted(name));
        Reply given = api.post(
                        campaign + ":overrideWindows", right.replace("}", ", \"freezes\": [\"%s\"]}".formatted(freeze)))
                .expect(200);
        JsonNode override = given.body().get("windowOverride");
        assertThat(override.get("reason").asString()).isEqualTo("The VPN must be fixed");
        assertThat(override.at("/freezes/0").asString()).isEqualTo(freeze);
        assertThat(override.get("by").asString()).isNotBlank();
        assertThat(api.act(campaign + ":clearOverride").expect(200).body().has("windowOverride"))
                .isFalse();
        assertThat(texts(
                        api.get("/api/v1/audit-events?filter=objectId%3D%3D"
                                        + campaign.substring(campaign.lastIndexOf('/') + 1))
                                .expect(200)
                                .body()
                                .get("items"),
                        "action"))
                .contains("campaign.windows-overridden", "campaign.override-cleared");
    }

    private static List<String> pointers(Reply refused) {
        return refused.errors().stream()
                .map(error -> error.substring(0, error.indexOf(':')))
                .toList();
    }

    private String node(String at) {
        return api.post("/api/v1/nodes", AdminApi.node("n" + UUID.randomUUID(), at))
                .expect(201)
                .id();
    }

    private String keep(String change) {
        return api.post("/api/v1/windows", window(change)).expect(201).id();
    }

    /** Every night from 22:00 to 02:00 in Berlin at this test's site, with these fields set; null removes one. */
    private String window(String change) {
        return window(change, "");
    }

    /** @param field of the recurrence that is added where a change forgot it */
    private String window(String change, String field) {
        var window = (ObjectNode) AdminApi.JSON.readTree("""
                {"name": "%s", "kind": "PERMIT", "duration": "PT4H", "zone": "Europe/Berlin",
                 "recurrence": {"type": "RRULE", "startsAt": "2026-01-01T22:00:00", "rrule": "FREQ=DAILY"},
                 "target": {"type": "SITE", "sitePath": "%s"}}
                """.formatted(name, site));
        AdminApi.JSON.readTree(change).properties().forEach(entry -> {
            if (entry.getKey().equals("target") && entry.getValue() instanceof ObjectNode changed) {
                ((ObjectNode) window.get("target")).setAll(changed);
            } else {
                window.set(entry.getKey(), entry.getValue());
            }
        });
        if (window.get("recurrence") instanceof ObjectNode recurrence && !field.isEmpty() && !recurrence.has(field)) {
            recurrence.put(field, "2026-01-01T22:00:00");
        }
        return window.toString();
    }

    private void assertNotKept() {
        assertThat(api.get("/api/v1/windows?filter=name%3D%3D" + name)
                        .expect(200)
                        .body()
                        .get("items")
                        .size())
                .isZero();
    }

    private static Instant instant(JsonNode body, String field) {
        return Instant.parse(body.get(field).asString());
    }

    private static List<String> texts(JsonNode items, String field) {
        List<String> texts = new ArrayList<>();
        items.forEach(item -> texts.add(item.get(field).asString()));
        return texts;
    }
}

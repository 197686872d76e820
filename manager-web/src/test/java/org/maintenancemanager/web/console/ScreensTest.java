package org.maintenancemanager.web.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.TestPerson;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every screen, light and dark, wide and narrow: axe finds nothing, nothing sticks out, and a picture of it is kept in
 * {@code target/screenshots}. Skipped where there is no Chromium.
 */
@EnabledIf("aBrowserIsHere")
class ScreensTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ManagerUnderTest manager = ManagerUnderTest.shared();

    static boolean aBrowserIsHere() {
        return ConsoleBrowser.missing().isEmpty();
    }

    @Test
    void everyScreenIsForEverybody() {
        Map<String, String> screens = screens();
        // None who manages people: the first secret of the manager that tests share is good until such a one logs in.
        TestPerson person = TestPerson.create(manager, "fleet-admin", "auditor");
        List<String> wrong = new ArrayList<>();
        try (var browser = new ConsoleBrowser(manager)) {
            Page page = browser.page();
            page.navigate("/console/");
            wrong.addAll(browser.look(page, "log-in"));
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Name and password"))
                    .click();
            page.getByRole(AriaRole.TEXTBOX, new Page.GetByRoleOptions().setName("Name"))
                    .fill(person.name());
            page.locator("input[type=password]").fill(person.password());
            page.keyboard().press("Enter");
            assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1)))
                    .hasText("Overview");
            screens.forEach((name, path) -> {
                ConsoleBrowser.go(page, "/console" + path);
                wrong.addAll(browser.look(page, name));
            });
            wrong.addAll(browser.complaints());
        }
        assertThat(wrong).isEmpty();
    }

    /** Each with something to show. */
    private Map<String, String> screens() {
        String run = UUID.randomUUID().toString().substring(0, 8);
        var node = manager.newNode("press-" + run);
        created("/api/v1/sites", """
                {"path": "/screens-%s", "name": "Berlin 3", "zone": "Europe/Berlin"}""".formatted(run));
        created("/api/v1/windows", """
                {"name": "Weeknights %s", "kind": "PERMIT", "duration": "PT3H", "zone": "NODE_LOCAL",
                 "recurrence": {"type": "WEEKLY", "startsAt": "2026-01-05T02:00:00", "days": ["MONDAY", "THURSDAY"]},
                 "target": {"type": "SITE", "sitePath": "/screens-%s"}}""".formatted(run, run));
        String image = created("/api/v1/images", """
                {"family": "screens-%s", "version": "1.4.2", "releaseCounter": 4, "architecture": "x86_64",
                 "url": "https://images.example.com/1.4.2.raw", "sizeBytes": 812000000, "sha256": "%s",
                 "severity": "HIGH", "fixedCves": ["CVE-2026-12345"],
                 "path": {"floor": 2, "barrier": true, "forbidden": [{"from": 3, "reason": "Loses its network."}]}}
                """.formatted(run, "0f".repeat(32)))
                .get("id")
                .asString();
        manager.post("/api/v1/images/" + image + ":publish", "{}");
        String campaign = created("/api/v1/campaigns", """
                {"name": "Spring %s", "imageId": "%s", "selector": "name==press-%s"}""".formatted(run, image, run))
                .get("id")
                .asString();
        String channel =
                created("/api/v1/channels", """
                {"family": "screens-%s", "name": "stable", "imageId": "%s"}""".formatted(run, image)).get("id").asString();
        String policy = created("/api/v1/policies", """
                {"name": "Presses %s", "channelId": "%s", "selector": "name==press-%s", "enabled": false,
                 "template": {"waves": [{"name": "canary", "count": 1,
                                         "gate": {"soakTime": "PT24H", "unheardAfter": "P2D"}},
                                        {"name": "rest", "rest": true}]}}""".formatted(run, channel, run))
                .get("id")
                .asString();
        created("/api/v1/budgets", """
                {"name": "Line %s", "selector": "label.line==%s", "maxInFlight": 2}""".formatted(run, run));
        Map<String, String> screens = new LinkedHashMap<>();
        screens.put("overview", "/overview");
        screens.put("nodes", "/nodes?filter=name==press-" + run);
        screens.put("node", "/nodes/" + node.id());
        screens.put("node-windows", "/nodes/" + node.id() + "?tab=windows");
        screens.put("node-history", "/nodes/" + node.id() + "?tab=history");
        screens.put("node-credentials", "/nodes/" + node.id() + "?tab=credentials");
        screens.put("sites", "/sites?filter=path==/screens-" + run);
        screens.put("budgets", "/sites?tab=budgets");
        screens.put("images", "/images?filter=family==screens-" + run);
        screens.put("image", "/images/" + image);
        screens.put("channels", "/images?tab=channels");
        screens.put("campaigns", "/campaigns?filter=name==*" + run);
        screens.put("campaign", "/campaigns/" + campaign);
        screens.put("campaign-nodes", "/campaigns/" + campaign + "?tab=nodes");
        screens.put("campaign-wizard", "/campaigns/new");
        screens.put("campaign-change", "/campaigns/%s/change".formatted(campaign));
        screens.put("policies", "/campaigns?tab=policies&filter=name==*" + run);
        screens.put("policy", "/campaigns/policies/" + policy);
        screens.put("policy-form", "/campaigns/policies/%s/change".formatted(policy));
        screens.put("calendar", "/calendar?site=/screens-" + run);
        screens.put("windows", "/calendar?tab=windows");
        screens.put("coverage", "/calendar?tab=coverage");
        screens.put("calendars", "/calendar?tab=imports");
        screens.put("activity", "/activity?filter=objectId==" + campaign);
        screens.put("updates", "/activity?tab=updates");
        for (String section : List.of("pending", "enrollment", "tokens", "people", "approvals", "log-in", "tenant")) {
            screens.put("settings-" + section, "/settings/" + section);
        }
        screens.put("account", "/account");
        return screens;
    }

    private JsonNode created(String path, String json) {
        var answer = manager.post(path, json);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return JSON.readTree(answer.body());
    }
}

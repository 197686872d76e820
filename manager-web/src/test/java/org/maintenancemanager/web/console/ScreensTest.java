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
        List<String> wrong = new ArrayList<>();
        try (var browser = new ConsoleBrowser(manager)) {
            Page page = browser.page();
            page.navigate("/console/");
            wrong.addAll(browser.look(page, "log-in"));
            page.locator("input[type=password]").fill(manager.apiToken());
            page.keyboard().press("Enter");
            assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1)))
                    .hasText("Overview");
            screens.forEach((name, path) -> {
                page.navigate("/console" + path);
                assertThat(page.locator("h1")).isVisible();
                assertThat(page.locator(".mm-loading")).hasCount(0);
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
                 "severity": "HIGH", "fixedCves": ["CVE-2026-12345"]}""".formatted(run, "0f".repeat(32)))
                .get("id")
                .asString();
        manager.post("/api/v1/images/" + image + ":publish", "{}");
        String campaign = created("/api/v1/campaigns", """
                {"name": "Spring %s", "imageId": "%s", "selector": "name==press-%s"}""".formatted(run, image, run))
                .get("id")
                .asString();
        Map<String, String> screens = new LinkedHashMap<>();
        screens.put("overview", "/overview");
        screens.put("nodes", "/nodes?filter=name==press-" + run);
        screens.put("node", "/nodes/" + node.id());
        screens.put("node-windows", "/nodes/" + node.id() + "?tab=windows");
        screens.put("sites", "/sites?filter=path==/screens-" + run);
        screens.put("images", "/images?filter=family==screens-" + run);
        screens.put("image", "/images/" + image);
        screens.put("campaigns", "/campaigns?filter=name==*" + run);
        screens.put("campaign", "/campaigns/" + campaign);
        screens.put("campaign-wizard", "/campaigns/new");
        screens.put("calendar", "/calendar");
        screens.put("windows", "/calendar?tab=windows");
        screens.put("coverage", "/calendar?tab=coverage");
        screens.put("calendars", "/calendar?tab=imports");
        screens.put("activity", "/activity?filter=objectId==" + campaign);
        screens.put("settings", "/settings/enrollment");
        screens.put("people", "/settings/people");
        return screens;
    }

    private JsonNode created(String path, String json) {
        var answer = manager.post(path, json);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return JSON.readTree(answer.body());
    }
}

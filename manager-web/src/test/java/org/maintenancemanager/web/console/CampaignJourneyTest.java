package org.maintenancemanager.web.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.maintenancemanager.simulator.Fleet;
import org.maintenancemanager.simulator.ImageBehaviour;
import org.maintenancemanager.web.testing.FaultProxy;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.TestPerson;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A night with a campaign, in a real browser, with simulated nodes on a manager of its own: each step goes on where the one
 * before it ended. Skipped where there is no Chromium.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@EnabledIf("aBrowserIsHere")
class CampaignJourneyTest {
    private static final int NODES = 12;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final LocatorAssertions.IsVisibleOptions PATIENTLY =
            new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE.toMillis());
    private static final JsonMapper JSON = JsonMapper.shared();

    private ManagerUnderTest manager;
    private FaultProxy line;
    private ConsoleBrowser browser;
    private Fleet fleet;
    private Page page;
    private final List<String> wrong = new ArrayList<>();

    static boolean aBrowserIsHere() {
        return ConsoleBrowser.missing().isEmpty();
    }

    @BeforeAll
    void start(@TempDir Path states) throws Exception {
        manager = ManagerUnderTest.startAnother(
                "manager.poll.interval=PT1S",
                "manager.permit.guard-time=PT1S",
                "manager.presence.interval=PT1S",
                "manager.poll-limit.per-second=50");
        created("/api/v1/sites", "{\"path\": \"/eu\", \"zone\": \"Europe/Berlin\"}");
        image("2.0.0", 2);
        image("3.0.0", 3);
        String token = created(
                        "/api/v1/enrollment-tokens",
                        "{\"name\": \"eu\", \"site\": \"/eu\", \"maxUses\": %d}".formatted(NODES))
                .get("token")
                .asString();
        fleet = Fleet.builder()
                .manager(URI.create(manager.baseUrl()))
                .grpc("127.0.0.1:" + manager.grpcPort())
                .grpcShare(0.5)
                .group(NODES, token, Map.of("line", "a"))
                .stateDirectory(states)
                .poll(Duration.ofSeconds(1))
                .installTime(Duration.ofMillis(50))
                .rebootTime(Duration.ofMillis(100))
                .trialTime(Duration.ofMillis(50))
                .imageBehaviour("3.0.0", ImageBehaviour.NO_BOOT)
                .seed(7)
                .start();
        await("all are enrolled")
                .atMost(PATIENCE)
                .until(() -> fleet.statistics().enrolled() == NODES);
        line = new FaultProxy(manager.httpPort());
        browser = new ConsoleBrowser(line.url());
        page = browser.page();
        page.navigate("/");
        page.locator("input[type=password]").fill(manager.apiToken());
        page.keyboard().press("Enter");
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Overview")))
                .isVisible();
    }

    @AfterAll
    void stop() throws IOException {
        if (browser != null) {
            browser.close();
        }
        if (line != null) {
            line.close();
        }
        if (fleet != null) {
            fleet.close();
        }
        if (manager != null) {
            manager.context().close();
        }
    }

    @AfterEach
    void pagesDidNothingThatTheyMustNot() {
        assertThat(browser.complaints()).isEmpty();
    }

    private JsonNode created(String path, String json) {
        var answer = manager.post(path, json);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return JSON.readTree(answer.body());
    }

    private void image(String version, int release) {
        byte[] bytes = new byte[20_000];
        new Random(release).nextBytes(bytes);
        var answer = manager.send(manager.adminRequest(
                        "/api/v1/images:upload?family=edge&version=%s&releaseCounter=%d&architecture=x86_64"
                                .formatted(version, release))
                .header("Content-Type", "application/octet-stream")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(bytes)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        manager.post(
                "/api/v1/images/%s:publish"
                        .formatted(JSON.readTree(answer.body()).get("id").asString()),
                "{}");
    }

    private Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private Locator inDialog(String name) {
        return page.getByRole(AriaRole.DIALOG)
                .getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(name).setExact(true));
    }

    private Locator text(String text) {
        return page.getByText(text, new Page.GetByTextOptions().setExact(true));
    }

    private void screen(String name) {
        page.getByLabel("Screens")
                .getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName(name))
                .click();
    }

    private void look(String name) {
        assertThat(page.locator(".mm-loading")).hasCount(0);
        wrong.addAll(browser.look(page, name));
    }

    /** Through the wizard to a running campaign. */
    private void campaign(String name, String version, String canary) {
        screen("Campaigns");
        button("New campaign").click();
        page.getByRole(
                        AriaRole.ROW,
                        new Page.GetByRoleOptions().setName(Pattern.compile("edge " + version.replace(".", "\\."))))
                .getByRole(AriaRole.RADIO)
                .check();
        button("Next").click();
        page.getByLabel("Name of the campaign").fill(name);
        page.getByRole(AriaRole.TEXTBOX, new Page.GetByRoleOptions().setName(Pattern.compile("^Selector")))
                .fill("site==/eu");
        assertThat(page.getByText(NODES + " nodes now")).isVisible();
        button("Next").click();
        page.getByLabel("Percent").first().fill(canary);
        button("Next").click();
        assertThat(page.getByText("%d of %d nodes will be updated".formatted(NODES, NODES)))
                .isVisible(PATIENTLY);
        look("campaign-plan");
        button("Next").click();
        assertThat(page.getByText("\"selector\": \"site==/eu\"")).isVisible();
        button("Start it").click();
        assertThat(page.getByRole(
                        AriaRole.HEADING,
                        new Page.GetByRoleOptions().setName(name).setLevel(1)))
                .isVisible();
    }

    @Test
    @Order(1)
    void windowIsMadeInTheEditorAndShowsWhenTheClockChanges() {
        screen("Calendar");
        button("New window or freeze").click();
        page.getByText("Every Sunday night, 01:00 for 5 h").click();
        page.getByRole(AriaRole.COMBOBOX, new Page.GetByRoleOptions().setName(Pattern.compile("^Zone")))
                .fill("Europe/Berlin");
        page.getByLabel("From", new Page.GetByLabelOptions().setExact(true)).fill("2027-03-01");

        assertThat(page.getByLabel("Preview").getByText("DST: the clock changes while it is open"))
                .isVisible();
        page.keyboard().press("Escape");

        button("New window or freeze").click();
        page.getByText("Every day, all day").click();
        assertThat(page.getByLabel("Preview").getByText("For %d nodes.".formatted(NODES)))
                .isVisible();
        button("Make it").click();
        assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
        page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName("Windows and freezes"))
                .click();
        assertThat(text("Every day, all day").first()).isVisible();

        // Another pattern leaves behind what the one before it had.
        button("Change Every day, all day").click();
        page.getByLabel("Opens", new Page.GetByLabelOptions().setExact(true)).selectOption("by a rule (RFC 5545)");
        page.getByLabel("Rule", new Page.GetByLabelOptions().setExact(true)).fill("FREQ=DAILY");
        button("Save").click();
        assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
        JsonNode recurrence =
                JSON.readTree(manager.get("/api/v1/windows").body()).at("/items/0/recurrence");
        assertThat(recurrence.get("rrule").asString()).isEqualTo("FREQ=DAILY");
        assertThat(recurrence.has("days")).isFalse();
    }

    @Test
    @Order(2)
    void campaignRunsFromTheWizardAndIsPausedInMidWaveAndGoesOn() {
        campaign("Night", "2.0.0", "10");
        button("Pause").click();
        inDialog("Pause").click();
        assertThat(text("Paused").first()).isVisible();
        // In mid-wave: nodes have begun, and others have not.
        assertThat(page.getByText(Pattern.compile("^\\d+ of 12 nodes at an end")))
                .isVisible();
        assertThat(page.getByText("12 of 12 nodes at an end")).hasCount(0);

        String id = page.url().replaceAll(".*/", "");
        button("Change").click();
        page.getByLabel("Nodes disturbed at a time, at most").fill("9");
        button("Guard").click();
        page.getByLabel("Failures that are accepted, in percent").fill("2.5");
        button("Save").click();
        assertThat(button("Resume")).isVisible();
        JsonNode changed = JSON.readTree(manager.get("/api/v1/campaigns/" + id).body());
        assertThat(changed.get("maxInFlight").asInt()).isEqualTo(9);
        assertThat(changed.at("/rules/guard/baseline").asDouble()).isEqualTo(0.025);

        button("Resume").click();
        inDialog("Resume").click();

        // The page follows by itself.
        assertThat(page.getByText("12 of 12 nodes at an end")).isVisible(PATIENTLY);
        assertThat(text("Completed").first()).isVisible(PATIENTLY);
    }

    @Test
    @Order(3)
    void rollbackAppearsAndIsExplained() {
        campaign("Bad night", "3.0.0", "50");

        assertThat(page.getByText("against the image")).isVisible(PATIENTLY);
        assertThat(text("Paused").first()).isVisible(PATIENTLY);
        assertThat(page.getByRole(AriaRole.METER)).isVisible();
        look("campaign-stopped");
        page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName("Nodes"))
                .click();
        Locator rolledBack = page.getByRole(
                        AriaRole.ROW, new Page.GetByRoleOptions().setName(Pattern.compile("Rolled back")))
                .first();
        rolledBack.getByRole(AriaRole.LINK).first().click();

        assertThat(page.getByText("Images that rolled back here")).isVisible();
        assertThat(page.getByLabel("Slot A")
                        .or(page.getByLabel("Slot B"))
                        .filter(new Locator.FilterOptions().setHasText("Runs now")))
                .containsText("2.0.0");
    }

    @Test
    @Order(4)
    void nightReportTellsOfBoth() {
        page.navigate("/console/activity?tab=night");

        Locator campaigns = page.getByLabel("Campaigns", new Page.GetByLabelOptions().setExact(true));
        assertThat(campaigns.getByRole(AriaRole.ROW, new Locator.GetByRoleOptions().setName(Pattern.compile("^Night"))))
                .containsText("12");
        assertThat(campaigns.getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName("Bad night")))
                .isVisible();
        look("night-report");
    }

    @Test
    @Order(5)
    void managerIsGoneAndComesBack() throws IOException {
        screen("Nodes");
        assertThat(page.getByLabel("Nodes", new Page.GetByLabelOptions().setExact(true)))
                .isVisible();

        line.goDown();
        page.getByLabel("Filter as text").fill("state==ACTIVE");
        button("Apply").click();
        assertThat(page.getByText("The manager cannot be reached")).isVisible(PATIENTLY);
        assertThat(page.getByLabel("Filter as text")).hasValue("state==ACTIVE");

        line.comeBack();
        assertThat(page.getByText("%d match".formatted(NODES))).isVisible(PATIENTLY);
        assertThat(button("Live: This page follows what happens. Click to hold it still."))
                .isVisible(PATIENTLY);
    }

    @Test
    @Order(6)
    void viewerSeesWhyButtonsDoNothing() {
        TestPerson viewer = TestPerson.create(manager, "viewer");
        Page theirs = browser.page();
        theirs.navigate("/");
        logIn(theirs, viewer);
        theirs.getByLabel("Screens")
                .getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName("Campaigns"))
                .click();

        Locator create = theirs.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("New campaign"));
        assertThat(create).hasAttribute("aria-disabled", "true");
        assertThat(create).hasAccessibleDescription("Needs the permission campaign.manage.");
        theirs.context().close();
    }

    private static void logIn(Page page, TestPerson person) {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Name and password"))
                .click();
        page.getByRole(AriaRole.TEXTBOX, new Page.GetByRoleOptions().setName("Name"))
                .fill(person.name());
        page.locator("input[type=password]").fill(person.password());
        page.keyboard().press("Enter");
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Overview")))
                .isVisible();
    }

    @Test
    @Order(7)
    void secondPersonApprovesWhatTheFirstMayNot() {
        var rule = manager.send(manager.adminRequest("/api/v1/approval-rule")
                .header("If-Match", "\"0\"")
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", java.net.http.HttpRequest.BodyPublishers.ofString("{\"maxNodes\": 1}")));
        assertThat(rule.statusCode()).as(rule.body()).isEqualTo(200);
        String image = JSON.readTree(
                        manager.get("/api/v1/images?filter=version==2.0.0").body())
                .at("/items/0/id")
                .asString();
        String campaign =
                created("/api/v1/campaigns", """
                {"name": "Asked", "imageId": "%s", "allNodes": true}""".formatted(image)).get("id").asString();
        manager.post("/api/v1/campaigns/%s:start".formatted(campaign), "{}");
        page.navigate("/console/campaigns/" + campaign);
        assertThat(text("Awaiting approval")).isVisible();
        assertThat(button("Approve")).hasAttribute("aria-disabled", "true");

        TestPerson second = TestPerson.create(manager, "release-manager");
        Page theirs = browser.page();
        theirs.navigate("/");
        logIn(theirs, second);
        theirs.navigate("/console/campaigns/" + campaign);
        theirs.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("Approve").setExact(true))
                .click();
        Locator dialog = theirs.getByRole(AriaRole.DIALOG);
        dialog.getByRole(AriaRole.TEXTBOX).fill("looked at it");
        dialog.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Approve"))
                .click();

        assertThat(theirs.getByText("Awaiting approval")).hasCount(0);
        assertThat(theirs.getByText("looked at it")).isVisible();
        theirs.context().close();
    }

    @Test
    @Order(8)
    void screensOnTheWayAreForEverybody() {
        assertThat(wrong).isEmpty();
    }
}

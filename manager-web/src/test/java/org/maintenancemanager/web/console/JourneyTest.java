package org.maintenancemanager.web.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIf;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** People who use the console, in a real browser, against the real manager. Skipped where there is no Chromium. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledIf("aBrowserIsHere")
class JourneyTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private ManagerUnderTest manager;
    private ConsoleBrowser browser;

    static boolean aBrowserIsHere() {
        return ConsoleBrowser.missing().isEmpty();
    }

    @BeforeAll
    void start() {
        // Of its own: the first secret lets nobody in any more once a person who manages people has logged in.
        manager = ManagerUnderTest.startAnother();
        browser = new ConsoleBrowser(manager);
    }

    @AfterAll
    void stop() {
        browser.close();
        manager.context().close();
    }

    @AfterEach
    void pagesDidNothingThatTheyMustNot() {
        assertThat(browser.complaints()).isEmpty();
    }

    private Page loggedIn() {
        Page page = browser.page();
        page.navigate("/");
        logIn(page);
        return page;
    }

    private void logIn(Page page) {
        page.getByLabel("Secret", new Page.GetByLabelOptions().setExact(false))
                .and(page.locator("input"))
                .fill(manager.apiToken());
        button(page, "Log in").click();
        assertThat(heading(page, "Overview")).isVisible();
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static Locator link(Page page, String name) {
        return page.getByRole(
                AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static Locator status(Page page, String text) {
        return page.getByText(text, new Page.GetByTextOptions().setExact(true));
    }

    private static Locator heading(Page page, String name) {
        return page.getByRole(
                AriaRole.HEADING,
                new Page.GetByRoleOptions().setName(name).setExact(true).setLevel(1));
    }

    private static Locator field(Page page, String label) {
        return page.getByRole(
                AriaRole.TEXTBOX, new Page.GetByRoleOptions().setName(label).setExact(true));
    }

    @Test
    void firstLogInTakesOneStep() {
        Page page = browser.page();
        page.navigate("/");
        page.locator("input[type=password]").fill("mmat_wrong");
        button(page, "Log in").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("does not log in");

        logIn(page);

        assertThat(page.url()).endsWith("/console/overview");
    }

    @Test
    void imageIsUploadedPublishedAndWithdrawn() {
        String version = "1." + System.nanoTime();
        Page page = loggedIn();
        link(page, "Images").click();
        button(page, "Add an image").click();
        page.locator("input[type=file]")
                .setInputFiles(new FilePayload("image.raw", "application/octet-stream", new byte[50_000]));
        field(page, "Family").fill("journey");
        field(page, "Version").fill(version);
        field(page, "Architecture").fill("x86 64");
        page.getByLabel("Release counter").fill("7");
        button(page, "Add as a draft").click();
        // What the manager finds wrong stands at its field, and everything typed is still there.
        assertThat(field(page, "Architecture")).hasAttribute("aria-invalid", "true");
        field(page, "Architecture").fill("x86_64");
        button(page, "Add as a draft").click();
        assertThat(heading(page, "journey " + version)).isVisible();

        button(page, "Publish").click();
        page.getByRole(AriaRole.DIALOG)
                .getByRole(AriaRole.BUTTON, name("Publish"))
                .click();
        assertThat(status(page, "Published")).isVisible();
        button(page, "Withdraw").click();
        page.getByRole(AriaRole.DIALOG)
                .getByRole(AriaRole.BUTTON, name("Withdraw"))
                .click();
        assertThat(status(page, "Withdrawn")).isVisible();
    }

    private String created(String path, String json) {
        var answer = manager.post(path, json);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return JSON.readTree(answer.body()).get("id").asString();
    }

    /** A published image of the family, which its channel points to. */
    private void channel(String family) {
        String image = created("/api/v1/images", """
                {"family": "%s", "version": "1.0", "releaseCounter": 10, "architecture": "x86_64", "sizeBytes": 1000,
                 "url": "https://images.example.com/1.0.raw", "sha256": "%s"}""".formatted(family, "ab".repeat(32)));
        manager.post("/api/v1/images/%s:publish".formatted(image), "{}");
        created("/api/v1/channels", """
                {"family": "%s", "name": "stable", "imageId": "%s"}""".formatted(family, image));
    }

    @Test
    void policyIsMadeChangedAndSuspended() {
        String family = "policy-" + UUID.randomUUID().toString().substring(0, 8);
        channel(family);
        Page page = loggedIn();
        link(page, "Campaigns").click();
        page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName("Policies"))
                .click();
        button(page, "New policy").click();
        field(page, "Name").first().fill(family);
        page.getByLabel("Channel").selectOption(family + " stable");
        Locator selector = field(page, "Selector");
        selector.fill("no-such-field==1");
        button(page, "Make it").click();
        // The channel points to an image: a campaign for it starts at once.
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        assertThat(dialog).containsText("starts at once");
        dialog.getByRole(AriaRole.BUTTON, name("Make it")).click();
        assertThat(selector).hasAttribute("aria-invalid", "true");
        selector.fill("label.policy==" + family);
        button(page, "Make it").click();
        dialog.getByRole(AriaRole.BUTTON, name("Make it")).click();

        assertThat(heading(page, family)).isVisible();
        assertThat(page.getByLabel("Campaigns that it made")).containsText(family + " 1.0");

        String id = page.url().replaceAll(".*/", "");
        button(page, "Change").click();
        Locator atOnce = page.getByLabel("Nodes disturbed at a time, at most");
        atOnce.fill("7");
        // Somebody else is faster.
        var now = manager.get("/api/v1/policies/" + id);
        var faster = manager.send(manager.adminRequest("/api/v1/policies/" + id)
                .header("If-Match", now.headers().firstValue("ETag").orElseThrow())
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", BodyPublishers.ofString("{\"template\": {\"maxFailures\": 3}}")));
        assertThat(faster.statusCode()).as(faster.body()).isEqualTo(200);
        button(page, "Save").click();
        dialog.getByRole(AriaRole.BUTTON, name("Save")).click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("Changed by somebody else in the meantime");
        button(page, "Reload and look").click();
        assertThat(page.getByLabel("Failures after which it pauses itself")).hasValue("3");

        atOnce.fill("7");
        button(page, "Save").click();
        dialog.getByRole(AriaRole.BUTTON, name("Save")).click();
        assertThat(page.getByText("7 at most")).isVisible();
        assertThat(page.getByText("pauses itself after 3")).isVisible();

        button(page, "Change").click();
        button(page, "Retries and time limits").click();
        Locator verify = page.getByRole(AriaRole.GROUP, new Page.GetByRoleOptions().setName("Check of the image"));
        verify.getByLabel("Tried again, times").fill("2");
        verify.getByLabel("Waits first").fill("30 s");
        assertThat(browser.look(page, "policy-form-open"))
                .as("with its folded parts open")
                .isEmpty();
        button(page, "Save").click();
        dialog.getByRole(AriaRole.BUTTON, name("Save")).click();
        // However deep it lies, what is wrong stands at its field.
        assertThat(verify.getByLabel("Waits first")).hasAttribute("aria-invalid", "true");
        assertThat(verify.getByLabel("Tried again, times")).hasAttribute("aria-invalid", "false");
        verify.getByLabel("Waits first").fill("30 min");
        button(page, "Save").click();
        dialog.getByRole(AriaRole.BUTTON, name("Save")).click();
        assertThat(page.getByText("check of the image 2× after 30 min")).isVisible();
        JsonNode template =
                JSON.readTree(manager.get("/api/v1/policies/" + id).body()).get("template");
        assertThat(template.at("/rules/retries/verify").toString()).isEqualTo("""
                {"limit":2,"backoff":"PT30M"}""");
        assertThat(template.at("/rules/retries/download/limit").asInt()).isEqualTo(3);
        assertThat(template.get("maxFailures").asInt()).isEqualTo(3);

        button(page, "Suspend").click();
        dialog.getByRole(AriaRole.BUTTON, name("Suspend")).click();
        assertThat(status(page, "Suspended")).isVisible();
        page.context().close();
    }

    @Test
    void updatePathIsSaidOfAnImageAndShownInTheList() {
        String family = "path-" + UUID.randomUUID().toString().substring(0, 8);
        channel(family);
        Page page = loggedIn();
        page.navigate("/console/images?filter=family==" + family);
        link(page, "1.0").click();
        button(page, "Change").click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        dialog.getByLabel("Lowest release that it can be installed from").fill("4");
        dialog.getByLabel("A barrier: older nodes have to run this one before they go further")
                .check();
        dialog.getByRole(AriaRole.BUTTON, name("Forbid releases")).click();
        dialog.getByLabel("From release").fill("7");
        dialog.getByLabel("Up to release").fill("6");
        dialog.getByLabel("Because").fill("Loses its network.");
        dialog.getByRole(AriaRole.BUTTON, name("Save")).click();
        // What is wrong stands at its field.
        assertThat(dialog.getByLabel("Up to release")).hasAttribute("aria-invalid", "true");
        dialog.getByLabel("Up to release").fill("8");
        dialog.getByRole(AriaRole.BUTTON, name("Save")).click();

        assertThat(page.getByText("Not from releases 7 to 8: Loses its network."))
                .isVisible();
        page.navigate("/console/images?filter=family==" + family);
        assertThat(status(page, "barrier")).isVisible();
        assertThat(page.getByText("not from releases 7 to 8")).isVisible();
        page.context().close();
    }

    @Test
    void budgetIsMadeForASelectorAndDeleted() {
        String line = UUID.randomUUID().toString().substring(0, 8);
        Page page = loggedIn();
        page.navigate("/console/sites?tab=budgets");
        button(page, "Add a budget").click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        dialog.getByLabel("Name").fill("Line " + line);
        dialog.getByText("A selector").click();
        dialog.getByLabel("Nodes with").fill("label.line==" + line);
        assertThat(dialog.getByText("0 nodes now")).isVisible();
        dialog.getByRole(AriaRole.BUTTON, name("Add")).click();

        assertThat(link(page, "label.line==" + line)).isVisible();
        button(page, "Delete Line " + line).click();
        dialog.getByRole(AriaRole.BUTTON, name("Delete")).click();
        assertThat(link(page, "label.line==" + line)).hasCount(0);
        page.context().close();
    }

    @Test
    void deviceTokenIsIssuedRotatedAndRevokedAndTheListTellsTheNextWindow() {
        var node = manager.newNode("device-" + UUID.randomUUID());
        Page page = loggedIn();
        page.navigate("/console/nodes?filter=id==" + node.id());
        Locator row = page.getByLabel("Nodes", new Page.GetByLabelOptions().setExact(true))
                .getByRole(AriaRole.ROW)
                .last();
        assertThat(row).containsText("none within a month");
        created("/api/v1/windows", """
                {"name": "Always for %1$s", "kind": "PERMIT", "zone": "UTC", "duration": "PT24H",
                 "recurrence": {"type": "RRULE", "startsAt": "2026-01-01T00:00:00", "rrule": "FREQ=DAILY"},
                 "target": {"type": "NODE", "nodeId": "%1$s"}}""".formatted(node.id()));
        // The page follows by itself.
        assertThat(row).containsText("open, ends");

        page.navigate("/console/nodes/" + node.id() + "?tab=credentials");
        Locator issue = button(page, "Issue a device token");
        assertThat(issue).hasAttribute("aria-disabled", "true");
        page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName("Now")).click();
        button(page, "Say what it is").click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        dialog.getByLabel("Program").selectOption("SWUpdate");
        dialog.getByLabel("Controller id").fill("device-" + node.id());
        dialog.getByRole(AriaRole.BUTTON, name("Save")).click();
        assertThat(page.getByText("SWUpdate, as somebody said")).isVisible();

        page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName("Credentials"))
                .click();
        issue.click();
        dialog.getByLabel("Token that the client has already").fill("short");
        dialog.getByRole(AriaRole.BUTTON, name("Issue")).click();
        assertThat(dialog.getByLabel("Token that the client has already")).hasAttribute("aria-invalid", "true");
        dialog.getByLabel("Token that the client has already").fill("");
        dialog.getByRole(AriaRole.BUTTON, name("Issue")).click();
        button(page, "I have kept it").click();
        button(page, "Rotate the device token").click();
        dialog.getByRole(AriaRole.BUTTON, name("Issue")).click();
        button(page, "I have kept it").click();
        Locator tokens = page.getByLabel("Tokens of the device API").getByRole(AriaRole.ROW);
        assertThat(tokens).hasCount(3);
        assertThat(button(page, "Rotate the device token")).hasAttribute("aria-disabled", "true");
        tokens.last().getByRole(AriaRole.BUTTON).click();
        dialog.getByRole(AriaRole.BUTTON, name("Revoke")).click();
        assertThat(tokens).hasCount(2);
        page.context().close();
    }

    @Test
    void tokensAreForCertainMachinesRolesAndAddresses() {
        String site = "/tokens-" + UUID.randomUUID();
        created("/api/v1/sites", "{\"path\": \"%s\"}".formatted(site));
        Page page = loggedIn();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        page.navigate("/console/settings/enrollment");
        button(page, "New enrollment token").click();
        dialog.getByLabel("Name").fill(site);
        dialog.getByLabel("Site").fill(site);
        dialog.getByLabel("Only machines whose hardware says").fill("serial=4711, board = b 7");
        dialog.getByRole(AriaRole.BUTTON, name("Make it")).click();
        button(page, "I have kept it").click();
        assertThat(JSON.readTree(manager.get("/api/v1/enrollment-tokens?filter=name==" + site)
                                .body())
                        .at("/items/0/hardwareIds"))
                .isEqualTo(JSON.readTree("{\"serial\": \"4711\", \"board\": \"b 7\"}"));

        page.navigate("/console/settings/tokens");
        button(page, "New API token").click();
        dialog.getByLabel("Name").fill(site);
        Locator networks = dialog.getByLabel("Only from these addresses");
        networks.fill("everywhere");
        dialog.getByRole(AriaRole.BUTTON, name("Add a role")).click();
        dialog.getByLabel("Role 1", new Locator.GetByLabelOptions().setExact(true))
                .selectOption("operator");
        dialog.getByLabel("Site of role 1; empty: everywhere").fill(site);
        dialog.getByRole(AriaRole.BUTTON, name("Make it")).click();
        assertThat(networks).hasAttribute("aria-invalid", "true");
        networks.fill("192.0.2.0/24, 198.51.100.0/24");
        dialog.getByRole(AriaRole.BUTTON, name("Make it")).click();
        button(page, "I have kept it").click();
        JsonNode token = JSON.readTree(
                        manager.get("/api/v1/api-tokens?filter=name==" + site).body())
                .at("/items/0");
        assertThat(token.get("networks")).isEqualTo(JSON.readTree("[\"192.0.2.0/24\", \"198.51.100.0/24\"]"));
        assertThat(token.at("/grants/0/site").asString()).isEqualTo(site);
        page.context().close();
    }

    private static Locator.GetByRoleOptions name(String name) {
        return new Locator.GetByRoleOptions().setName(name).setExact(true);
    }

    @Test
    void nodeIsFoundAndExplained() {
        String name = "found-" + UUID.randomUUID();
        manager.newNode(name);
        Page page = loggedIn();
        page.getByPlaceholder("Find nodes by name").fill(name.substring(0, 20));
        page.keyboard().press("Enter");
        link(page, name).click();

        assertThat(heading(page, name)).isVisible();
        assertThat(page.getByLabel("Slot A")).containsText("Runs now");
        assertThat(page.getByLabel("Slot B")).containsText("Stands by");
        assertThat(page.getByText("No update is planned for this node.")).isVisible();

        button(page, "Change name, site and zone").click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        dialog.getByLabel("Zone").fill("Nowhere/Land");
        dialog.getByRole(AriaRole.BUTTON, name("Save")).click();
        assertThat(dialog.getByLabel("Zone")).hasAttribute("aria-invalid", "true");
        dialog.getByLabel("Zone").fill("Asia/Tokyo");
        dialog.getByRole(AriaRole.BUTTON, name("Save")).click();
        assertThat(status(page, "Asia/Tokyo")).isVisible();
    }

    @Test
    void somebodyElsesChangeIsNotOverwritten() {
        ManagerUnderTest.EnrolledNode node = manager.newNode("contested-" + UUID.randomUUID());
        Page page = loggedIn();
        page.navigate("/console/nodes/" + node.id());
        page.getByPlaceholder("key=value").fill("ring=canary");
        // Nothing is followed, so that this page does not see what happens meanwhile.
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(java.util.regex.Pattern.compile("^Live")))
                .click();
        manager.send(manager.adminRequest("/api/v1/nodes/" + node.id())
                .header("If-Match", "\"%d\"".formatted(revision(node)))
                .header("Content-Type", "application/merge-patch+json")
                .method(
                        "PATCH",
                        java.net.http.HttpRequest.BodyPublishers.ofString("{\"labels\": {\"ring\": \"early\"}}")));

        button(page, "Add label").click();

        assertThat(page.getByRole(AriaRole.ALERT)).containsText("Changed by somebody else");
        assertThat(page.getByPlaceholder("key=value")).hasValue("ring=canary");
        assertThat(manager.get("/api/v1/nodes/" + node.id()).body()).contains("early");
    }

    private long revision(ManagerUnderTest.EnrolledNode node) {
        return JSON.readTree(manager.get("/api/v1/nodes/" + node.id()).body())
                .get("revision")
                .asLong();
    }

    /** Goes on by the Tab key until it is there, as somebody without a mouse does. */
    private static void tabTo(Page page, Locator there) {
        for (int i = 0; i < 150; i++) {
            if (Boolean.TRUE.equals(there.evaluate("element => element === document.activeElement"))) {
                return;
            }
            page.keyboard().press("Tab");
        }
        throw new AssertionError("no way by the Tab key to " + there);
    }

    @Test
    void nodeIsQuarantinedAndReleasedByKeysAlone() {
        String name = "keys-" + UUID.randomUUID();
        manager.newNode(name);
        Page page = browser.page();
        page.navigate("/");
        tabTo(page, page.locator("input[type=password]"));
        page.keyboard().type(manager.apiToken());
        page.keyboard().press("Enter");
        assertThat(heading(page, "Overview")).isFocused();

        tabTo(page, page.getByLabel("Screens").getByRole(AriaRole.LINK, name("Nodes")));
        page.keyboard().press("Enter");
        assertThat(heading(page, "Nodes")).isFocused();
        tabTo(page, page.getByLabel("Filter as text"));
        page.keyboard().type("name==" + name);
        page.keyboard().press("Enter");
        assertThat(page.getByText("1 match")).isVisible();
        tabTo(page, link(page, name));
        page.keyboard().press("Enter");
        assertThat(heading(page, name)).isFocused();

        tabTo(page, button(page, "Quarantine"));
        page.keyboard().press("Enter");
        assertThat(page.getByRole(AriaRole.DIALOG)).isVisible();
        page.keyboard().press("Escape");
        assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
        assertThat(button(page, "Quarantine")).isFocused();
        page.keyboard().press("Enter");
        decide(page, "looks strange", "Quarantine");
        assertThat(status(page, "Quarantined")).isVisible();

        tabTo(page, button(page, "Release"));
        page.keyboard().press("Enter");
        decide(page, "was nothing", "Release");
        assertThat(status(page, "Active")).isVisible();
    }

    private static void decide(Page page, String reason, String verb) {
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        tabTo(page, dialog.getByRole(AriaRole.TEXTBOX));
        page.keyboard().type(reason);
        tabTo(page, dialog.getByRole(AriaRole.BUTTON, name(verb)));
        page.keyboard().press("Enter");
        assertThat(dialog).hasCount(0);
    }

    @Test
    void secondClickSendsNothing() {
        Page page = loggedIn();
        List<String> keys = new ArrayList<>();
        page.onRequest(request -> {
            if (request.method().equals("POST") && request.url().endsWith("/api/v1/sites")) {
                keys.add(request.headers().get("idempotency-key"));
            }
        });
        String path = "/clicked-" + UUID.randomUUID();
        link(page, "Sites").click();
        button(page, "Add a site").click();
        field(page, "Path").fill(path);

        page.getByRole(AriaRole.DIALOG).getByRole(AriaRole.BUTTON, name("Add")).dblclick();

        assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
        assertThat(keys).hasSize(1).doesNotContainNull();
    }

    @Test
    void sessionThatEndsKeepsWhatWasTyped() {
        Page page = loggedIn();
        String path = "/kept-" + UUID.randomUUID();
        link(page, "Sites").click();
        button(page, "Add a site").click();
        field(page, "Path").fill(path);
        JSON.readTree(manager.get("/api/v1/sessions?limit=1000").body())
                .get("items")
                .forEach(session -> manager.send(manager.adminRequest(
                                "/api/v1/sessions/" + session.get("id").asString())
                        .DELETE()));

        page.getByRole(AriaRole.DIALOG).getByRole(AriaRole.BUTTON, name("Add")).click();
        Locator again = page.getByRole(AriaRole.DIALOG, new Page.GetByRoleOptions().setName("Log in again"));
        again.locator("input[type=password]").fill(manager.apiToken());
        again.getByRole(AriaRole.BUTTON, name("Log in")).click();
        assertThat(again).hasCount(0);

        assertThat(field(page, "Path")).hasValue(path);
        page.getByRole(AriaRole.DIALOG).getByRole(AriaRole.BUTTON, name("Add")).click();
        assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
        assertThat(manager.get("/api/v1/sites?filter=path==" + path).body()).contains(path);
    }
}

package org.maintenancemanager.web.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.TestTenant;

/** What people and nodes call things is text in the console, and never markup. Skipped where there is no Chromium. */
@EnabledIf("aBrowserIsHere")
class StoredTextTest {
    private final ManagerUnderTest manager = ManagerUnderTest.shared();

    static boolean aBrowserIsHere() {
        return ConsoleBrowser.missing().isEmpty();
    }

    @Test
    void aNameThatIsMarkupIsShownAsItWasTyped() {
        var tenant = new TestTenant(manager, "{}");
        String name = "<img src=x onerror=document.title='taken'>" + UUID.randomUUID();
        tenant.post("/api/v1/sites", "{\"path\": \"/here\", \"name\": \"%s\", \"zone\": \"UTC\"}".formatted(name));
        tenant.post("/api/v1/nodes", """
                {"name": "%s", "site": "/here", "architecture": "x86_64", "labels": {"note": "%s"}}""".formatted(name, name));
        tenant.post("/api/v1/people", "{\"name\": \"%s\"}".formatted(name));
        try (var browser = new ConsoleBrowser(manager)) {
            Page page = browser.page();
            page.navigate("/console/");
            page.locator("input[type=password]").fill(tenant.token);
            page.keyboard().press("Enter");
            assertThat(page.locator("h1")).hasText("Overview");
            for (String screen : new String[] {"/nodes", "/sites", "/settings/people"}) {
                page.navigate("/console" + screen);
                assertThat(page.getByText(name).first()).isVisible();
                assertThat(page.title()).as(screen).doesNotContain("taken");
                assertThat(page.locator("img[src=x]")).hasCount(0);
            }
            assertThat(browser.complaints()).as("of the policy, or of scripts").isEmpty();
        }
    }
}

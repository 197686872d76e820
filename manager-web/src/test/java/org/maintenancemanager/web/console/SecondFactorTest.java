package org.maintenancemanager.web.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.ReaderException;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.maintenancemanager.web.testing.AuthenticatorApp;
import org.maintenancemanager.web.testing.Browser;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.TestTenant;

/** Somebody whose role demands a second factor, from the first log-in to the first page. Skipped where there is no Chromium. */
@EnabledIf("aBrowserIsHere")
class SecondFactorTest {
    private final ManagerUnderTest manager = ManagerUnderTest.shared();

    static boolean aBrowserIsHere() {
        return ConsoleBrowser.missing().isEmpty();
    }

    @Test
    void anAppIsSetUpBeforeAnythingElse() {
        var tenant = new TestTenant(manager, "{}");
        tenant.patch("/api/v1/log-in-rule", "{\"secondFactorRoles\": [\"fleet-admin\"]}");
        String name = "bound-" + UUID.randomUUID();
        String initial = Browser.body(tenant.post("/api/v1/people", """
                        {"name": "%s", "grants": [{"role": "fleet-admin"}]}""".formatted(name)))
                .get("password")
                .asString();
        try (var browser = new ConsoleBrowser(manager)) {
            Page page = browser.page();
            page.navigate("/console/");
            button(page, "Name and password").click();
            page.getByRole(AriaRole.TEXTBOX, new Page.GetByRoleOptions().setName("Name"))
                    .fill(name);
            page.locator("input[type=password]").fill(initial);
            page.keyboard().press("Enter");
            page.getByLabel("The one you were given").fill(initial);
            page.getByLabel("Your own").fill("a long and quiet night");
            page.getByLabel("Once more").fill("a long and quiet night");
            page.keyboard().press("Enter");

            assertThat(heading(page)).hasText("Set up an authenticator app");
            List<String> wrong = browser.look(page, "second-factor");
            button(page, "Begin").click();
            String key = page.getByLabel("Key for the app").inputValue();
            assertThat(scanned(page.getByLabel("QR code for the app")))
                    .startsWith("otpauth://totp/")
                    .contains("secret=" + key);
            wrong.addAll(browser.look(page, "second-factor-key"));
            page.getByLabel("The code that it shows").fill(AuthenticatorApp.code(key, 0));
            button(page, "Confirm").click();
            assertThat(page.getByLabel("Recovery codes").getByRole(AriaRole.LISTITEM))
                    .hasCount(10);
            button(page, "I have kept them").click();

            assertThat(heading(page)).hasText("Overview");
            assertThat(wrong).isEmpty();
        }
    }

    /** What the camera of a phone would see. */
    private static String scanned(Locator code) {
        try {
            BufferedImage picture = ImageIO.read(new ByteArrayInputStream(code.screenshot()));
            int width = picture.getWidth();
            int height = picture.getHeight();
            var light = new RGBLuminanceSource(width, height, picture.getRGB(0, 0, width, height, null, 0, width));
            return new QRCodeReader()
                    .decode(new BinaryBitmap(new HybridBinarizer(light)))
                    .getText();
        } catch (IOException | ReaderException e) {
            throw new AssertionError("expected a QR code", e);
        }
    }

    private static Locator heading(Page page) {
        return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1));
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
    }
}

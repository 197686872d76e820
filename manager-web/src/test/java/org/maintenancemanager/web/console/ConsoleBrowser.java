package org.maintenancemanager.web.console;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.maintenancemanager.web.testing.ManagerUnderTest;

/**
 * A Chromium of the system, driven by the Playwright that the console's lock file names. Collects what a page must never do:
 * errors on its console, and requests to any other host.
 */
final class ConsoleBrowser implements AutoCloseable {
    private static final Path PACKAGES = Path.of("console", "node_modules");
    private static final Path SHOTS = Path.of("target", "screenshots");
    private static final List<String> FLAGS = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    private final Playwright playwright;
    private final Browser browser;
    private final String manager;
    private final String axe;
    private final List<String> complaints = new ArrayList<>();

    ConsoleBrowser(ManagerUnderTest manager) {
        this.manager = manager.baseUrl();
        System.setProperty("playwright.cli.dir", driver().toString());
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium().orElseThrow())
                        .setArgs(FLAGS));
        try {
            axe = Files.readString(PACKAGES.resolve("axe-core/axe.min.js"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Why there can be no browser here; empty if there can. */
    static Optional<String> missing() {
        if (chromium().isEmpty()) {
            return Optional.of("there is no chromium");
        }
        if (!Files.exists(Path.of("target/classes/console/index.html"))) {
            return Optional.of("the console is not in this build");
        }
        return program("node").isEmpty() ? Optional.of("there is no node") : Optional.empty();
    }

    private static Optional<Path> chromium() {
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> program(name).stream())
                .findFirst();
    }

    private static Optional<Path> program(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Laid out as Playwright wants it: a node and a package. */
    private static Path driver() {
        try {
            Path driver =
                    Files.createDirectories(Path.of("target", "playwright")).toAbsolutePath();
            link(driver.resolve("node"), program("node").orElseThrow());
            link(driver.resolve("package"), PACKAGES.resolve("playwright-core").toAbsolutePath());
            return driver;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void link(Path link, Path to) throws IOException {
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, to);
    }

    /** A page of somebody who is not logged in. */
    Page page(ColorScheme colors, int width, int height) {
        BrowserContext context = browser.newContext(new Browser.NewContextOptions()
                .setBaseURL(manager)
                .setColorScheme(colors)
                .setTimezoneId("Europe/Berlin")
                .setLocale("en-GB")
                .setViewportSize(width, height));
        Page page = context.newPage();
        page.setDefaultTimeout(20_000);
        page.onPageError(error -> complaints.add("error: " + error));
        page.onConsoleMessage(message -> {
            // The browser itself reports each answer of 400 and above; pages show them.
            if (message.type().equals("error") && !message.text().startsWith("Failed to load resource")) {
                complaints.add("console: " + message.text());
            }
        });
        page.onRequest(request -> {
            if (!request.url().startsWith(manager + "/") && !request.url().startsWith("blob:" + manager)) {
                complaints.add("request to another host: " + request.url());
            }
        });
        return page;
    }

    Page page() {
        return page(ColorScheme.LIGHT, 1280, 900);
    }

    /** What pages did that they must not; empties the list. */
    List<String> complaints() {
        List<String> found = List.copyOf(complaints);
        complaints.clear();
        return found;
    }

    /** What axe finds on the page as it is, one line a rule. */
    List<String> violations(Page page) {
        page.evaluate(axe);
        Object found = page.evaluate("""
                async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(
                    found => `${found.id} at ${found.nodes.map(node => node.target.join(' ')).slice(0, 3).join(', ')}`)
                """);
        return ((List<?>) found).stream().map(String::valueOf).toList();
    }

    void shoot(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(SHOTS.resolve(name + ".png")));
    }

    @Override
    public void close() {
        playwright.close();
    }
}

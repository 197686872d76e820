package org.maintenancemanager.web.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
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
        this(manager.baseUrl());
    }

    /** @param manager the address under which the manager is seen */
    ConsoleBrowser(String manager) {
        this.manager = manager;
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
                .setReducedMotion(ReducedMotion.REDUCE)
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

    /**
     * To another screen as a link of the console leads there, without loading the console again. By way of a page that is
     * none, so that what is there afterwards is the new screen and not what was left.
     */
    static void go(Page page, String path) {
        Locator heading = page.locator("h1");
        push(page, "/console/nowhere");
        assertThat(heading).hasText("There is no such page");
        push(page, path);
        assertThat(heading).not().hasText("There is no such page");
        assertThat(page.locator(".mm-loading")).hasCount(0);
    }

    private static void push(Page page, String path) {
        page.evaluate("""
                path => {
                    history.pushState(null, '', path);
                    dispatchEvent(new PopStateEvent('popstate'));
                }
                """, path);
    }

    /** What pages did that they must not; empties the list. */
    List<String> complaints() {
        List<String> found = List.copyOf(complaints);
        complaints.clear();
        return found;
    }

    /** What axe finds on the page as it is, one line a rule: of these rules, or of all if there are none. */
    private static List<String> violations(Page page, List<String> rules) {
        Object found = page.evaluate("""
                async rules => (await axe.run(document, {
                    resultTypes: ['violations'],
                    ...(rules.length === 0 ? {} : {runOnly: {type: 'rule', values: rules}}),
                })).violations.map(
                    found => `${found.id} at ${found.nodes.map(node => node.target.join(' ')).slice(0, 3).join(', ')}`)
                """, rules);
        return ((List<?>) found).stream().map(String::valueOf).toList();
    }

    /** Until the colours are those of the theme, and none is on its way any more. */
    private static void settle(Page page, boolean dark) {
        // Not waitForFunction, which the console's content security policy forbids. Animations are no matter: some
        // never end.
        page.evaluate("""
                async dark => {
                    const changes = () => document.getAnimations()
                        .some(each => each instanceof CSSTransition && each.playState !== 'finished');
                    const patience = performance.now() + 20_000;
                    do {
                        if (performance.now() > patience) {
                            throw new Error('the colours do not come to rest');
                        }
                        await new Promise(requestAnimationFrame);
                        await new Promise(requestAnimationFrame);
                    } while (document.documentElement.classList.contains('pf-v6-theme-dark') !== dark || changes());
                }
                """, dark);
    }

    /**
     * Looks at a page of 1280 x 900 pixels as it is: light, dark, and as narrow as a telephone. A picture of each is kept.
     *
     * @return what is wrong with it, one line each
     */
    List<String> look(Page page, String name) {
        List<String> wrong = new ArrayList<>();
        if (!Boolean.TRUE.equals(page.evaluate("'axe' in window"))) {
            page.evaluate(axe);
            // Nobody looks while the colours change.
            page.evaluate("""
                    () => {
                        const still = new CSSStyleSheet();
                        still.replaceSync('*, ::before, ::after { transition: none !important; }');
                        document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
                    }
                    """);
        }
        settle(page, false);
        violations(page, List.of()).forEach(found -> wrong.add("%s: %s".formatted(name, found)));
        shoot(page, name + "-light");
        // Nothing but the colours is another in the dark.
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        settle(page, true);
        violations(page, List.of("color-contrast")).forEach(found -> wrong.add("%s, dark: %s".formatted(name, found)));
        shoot(page, name + "-dark");
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        page.setViewportSize(390, 844);
        settle(page, false);
        // The page's own scrolling is that of its main part.
        Object sticksOut = page.evaluate("""
                () => Math.max(...['html', 'main', '#main'].map(part => document.querySelector(part))
                    .filter(part => part !== null)
                    .map(part => part.scrollWidth - part.clientWidth))
                """);
        if (!(sticksOut instanceof Integer pixels) || pixels > 0) {
            wrong.add("%s, narrow: sticks out by %s pixels".formatted(name, sticksOut));
        }
        shoot(page, name + "-narrow");
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        settle(page, true);
        violations(page, List.of()).forEach(found -> wrong.add("%s, narrow and dark: %s".formatted(name, found)));
        shoot(page, name + "-narrow-dark");
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        page.setViewportSize(1280, 900);
        return wrong;
    }

    private static void shoot(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(SHOTS.resolve(name + ".png")));
    }

    @Override
    public void close() {
        playwright.close();
    }
}

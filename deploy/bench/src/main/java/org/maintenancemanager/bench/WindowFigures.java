package org.maintenancemanager.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.bench.load.Answer;
import org.maintenancemanager.bench.load.Load;
import org.maintenancemanager.bench.load.Script;
import tools.jackson.databind.JsonNode;

/**
 * What windows cost: which of a million nodes open in the next 24 hours, by REST; and how long after the answer to a change
 * at one manager a poll at another one goes by it. A thousand windows at a thousand sites in twelve zones.
 */
final class WindowFigures {
    static final int WINDOWS = 1000;

    private static final int BULK = 10_000;
    private static final int WARM_UP = 3;
    private static final int CANARY = 0;

    /** Of each run; the slowest counts. */
    private static final int CHANGES = 20;

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final double POLLS_PER_SECOND = 500;
    private static final byte[] CLOSED = "Waits for changing".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] NONE = "No maintenance window applies".getBytes(StandardCharsets.ISO_8859_1);
    private static final List<String> ZONES = List.of(
            "Africa/Cairo",
            "America/Chicago",
            "America/New_York",
            "America/Sao_Paulo",
            "Asia/Kolkata",
            "Asia/Shanghai",
            "Asia/Tokyo",
            "Australia/Sydney",
            "Europe/Berlin",
            "Europe/London",
            "Pacific/Auckland",
            "UTC");

    private final Stage stage;
    private final ManagerProcess other;

    /** @param other a second manager over the stage's database */
    WindowFigures(Stage stage, ManagerProcess other) {
        this.stage = stage;
        this.other = other;
    }

    /** @param nodes how many there shall be, with those of the stage */
    void measure(int nodes) throws IOException, InterruptedException {
        createSites();
        createWindows();
        createNodes(nodes - stage.fleet().size());
        stage.settle();
        openings();
        changes();
    }

    static String site(int number) {
        return String.format(Locale.ROOT, "/windows/site-%04d", number);
    }

    static String zone(int site) {
        return ZONES.get(site % ZONES.size());
    }

    private void createSites() throws IOException, InterruptedException {
        stage.admin()
                .post(
                        "/api/v1/sites",
                        IntStream.range(0, WINDOWS)
                                .mapToObj(number -> Map.of("path", site(number), "zone", zone(number)))
                                .toList());
    }

    /** One for each site: nightly, on two days of the week, by the last Sunday, or a freeze of one morning. */
    private void createWindows() throws IOException, InterruptedException {
        List<Map<String, Object>> windows = new ArrayList<>();
        for (int number = 0; number < WINDOWS; number++) {
            Map<String, Object> recurrence = switch (number % 4) {
                case 0 -> rule("FREQ=DAILY");
                case 1 -> rule("FREQ=WEEKLY;BYDAY=TU,SA");
                case 2 -> rule("FREQ=MONTHLY;BYDAY=-1SU");
                default -> Map.of("type", "CRON", "cron", "30 1 * * MON-FRI");
            };
            windows.add(Map.of(
                    "name",
                    "window " + number,
                    "kind",
                    number % 20 == 19 ? "FREEZE" : "PERMIT",
                    "recurrence",
                    recurrence,
                    "duration",
                    "PT4H",
                    "zone",
                    "NODE_LOCAL",
                    "target",
                    Map.of("type", "SITE", "sitePath", site(number % 20 == 19 ? number - 1 : number))));
        }
        stage.admin().post("/api/v1/windows", windows);
    }

    private static Map<String, Object> rule(String rule) {
        return Map.of("type", "RRULE", "startsAt", "2026-01-01T22:00:00", "rrule", rule);
    }

    private void createNodes(int nodes) throws IOException, InterruptedException {
        for (int first = 0; first < nodes; first += BULK) {
            List<Map<String, Object>> bulk = new ArrayList<>();
            for (int node = first; node < Math.min(nodes, first + BULK); node++) {
                bulk.add(Map.of(
                        "name", String.format(Locale.ROOT, "window-%07d", node),
                        "site", site(node % WINDOWS),
                        "architecture", "x86_64"));
            }
            stage.admin().post("/api/v1/nodes", bulk);
        }
    }

    private void openings() throws IOException, InterruptedException {
        for (int run = -WARM_UP; run < stage.runs(); run++) {
            long start = System.nanoTime();
            JsonNode openings = stage.admin().get("/api/v1/windows/openings?limit=10000");
            double seconds = (System.nanoTime() - start) / 1e9;
            if (openings.get("nodes").asLong() < stage.fleet().size()) {
                throw new IllegalStateException("hardly any node opens: " + openings.get("nodes"));
            }
            if (run >= 0) {
                stage.scoreboard().add(Figure.WINDOW_OPENINGS, seconds);
            }
        }
    }

    /** A node that has its image and waits; what its next poll is told as the reason follows the windows. */
    private void changes() throws IOException, InterruptedException {
        String campaign = stage.createCampaign(
                Map.of("selector", "label.canary==true"), List.of(Map.of("name", "all", "rest", true)));
        stage.start(campaign);
        // One offer says nothing about offers a second.
        Offers offers = Offers.collect(stage.scoredOn(new Scoreboard(1)), IntStream.of(CANARY));
        ReportFigure.download(stage, offers);
        String far = Instant.now().plus(Duration.ofDays(100)).toString();
        JsonNode window = stage.admin()
                .post(
                        "/api/v1/windows",
                        Map.of(
                                "name", "changing",
                                "kind", "PERMIT",
                                "recurrence", rule("FREQ=DAILY"),
                                "duration", "PT1H",
                                "zone", "UTC",
                                "validFrom", far,
                                "target", Map.of("type", "TENANT")));
        String path = "/api/v1/windows/" + window.get("id").asString();
        long revision = window.get("revision").asLong();
        boolean enabled = true;
        double slowest = 0;
        awaitReason(CLOSED);
        for (int run = 0; run < CHANGES * stage.runs(); run++) {
            enabled = !enabled;
            long start = System.nanoTime();
            revision = stage.admin()
                    .patch(path, revision, Map.of("enabled", enabled))
                    .get("revision")
                    .asLong();
            awaitReason(enabled ? CLOSED : NONE);
            double millis = (System.nanoTime() - start) / 1e6;
            slowest = Math.max(slowest, millis);
            if (run % CHANGES == CHANGES - 1) {
                stage.scoreboard().add(Figure.WINDOW_CHANGE, slowest);
                slowest = 0;
            }
        }
        stage.abort(campaign);
    }

    /** Polls the other manager until the node is told this reason. */
    private void awaitReason(byte[] reason) throws IOException, InterruptedException {
        var told = new AtomicBoolean();
        byte[] poll = stage.fleet().poll(CANARY);
        new Load(other.address(), 1, LIMIT, POLLS_PER_SECOND, 1).run(number -> new Script() {
            @Override
            public byte @Nullable [] next() {
                return told.get() ? null : poll;
            }

            @Override
            public void answered(Answer answer) {
                told.set(answer.indexOf(reason) >= 0);
            }
        });
        if (!told.get()) {
            throw new IllegalStateException("no poll was told the reason within " + LIMIT);
        }
    }
}

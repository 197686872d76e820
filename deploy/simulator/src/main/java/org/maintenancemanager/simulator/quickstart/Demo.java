package org.maintenancemanager.simulator.quickstart;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.simulator.Fleet;
import org.maintenancemanager.simulator.FleetBuilder;
import org.maintenancemanager.simulator.ImageBehaviour;
import org.maintenancemanager.simulator.quickstart.DemoPlan.DemoImage;
import org.maintenancemanager.simulator.quickstart.DemoPlan.DemoSite;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Seeds the demonstration and runs it, as an operator would: by the admin API. Each step looks first whether it was taken
 * already, so a demonstration that was cut off goes on where it was, and one that is over is only shown.
 */
final class Demo {
    /** So that the summary is there within four minutes. */
    private static final Duration LIMIT = Duration.ofSeconds(215);
    /** What the first campaign may take of it. */
    private static final Duration FIRST_LIMIT = Duration.ofSeconds(165);

    private static final Duration ENROLL_LIMIT = Duration.ofSeconds(60);
    /** Windows that open within this are worth waiting for. */
    private static final Duration HORIZON = Duration.ofSeconds(90);

    private static final Duration REFRESH = Duration.ofSeconds(1);
    /** Looks in a row that must find nothing moving. */
    private static final int STILL_LOOKS = 4;

    private static final String TOKENS = "enrollment-tokens.json";

    private final AdminApi api;
    private final DataDirectory data;
    private final Screen screen;
    private final JsonMapper json = JsonMapper.builder().build();
    /** Whether this run started a campaign. */
    private boolean moved;

    Demo(AdminApi api, DataDirectory data, Screen screen) {
        this.api = api;
        this.data = data;
        this.screen = screen;
    }

    /** What is needed to run it: image ids by version, enrollment tokens by site, the digest of the first image. */
    record Seed(Map<String, String> images, Map<String, String> tokens, String factorySha256) {
        String image(DemoImage image) {
            return requireNonNull(images.get(image.version()));
        }

        String token(DemoSite site) {
            return requireNonNull(tokens.get(site.path()));
        }
    }

    /** Makes what is missing of sites, windows, images, budget and enrollment tokens. */
    Seed seed() throws IOException, InterruptedException {
        Set<String> sites = texts("/api/v1/sites", "path");
        List<Map<String, String>> missing = DemoPlan.sites().stream()
                .filter(site -> !sites.contains(site.path()))
                .map(site -> Map.of("path", site.path(), "name", site.name(), "zone", site.zone()))
                .toList();
        if (!missing.isEmpty()) {
            api.post("/api/v1/sites", missing);
            screen.say("%d sites in three time zones".formatted(missing.size()));
        }
        if (missing("/api/v1/budgets", DemoPlan.budget())) {
            screen.say("a budget: at most 15 nodes of the United States at a time");
        }
        Map<String, String> images = new LinkedHashMap<>();
        String factorySha256 = "";
        for (DemoImage image : List.of(DemoPlan.FACTORY, DemoPlan.GOOD, DemoPlan.BROKEN)) {
            JsonNode made = image(image);
            images.put(image.version(), made.path("id").asString());
            if (image.equals(DemoPlan.FACTORY)) {
                factorySha256 = made.path("sha256").asString();
            }
        }
        Map<String, String> tokens = tokens();
        // Last, since they count from now.
        int windows = 0;
        for (Map<String, Object> window : DemoPlan.windows(Instant.now())) {
            windows += missing("/api/v1/windows", window) ? 1 : 0;
        }
        if (windows > 0) {
            screen.say("%d maintenance windows: one open, two open within a minute, one stays shut".formatted(windows));
        }
        return new Seed(images, tokens, factorySha256);
    }

    private Set<String> texts(String path, String field) throws IOException, InterruptedException {
        Set<String> texts = new HashSet<>();
        api.list(path).forEach(item -> texts.add(item.path(field).asString("")));
        return texts;
    }

    /** Whether it had to be made. */
    private boolean missing(String path, Map<String, Object> wanted) throws IOException, InterruptedException {
        if (texts(path, "name").contains(wanted.get("name"))) {
            return false;
        }
        api.post(path, wanted);
        return true;
    }

    private JsonNode image(DemoImage wanted) throws IOException, InterruptedException {
        JsonNode image = null;
        for (JsonNode known : api.list("/api/v1/images")) {
            if (known.path("family").asString("").equals(DemoPlan.FAMILY)
                    && known.path("version").asString("").equals(wanted.version())) {
                image = known;
            }
        }
        if (image == null) {
            byte[] bytes = wanted.bytes();
            image = api.upload(
                    "/api/v1/images:upload?family=%s&version=%s&releaseCounter=%d&architecture=%s"
                            .formatted(
                                    DemoPlan.FAMILY, wanted.version(), wanted.releaseCounter(), DemoPlan.ARCHITECTURE),
                    bytes);
            screen.say(
                    "image %s %s, %.1f MB uploaded".formatted(DemoPlan.FAMILY, wanted.version(), bytes.length / 1e6));
        }
        if (image.path("state").asString("").equals("DRAFT")) {
            api.post("/api/v1/images/%s:publish".formatted(image.path("id").asString()));
        }
        return image;
    }

    /** Enrollment tokens are shown once, so they are kept for nodes that have not used theirs. */
    private Map<String, String> tokens() throws IOException, InterruptedException {
        Map<String, String> tokens = new LinkedHashMap<>();
        Optional<String> kept = data.read(TOKENS);
        if (kept.isPresent()) {
            json.readTree(kept.get())
                    .properties()
                    .forEach(
                            entry -> tokens.put(entry.getKey(), entry.getValue().asString()));
        }
        for (DemoSite site : DemoPlan.sites()) {
            if (site.nodes() > 0 && !tokens.containsKey(site.path())) {
                JsonNode token = api.post(
                        "/api/v1/enrollment-tokens",
                        Map.of(
                                "name",
                                "Demonstration, " + site.name(),
                                "site",
                                site.path(),
                                "maxUses",
                                site.nodes(),
                                "validFor",
                                "P30D"));
                tokens.put(site.path(), token.path("token").asString());
            }
        }
        data.keep(TOKENS, json.writeValueAsString(tokens));
        return tokens;
    }

    /** Starts the fleet, half of it by HTTP and half by gRPC; it goes on where it was. */
    Fleet startFleet(Seed seed, URI manager, String grpc) throws IOException {
        FleetBuilder fleet = Fleet.builder()
                .manager(manager)
                .grpc(grpc)
                .grpcShare(0.5)
                .stateDirectory(data.directory("fleet"))
                .poll(Duration.ofSeconds(3))
                .installTime(Duration.ofSeconds(2))
                .rebootTime(Duration.ofSeconds(3))
                .trialTime(Duration.ofSeconds(2))
                .architecture(DemoPlan.ARCHITECTURE)
                .hardware(List.of("edge-100", "edge-200"))
                .initialImage(DemoPlan.FACTORY.version(), seed.factorySha256())
                .imageBehaviour(DemoPlan.BROKEN.version(), ImageBehaviour.NO_BOOT);
        for (DemoSite site : DemoPlan.sites()) {
            if (site.nodes() > 0) {
                fleet.group(site.label(), site.nodes(), seed.token(site), Map.of());
            }
        }
        return fleet.start();
    }

    /** Runs what is left of the two campaigns, and shows them; ends with the summary. */
    void run(Seed seed, Fleet fleet) throws IOException, InterruptedException {
        awaitEnrolled(fleet);
        List<String> shown = new ArrayList<>();
        shown.add(campaign(DemoPlan.everyone(seed.image(DemoPlan.GOOD))));
        watch(shown, FIRST_LIMIT);
        shown.add(campaign(DemoPlan.europe(seed.image(DemoPlan.BROKEN))));
        watch(shown, LIMIT);
        summarize(shown);
    }

    private void awaitEnrolled(Fleet fleet) throws InterruptedException {
        long deadline = System.nanoTime() + ENROLL_LIMIT.toNanos();
        while (fleet.statistics().enrolled() < DemoPlan.nodes() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(200);
        }
        long enrolled = fleet.statistics().enrolled();
        if (enrolled == 0) {
            throw new QuickstartFailure("No node could enroll within %d s; the manager's log may say why."
                    .formatted(ENROLL_LIMIT.toSeconds()));
        }
        screen.say("%d nodes enrolled, half by HTTP, half by gRPC".formatted(enrolled));
    }

    /** Starts it unless it was started; its id. */
    private String campaign(Map<String, Object> wanted) throws IOException, InterruptedException {
        JsonNode campaign = null;
        for (JsonNode known : api.list("/api/v1/campaigns")) {
            if (known.path("name").asString("").equals(wanted.get("name"))) {
                campaign = known;
            }
        }
        if (campaign == null) {
            campaign = api.post("/api/v1/campaigns", wanted);
        }
        String id = campaign.path("id").asString();
        if (campaign.path("state").asString("").equals("DRAFT")) {
            api.post("/api/v1/campaigns/%s:start".formatted(id));
            moved = true;
            screen.say("campaign started: " + wanted.get("name"));
        }
        return id;
    }

    /** Shows the campaigns until none of them has anything left to do, or time is up. */
    private void watch(List<String> ids, Duration limit) throws IOException, InterruptedException {
        int still = 0;
        int enough = moved ? STILL_LOOKS : 1;
        while (still < enough && screen.elapsed().compareTo(limit) < 0) {
            List<CampaignProgress> campaigns = progress(ids);
            screen.show(campaigns);
            Instant horizon = Instant.now().plus(HORIZON);
            boolean settled = campaigns.stream().allMatch(campaign -> campaign.isSettled(horizon));
            still = settled ? still + 1 : 0;
            if (still < enough) {
                TimeUnit.MILLISECONDS.sleep(REFRESH.toMillis());
            }
        }
    }

    private List<CampaignProgress> progress(List<String> ids) throws IOException, InterruptedException {
        List<CampaignProgress> campaigns = new ArrayList<>();
        for (String id : ids) {
            String path = "/api/v1/campaigns/" + id;
            campaigns.add(CampaignProgress.of(api.get(path), api.get(path + "/reasons")));
        }
        return campaigns;
    }

    private void summarize(List<String> ids) throws IOException, InterruptedException {
        List<CampaignProgress> campaigns = progress(ids);
        screen.show(campaigns);
        screen.settle();
        screen.print("");
        screen.print("Summary after %s".formatted(ProgressText.clock(screen.elapsed())));
        campaigns.forEach(campaign -> screen.text().summary(campaign).forEach(line -> screen.print("  " + line)));
        int confirmed = campaigns.stream()
                .mapToInt(campaign -> campaign.count(UpdateState.CONFIRMED))
                .sum();
        int rolledBack = campaigns.stream()
                .mapToInt(campaign -> campaign.count(UpdateState.ROLLED_BACK))
                .sum();
        int waiting = campaigns.stream()
                .flatMap(campaign -> campaign.waiting().stream())
                .mapToInt(CampaignProgress.Waiting::nodes)
                .sum();
        screen.print("  In all: %d confirmed, %d rolled back, %d waiting".formatted(confirmed, rolledBack, waiting));
    }
}

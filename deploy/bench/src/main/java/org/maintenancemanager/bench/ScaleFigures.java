package org.maintenancemanager.bench;

import java.io.IOException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.bench.load.Answer;
import org.maintenancemanager.bench.load.Load;
import org.maintenancemanager.bench.load.Outcome;
import org.maintenancemanager.bench.load.Script;

/**
 * A campaign over a million nodes: how long it takes to begin, what it costs while nothing happens, and how soon it stops while
 * nodes ask for permits.
 */
final class ScaleFigures {
    private static final int BULK = 10_000;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    /** For a minute after they were made, nodes are looked at by whoever looks for some that join. */
    private static final Duration AFTER_START = Duration.ofSeconds(70);

    private static final double POLLS_PER_SECOND = 10_000;
    private static final Duration BEFORE_PAUSE = Duration.ofSeconds(3);
    private static final Duration AFTER_PAUSE = Duration.ofSeconds(2);

    /** So long nothing is done, to see what the ticks cost. */
    private final Duration idle;

    private final Stage stage;

    /** @param stage whose nodes can poll; they are among those of the campaign */
    ScaleFigures(Stage stage) {
        this.stage = stage;
        this.idle = stage.seconds().multipliedBy(12);
    }

    /** @param nodes how many there shall be, with those of the stage */
    void measure(int nodes) throws IOException, InterruptedException {
        createNodes(nodes - stage.fleet().size());
        createOpenWindow();
        // What PostgreSQL would do by itself some time is done now, so that it is in neither of the figures.
        vacuum("node", "node_session", "credential", "audit_event");
        TimeUnit.NANOSECONDS.sleep(AFTER_START.toNanos());
        stage.settle();
        double before = cores();
        stage.scoreboard().add(Figure.SCALE_IDLE, 100 * before);
        String campaign = stage.createCampaign(Map.of("allNodes", true), waves());
        long start = System.nanoTime();
        stage.start(campaign);
        awaitOffer();
        stage.scoreboard().add(Figure.SCALE_START, (System.nanoTime() - start) / 1e9);
        stage.settle();
        stage.admin()
                .post(
                        "/api/v1/campaigns/" + campaign + ":promote-wave",
                        Map.of("reason", "half of the fleet shall be on its way"));
        // Nodes that were never heard of are looked for only then.
        stage.postgres()
                .execute(
                        stage.database(),
                        List.of(
                                "update wave set opened_at = opened_at - interval '1 hour' where opened_at is not null"));
        vacuum("node", "node_update", "audit_event");
        awaitForecast(campaign);
        TimeUnit.NANOSECONDS.sleep(AFTER_START.toNanos());
        stage.settle();
        stage.scoreboard().add(Figure.SCALE_TICKS, 100 * (cores() - before));
        pause(campaign);
    }

    private void vacuum(String... tables) {
        stage.postgres()
                .execute(
                        stage.database(),
                        Stream.of(tables)
                                .map(table -> "vacuum (freeze, analyze) " + table)
                                .toList());
    }

    private void createNodes(int nodes) throws IOException, InterruptedException {
        for (int first = 0; first < nodes; first += BULK) {
            List<Map<String, Object>> bulk = new ArrayList<>();
            for (int node = first; node < Math.min(nodes, first + BULK); node++) {
                bulk.add(Map.of(
                        "name", String.format(Locale.ROOT, "scale-%07d", node),
                        "site",
                                Fleet.sitePaths()
                                        .get(1 + node % (Fleet.sitePaths().size() - 1)),
                        "architecture", "x86_64"));
            }
            stage.admin().post("/api/v1/nodes", bulk);
        }
    }

    private void createOpenWindow() throws IOException, InterruptedException {
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC).withNano(0);
        stage.admin()
                .post(
                        "/api/v1/windows",
                        Map.of(
                                "name",
                                "scale",
                                "kind",
                                "PERMIT",
                                "recurrence",
                                Map.of(
                                        "type", "ONE_SHOT",
                                        "startsAt", now.minusHours(1).toString(),
                                        "endsAt", now.plusDays(1).toString()),
                                "zone",
                                "UTC",
                                "target",
                                Map.of("type", "TENANT")));
    }

    private static List<Map<String, Object>> waves() {
        return List.of(
                Map.of("name", "canaries", "selector", "label.canary==true", "minConfirmedShare", 0.95),
                Map.of("name", "half", "percent", 50, "minConfirmedShare", 0.95),
                Map.of("name", "rest", "rest", true));
    }

    /** The first one is made soon after the start, and is no part of what the campaign costs from then on. */
    private void awaitForecast(String campaign) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!stage.postgres()
                .any(
                        stage.database(),
                        "select 1 from campaign_forecast where campaign_id = '%s'"
                                .formatted(UUID.fromString(campaign)))) {
            if (System.nanoTime() > deadline) {
                throw new IOException("the campaign had no forecast within " + LIMIT);
            }
            Thread.sleep(500);
        }
    }

    private void awaitOffer() throws IOException, InterruptedException {
        var offered = new AtomicBoolean();
        byte[] poll = stage.fleet().poll(0);
        new Load(stage.manager().address(), 1, LIMIT, 50, 1).run(number -> new Script() {
            @Override
            public byte @Nullable [] next() {
                return offered.get() ? null : poll;
            }

            @Override
            public void answered(Answer answer) {
                offered.set(Offers.offered(answer) != null);
            }
        });
        if (!offered.get()) {
            throw new IllegalStateException("no canary was offered the image within " + LIMIT);
        }
    }

    /** Processors that manager and PostgreSQL keep busy, on average, while nobody asks them for anything. */
    private double cores() throws IOException, InterruptedException {
        long start = System.nanoTime();
        double used = used();
        TimeUnit.NANOSECONDS.sleep(idle.toNanos());
        return (used() - used) / ((System.nanoTime() - start) / 1e9);
    }

    private double used() throws IOException {
        return Machine.processorSeconds(stage.manager().pid())
                + Machine.processorSecondsWithChildren(stage.postgres().pid());
    }

    /**
     * Nodes that have the image poll 10,000 times a second and get permits; then the campaign is paused. What counts is the time
     * from sending that until its answer: no permit may be granted later, which is looked up.
     */
    private void pause(String campaign) throws IOException, InterruptedException {
        // Canaries and half of the others; the rest is not open yet.
        Offers offers = Offers.collect(stage.scoredOn(new Scoreboard(1)), IntStream.of(open(campaign)));
        ReportFigure.download(stage, offers);
        stage.settle();
        byte[][] polls = new byte[offers.nodes().length][];
        for (int i = 0; i < polls.length; i++) {
            polls[i] = stage.fleet().poll(offers.nodes()[i]);
        }
        String paused;
        try (var threads = Executors.newSingleThreadExecutor()) {
            Future<Outcome> load = threads.submit(() -> new Load(
                            stage.manager().address(),
                            stage.connections(),
                            BEFORE_PAUSE.plus(AFTER_PAUSE).plus(LIMIT.dividedBy(60)),
                            POLLS_PER_SECOND,
                            1)
                    .run(Script.roundRobin(polls)));
            TimeUnit.NANOSECONDS.sleep(BEFORE_PAUSE.toNanos());
            long start = System.nanoTime();
            stage.admin().post("/api/v1/campaigns/" + campaign + ":pause");
            stage.scoreboard().add(Figure.SCALE_PAUSE, (System.nanoTime() - start) / 1e6);
            paused = stage.postgres()
                    .column(stage.database(), "select clock_timestamp()")
                    .getFirst();
            Outcome outcome = load.get();
            stage.scoreboard().add(Figure.SCALE_PAUSE_POLLS, outcome.perSecond());
        } catch (ExecutionException e) {
            throw new IllegalStateException("the polls beside the pause failed", e.getCause());
        }
        String id = UUID.fromString(campaign).toString();
        if (!stage.postgres().any(stage.database(), "select 1 from permit where campaign_id = '%s'".formatted(id))) {
            throw new IllegalStateException("no node got a permit before the pause");
        }
        if (stage.postgres().any(stage.database(), """
                select 1 from permit where campaign_id = '%s' and granted_at > '%s'
                """.formatted(id, paused))) {
            throw new IllegalStateException("a permit was granted after the pause");
        }
    }

    /** The stage's nodes in waves that are open. */
    private int[] open(String campaign) {
        List<String> names = stage.postgres().column(stage.database(), """
                select n.name from node_update u
                join node n on n.id = u.node_id
                join wave w on w.campaign_id = u.campaign_id and w.ordinal = u.wave
                where u.campaign_id = '%s' and n.name like 'bench-%%' and w.opened_at is not null
                """.formatted(UUID.fromString(campaign)));
        return names.stream()
                .mapToInt(name -> Integer.parseInt(name.substring("bench-".length())))
                .sorted()
                .toArray();
    }
}

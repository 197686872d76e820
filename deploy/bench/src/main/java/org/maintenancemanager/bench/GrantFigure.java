package org.maintenancemanager.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.bench.load.Answer;
import org.maintenancemanager.bench.load.Load;
import org.maintenancemanager.bench.load.Outcome;
import org.maintenancemanager.bench.load.Script;

/**
 * Permits: nodes that have the image poll in an open window. Each permit takes a slot of the campaign, of the budget of
 * the node's site, and of the budget of the site above. Every run has nodes of its own, since a permit is not taken back.
 */
final class GrantFigure {
    private static final byte[] INSTALL = "\"INSTALL\"".getBytes(StandardCharsets.ISO_8859_1);

    private final Stage stage;

    GrantFigure(Stage stage) {
        this.stage = stage;
    }

    void measure() throws IOException, InterruptedException {
        createBudgets();
        createOpenWindow();
        // The first is the warm-up, and does not count.
        for (int run = -1; run < Math.min(stage.runs(), Fleet.GROUPS - 1); run++) {
            int group = run + 1;
            String campaign = stage.createCampaign(
                    Map.of("selector", "label.group==" + group), List.of(Map.of("name", "all", "rest", true)));
            stage.start(campaign);
            Offers offers = Offers.collect(
                    stage, IntStream.range(0, stage.fleet().size()).filter(node -> Fleet.group(node) == group));
            ReportFigure.download(stage, offers);
            stage.settle();
            run(offers, run >= 0);
            stage.abort(campaign);
        }
    }

    private void run(Offers offers, boolean counts) throws IOException, InterruptedException {
        var granted = new AtomicLong();
        Outcome outcome = Load.closedLoop(stage.manager().address(), stage.connections(), stage.seconds())
                .run(number -> new Requests(offers, number, granted))
                .expectOnly(200, "polls for permits");
        if (granted.get() == 0) {
            throw new IllegalStateException("no node got a permit");
        }
        if (!counts) {
            return;
        }
        stage.scoreboard().add(Figure.GRANTS, granted.get() / outcome.seconds());
        stage.scoreboard().add(Figure.GRANT_P50, outcome.millisAt(50));
        stage.scoreboard().add(Figure.GRANT_P99, outcome.millisAt(99));
    }

    private void createBudgets() throws IOException, InterruptedException {
        for (String path : Fleet.sitePaths()) {
            stage.admin()
                    .post(
                            "/api/v1/budgets",
                            Map.of("name", "bench " + path, "sitePath", path, "maxInFlight", Stage.NO_LIMIT));
        }
    }

    private void createOpenWindow() throws IOException, InterruptedException {
        LocalDateTime now =
                LocalDateTime.ofInstant(Instant.now(), ZoneOffset.UTC).withNano(0);
        stage.admin()
                .post(
                        "/api/v1/windows",
                        Map.of(
                                "name",
                                "bench",
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

    /** Each node asks until it has its permit; one that must wait asks again after the others. */
    private final class Requests implements Script {
        private final ArrayDeque<Integer> waiting = new ArrayDeque<>();
        private final AtomicLong granted;
        private int node;

        Requests(Offers offers, int connection, AtomicLong granted) {
            this.granted = granted;
            for (int index = connection; index < offers.nodes().length; index += stage.connections()) {
                waiting.add(offers.nodes()[index]);
            }
        }

        @Override
        public byte @Nullable [] next() {
            if (waiting.isEmpty()) {
                return null;
            }
            node = waiting.remove();
            return stage.fleet().poll(node);
        }

        @Override
        public void answered(Answer answer) {
            if (answer.indexOf(INSTALL) >= 0) {
                granted.incrementAndGet();
            } else {
                waiting.add(node);
            }
        }
    }
}

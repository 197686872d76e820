package org.maintenancemanager.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.bench.load.Answer;
import org.maintenancemanager.bench.load.Load;
import org.maintenancemanager.bench.load.Script;

/**
 * What looks at all nodes of a campaign at once: its plan, why they wait, what happened in the last day. Each node has polled
 * before, and has one of 200 windows: most open daily, some weekly or monthly.
 */
final class PlanFigures {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Stage stage;

    PlanFigures(Stage stage) {
        this.stage = stage;
    }

    void measure() throws IOException, InterruptedException {
        createWindows();
        pollOnce();
        for (int run = 0; run < stage.runs(); run++) {
            String campaign = stage.createCampaign(Map.of("allNodes", true), waves());
            stage.settle();
            stage.scoreboard()
                    .add(
                            Figure.PLAN,
                            seconds(() ->
                                    stage.admin().post("/api/v1/campaigns:plan", Map.of("campaignId", campaign))));
            stage.start(campaign);
            stage.settle();
            stage.scoreboard()
                    .add(
                            Figure.REASONS,
                            seconds(() -> stage.admin().get("/api/v1/campaigns/" + campaign + "/reasons")));
            stage.scoreboard()
                    .add(Figure.NIGHT, seconds(() -> stage.admin().get("/api/v1/campaigns/" + campaign + "/report")));
            stage.abort(campaign);
        }
    }

    private interface Call {
        Object make() throws IOException, InterruptedException;
    }

    private static double seconds(Call call) throws IOException, InterruptedException {
        long start = System.nanoTime();
        call.make();
        return (System.nanoTime() - start) / 1e9;
    }

    private static List<Map<String, Object>> waves() {
        return List.of(
                Map.of("name", "canary", "percent", 5, "minConfirmedShare", 0.9), Map.of("name", "rest", "rest", true));
    }

    private void createWindows() throws IOException, InterruptedException {
        for (int window = 0; window < Fleet.WINDOWS; window++) {
            String rule = window % 20 == 0
                    ? "FREQ=MONTHLY;BYDAY=1SA"
                    : window % 3 == 0 ? "FREQ=WEEKLY;BYDAY=TU,TH" : "FREQ=DAILY";
            stage.admin()
                    .post(
                            "/api/v1/windows",
                            Map.of(
                                    "name",
                                    "plan " + window + " " + UUID.randomUUID(),
                                    "kind",
                                    "PERMIT",
                                    "recurrence",
                                    Map.of(
                                            "type",
                                            "RRULE",
                                            "startsAt",
                                            "2026-01-01T%02d:00:00".formatted(window % 24),
                                            "rrule",
                                            rule),
                                    "duration",
                                    "PT4H",
                                    "zone",
                                    "NODE_LOCAL",
                                    "target",
                                    Map.of("type", "SELECTOR", "selector", "label.window==" + window)));
        }
    }

    /** Who has not been heard of is left out of a plan. */
    private void pollOnce() throws IOException, InterruptedException {
        Load.closedLoop(stage.manager().address(), stage.connections(), LIMIT).run(connection -> new Script() {
            private int node = connection;

            @Override
            public byte @Nullable [] next() {
                if (node >= stage.fleet().size()) {
                    return null;
                }
                byte[] poll = stage.fleet().poll(node);
                node += stage.connections();
                return poll;
            }

            @Override
            public void answered(Answer answer) {
                // Whatever it says, the node was heard of.
            }
        });
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!stage.postgres()
                .any(
                        stage.database(),
                        "select 1 where (select count(*) from node_presence) >= %d"
                                .formatted(stage.fleet().size()))) {
            if (System.nanoTime() > deadline) {
                throw new IOException("what nodes polled was not written within " + LIMIT);
            }
            Thread.sleep(500);
        }
    }
}

package org.maintenancemanager.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.bench.load.Answer;
import org.maintenancemanager.bench.load.Load;
import org.maintenancemanager.bench.load.Outcome;
import org.maintenancemanager.bench.load.Script;

/**
 * Reports that each move one node update one state on, answered after the commit. In a campaign over all nodes, every node
 * reports DOWNLOADING; when all have, every node reports DOWNLOADED. Each run has a campaign of its own.
 */
final class ReportFigure {
    private static final byte[] NOT_APPLIED = "\"applied\":false".getBytes(StandardCharsets.ISO_8859_1);
    private static final List<UpdateState> WALK = List.of(UpdateState.DOWNLOADING, UpdateState.DOWNLOADED);

    private final Stage stage;

    ReportFigure(Stage stage) {
        this.stage = stage;
    }

    void measure() throws IOException, InterruptedException {
        // The first is the warm-up, and does not count.
        for (int run = -1; run < stage.runs(); run++) {
            String campaign =
                    stage.createCampaign(Map.of("allNodes", true), List.of(Map.of("name", "all", "rest", true)));
            stage.start(campaign);
            Offers offers =
                    Offers.collect(stage, IntStream.range(0, stage.fleet().size()));
            stage.settle();
            Outcome outcome = run(offers);
            if (run >= 0) {
                stage.scoreboard().add(Figure.REPORTS, outcome.perSecond());
                stage.scoreboard().add(Figure.REPORT_P50, outcome.millisAt(50));
                stage.scoreboard().add(Figure.REPORT_P99, outcome.millisAt(99));
            }
            stage.abort(campaign);
        }
    }

    private Outcome run(Offers offers) throws IOException, InterruptedException {
        var refused = new AtomicInteger();
        Outcome outcome = Load.closedLoop(stage.manager().address(), stage.connections(), stage.seconds())
                .run(number -> new Walk(offers, number, refused))
                .expectOnly(200, "reports");
        if (refused.get() > 0) {
            throw new IllegalStateException("%d reports were not applied".formatted(refused.get()));
        }
        return outcome;
    }

    /** Reports the two states in one request, for figures that need the nodes there. */
    static void download(Stage stage, Offers offers) throws IOException, InterruptedException {
        Load.closedLoop(stage.manager().address(), stage.connections(), Duration.ofMinutes(10))
                .run(number -> new Script() {
                    private int index = number;

                    @Override
                    public byte @Nullable [] next() {
                        if (index >= offers.nodes().length) {
                            return null;
                        }
                        int node = offers.nodes()[index];
                        index += stage.connections();
                        return stage.fleet()
                                .report(node, offers.updateId(node), UpdateState.DOWNLOADING, UpdateState.DOWNLOADED);
                    }
                })
                .expectOnly(200, "reports of downloads");
    }

    private final class Walk implements Script {
        private final Offers offers;
        private final int first;
        private final AtomicInteger refused;
        private int index;
        private int step;

        Walk(Offers offers, int connection, AtomicInteger refused) {
            this.offers = offers;
            this.first = connection;
            this.refused = refused;
            this.index = connection;
        }

        @Override
        public byte @Nullable [] next() {
            if (index >= offers.nodes().length) {
                index = first;
                step++;
            }
            if (step >= WALK.size() || index >= offers.nodes().length) {
                return null;
            }
            int node = offers.nodes()[index];
            index += stage.connections();
            return stage.fleet().report(node, offers.updateId(node), WALK.get(step));
        }

        @Override
        public void answered(Answer answer) {
            if (answer.indexOf(NOT_APPLIED) >= 0) {
                refused.incrementAndGet();
            }
        }
    }
}

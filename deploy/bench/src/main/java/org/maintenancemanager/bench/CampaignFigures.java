package org.maintenancemanager.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.bench.load.Answer;
import org.maintenancemanager.bench.load.Load;
import org.maintenancemanager.bench.load.Script;

/**
 * From the request that starts a campaign to the first poll that is offered its image. The campaign has ten waves: the
 * canaries by selector, eight by percent, and the rest; membership of all of them is decided at the start.
 */
final class CampaignFigures {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int CANARY = 0;

    private final Stage stage;

    CampaignFigures(Stage stage) {
        this.stage = stage;
    }

    void measure() throws IOException, InterruptedException {
        for (int run = 0; run < stage.runs(); run++) {
            stage.scoreboard().add(Figure.CAMPAIGN_SMALL, secondsToFirstOffer(Map.of("selector", "label.tenth==true")));
            stage.scoreboard().add(Figure.CAMPAIGN_LARGE, secondsToFirstOffer(Map.of("allNodes", true)));
        }
    }

    private double secondsToFirstOffer(Map<String, ?> members) throws IOException, InterruptedException {
        String campaign = stage.createCampaign(members, waves());
        stage.settle();
        long start = System.nanoTime();
        stage.start(campaign);
        awaitOffer();
        double seconds = (System.nanoTime() - start) / 1e9;
        stage.abort(campaign);
        return seconds;
    }

    private static List<Map<String, Object>> waves() {
        List<Map<String, Object>> waves = new ArrayList<>();
        waves.add(wave("canaries", Map.of("selector", "label.canary==true")));
        for (int wave = 1; wave <= 8; wave++) {
            waves.add(wave("wave " + wave, Map.of("percent", 10)));
        }
        waves.add(wave("rest", Map.of("rest", true)));
        return waves;
    }

    private static Map<String, Object> wave(String name, Map<String, Object> members) {
        var wave = new HashMap<>(members);
        wave.put("name", name);
        wave.put("minConfirmedShare", 0.95);
        return wave;
    }

    private void awaitOffer() throws IOException, InterruptedException {
        var offered = new AtomicBoolean();
        byte[] poll = stage.fleet().poll(CANARY);
        // Every 20 ms, so that the asking itself costs nothing.
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
}

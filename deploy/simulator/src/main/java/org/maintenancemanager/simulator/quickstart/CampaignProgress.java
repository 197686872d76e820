package org.maintenancemanager.simulator.quickstart;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import tools.jackson.databind.JsonNode;

/**
 * A campaign as the admin API shows it, with its reason histogram.
 *
 * @param stateReason the code of why it is paused; empty if it is not
 * @param stateDetail the same as a sentence
 * @param proceeding nodes under way that wait for nothing
 */
record CampaignProgress(
        String name,
        String state,
        String stateReason,
        String stateDetail,
        int inFlight,
        List<Wave> waves,
        int proceeding,
        List<Waiting> waiting) {
    private static final Set<String> GOING_ON = Set.of("DRAFT", "AWAITING_APPROVAL", "SCHEDULED", "RUNNING");
    /** Reasons that the clock alone takes away. */
    private static final Set<String> TIMED = Set.of("WINDOW", "WINDOW_REST", "FREEZE");

    CampaignProgress {
        waves = List.copyOf(waves);
        waiting = List.copyOf(waiting);
    }

    /** @param updates how many nodes are in each state; states without any are absent */
    record Wave(String name, boolean opened, boolean passed, Map<UpdateState, Integer> updates) {
        Wave {
            updates = Map.copyOf(updates);
        }

        int count(UpdateState... states) {
            int sum = 0;
            for (UpdateState state : states) {
                sum += updates.getOrDefault(state, 0);
            }
            return sum;
        }

        /** All nodes but those that had nothing to do. */
        int members() {
            return updates.values().stream().mapToInt(Integer::intValue).sum() - count(UpdateState.SKIPPED);
        }
    }

    /**
     * One bar of the histogram.
     *
     * @param until when the first of them goes on by itself, if that is known
     * @param example the sentence of one of them
     */
    record Waiting(
            String gate, String code, int nodes, @Nullable Instant until, String example) {}

    /** Reads the answers of {@code GET /campaigns/{id}} and {@code GET /campaigns/{id}/reasons}. */
    static CampaignProgress of(JsonNode campaign, JsonNode reasons) {
        List<Wave> waves = new ArrayList<>();
        for (JsonNode wave : campaign.path("waves")) {
            Map<UpdateState, Integer> updates = new EnumMap<>(UpdateState.class);
            wave.path("updates")
                    .properties()
                    .forEach(entry -> updates.put(
                            UpdateState.valueOf(entry.getKey()),
                            entry.getValue().asInt()));
            waves.add(new Wave(
                    wave.path("name").asString(), wave.hasNonNull("openedAt"), wave.hasNonNull("passedAt"), updates));
        }
        List<Waiting> waiting = new ArrayList<>();
        for (JsonNode bar : reasons.path("waiting")) {
            String until = bar.path("firstUntil").asString("");
            waiting.add(new Waiting(
                    bar.path("gate").asString(""),
                    bar.path("code").asString(""),
                    bar.path("nodes").asInt(),
                    until.isEmpty() ? null : Instant.parse(until),
                    bar.path("example").asString("")));
        }
        return new CampaignProgress(
                campaign.path("name").asString(),
                campaign.path("state").asString(),
                campaign.path("stateReason").asString(""),
                campaign.path("stateDetail").asString(""),
                campaign.path("inFlight").asInt(),
                waves,
                reasons.path("proceeding").asInt(),
                waiting);
    }

    int count(UpdateState... states) {
        return waves.stream().mapToInt(wave -> wave.count(states)).sum();
    }

    int members() {
        return waves.stream().mapToInt(Wave::members).sum();
    }

    /** Nodes whose update has not come to its end. */
    int active() {
        return count(
                UpdateState.OFFERED,
                UpdateState.DOWNLOADING,
                UpdateState.DOWNLOADED,
                UpdateState.INSTALLING,
                UpdateState.STAGED,
                UpdateState.REBOOTING,
                UpdateState.TRIAL);
    }

    /**
     * Whether nothing will move any more by {@code horizon}: it has ended, or stands still, or all that is left waits for
     * windows that open later.
     */
    boolean isSettled(Instant horizon) {
        if (inFlight > 0) {
            return false;
        }
        if (!GOING_ON.contains(state)) {
            return true;
        }
        return state.equals("RUNNING")
                && proceeding == 0
                && waiting.stream().anyMatch(bar -> TIMED.contains(bar.gate()))
                && waiting.stream().noneMatch(bar -> bar.gate().equals("BUDGET"))
                && waiting.stream()
                        .noneMatch(bar -> bar.until() != null && bar.until().isBefore(horizon));
    }
}

package org.maintenancemanager.simulator.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ProgressTest {
    private static final Instant NOW = Instant.parse("2026-11-23T05:00:00Z");

    private static final String RUNNING = """
            {"id": "0", "name": "1.1.0", "state": "RUNNING", "inFlight": 8, "waves": [
              {"ordinal": 0, "name": "canary", "openedAt": "2026-11-23T04:59:00Z", "passedAt": "2026-11-23T04:59:30Z",
               "updates": {"CONFIRMED": 12, "SKIPPED": 3}},
              {"ordinal": 1, "name": "early", "openedAt": "2026-11-23T04:59:30Z",
               "updates": {"CONFIRMED": 40, "REBOOTING": 6, "TRIAL": 2, "DOWNLOADING": 12, "OFFERED": 20}},
              {"ordinal": 2, "name": "rest", "updates": {"OFFERED": 108}}]}
            """;

    private static final String REASONS = """
            {"at": "2026-11-23T05:00:00Z", "proceeding": 20, "waiting": [
              {"gate": "WAVE", "code": "WAVE_CLOSED", "nodes": 108, "example": "Wave rest is not open yet."},
              {"gate": "WINDOW", "code": "WINDOW_CLOSED", "nodes": 20, "firstUntil": "2026-11-25T17:00:00Z",
               "example": "The window opens Thu 02:00."}]}
            """;

    private static CampaignProgress progress(String campaign, String reasons) {
        JsonMapper json = JsonMapper.builder().build();
        return CampaignProgress.of(json.readTree(campaign), json.readTree(reasons));
    }

    private static CampaignProgress stopped() {
        return progress("""
                {"name": "1.2.0", "state": "PAUSED", "stateReason": "WAVE_GATE", "stateDetail": "Too many failed.",
                 "inFlight": 0, "waves": [
                  {"name": "canary", "openedAt": "2026-11-23T04:59:00Z", "updates": {"ROLLED_BACK": 5}},
                  {"name": "rest", "updates": {"OFFERED": 67}}]}
                """, """
                {"proceeding": 0, "waiting": [
                  {"gate": "CAMPAIGN_STATE", "code": "CAMPAIGN_PAUSED", "nodes": 67, "example": "It is paused."}]}
                """);
    }

    @Test
    void nodesThatHadNothingToDoAreNoMembers() {
        CampaignProgress campaign = progress(RUNNING, REASONS);

        assertThat(campaign.waves().getFirst().members()).isEqualTo(12);
        assertThat(campaign.members()).isEqualTo(200);
        assertThat(campaign.active()).isEqualTo(148);
    }

    @Test
    void panelShowsEachWaveAndEachReason() {
        List<String> lines = new ProgressText(140, false).panel(progress(RUNNING, REASONS));

        assertThat(lines).hasSize(6);
        assertThat(lines.get(0)).isEqualTo("1.1.0   RUNNING");
        assertThat(lines.get(1)).contains("canary", "[##############################]", "12/12", "passed");
        assertThat(lines.get(2))
                .contains("[###############===.....       ]", "40/80", "open")
                .contains("8 installing or rebooting, 12 downloading");
        assertThat(lines.get(3)).contains("rest", "[                              ]", "0/108", "closed");
        assertThat(lines.get(4)).contains("108 wait: WAVE_CLOSED");
        assertThat(lines.get(5)).contains("20 wait: WINDOW_CLOSED", "opens Thu 02:00");
    }

    @Test
    void panelNeverBreaksALine() {
        assertThat(new ProgressText(60, true).panel(progress(RUNNING, REASONS)))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(60));
    }

    @Test
    void campaignWithWavesOfNobodyIsDrawn() {
        CampaignProgress empty =
                progress("{\"name\": \"x\", \"state\": \"DRAFT\", \"waves\": [{\"name\": \"rest\"}]}", "{}");

        assertThat(new ProgressText(80, false).panel(empty).get(1)).contains("0/0");
        assertThat(new ProgressText(80, false).summary(empty)).hasSize(1);
    }

    @Test
    void summaryTellsWhatBecameOfAllAndWhy() {
        var text = new ProgressText(80, false);

        assertThat(text.summary(progress(RUNNING, REASONS)).getFirst())
                .isEqualTo("1.1.0, 200 nodes: RUNNING; 52 confirmed, 20 under way, 128 waiting");
        assertThat(text.summary(stopped()))
                .containsExactly(
                        "1.2.0, 72 nodes: PAUSED; 5 rolled back, 67 waiting",
                        "    Too many failed.",
                        "      67 wait: CAMPAIGN_PAUSED  It is paused.");
    }

    @Test
    void campaignIsSettledWhenOnlyWindowsFarAwayAreLeft() {
        String waiting = """
                {"proceeding": 0, "waiting": [
                  {"gate": "WINDOW", "code": "WINDOW_CLOSED", "nodes": 20, "firstUntil": "2026-11-23T05:00:30Z"}]}
                """;
        String standing = RUNNING.replace("\"inFlight\": 8", "\"inFlight\": 0");

        assertThat(progress(RUNNING, waiting).isSettled(NOW)).isFalse();
        assertThat(progress(standing, REASONS).isSettled(NOW)).isFalse();
        assertThat(progress(standing, waiting).isSettled(NOW)).isTrue();
        assertThat(progress(standing, waiting).isSettled(NOW.plusSeconds(90))).isFalse();
        // Nobody waits for a window: the next wave is about to open.
        assertThat(progress(
                                standing,
                                "{\"waiting\": [{\"gate\": \"WAVE\", \"code\": \"WAVE_CLOSED\", \"nodes\": 108}]}")
                        .isSettled(NOW))
                .isFalse();
        assertThat(stopped().isSettled(NOW)).isTrue();
    }

    @Test
    void logHasFewLinesAndNoControlCharacters() {
        var bytes = new ByteArrayOutputStream();
        var screen =
                new Screen(new PrintStream(bytes, true, StandardCharsets.UTF_8), false, new ProgressText(200, false));

        screen.show(List.of(stopped()));
        screen.show(List.of(stopped()));

        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(1);
        assertThat(lines.getFirst())
                .endsWith("1.2.0 PAUSED: canary 0/5 (5 rolled back or failed), rest 0/67; waiting: 67 CAMPAIGN_PAUSED");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).doesNotContain("\u001b");
    }

    @Test
    void terminalIsDrawnOver() {
        var bytes = new ByteArrayOutputStream();
        var screen =
                new Screen(new PrintStream(bytes, true, StandardCharsets.UTF_8), true, new ProgressText(100, true));

        screen.show(List.of(stopped()));
        int drawn = (int) bytes.toString(StandardCharsets.UTF_8).lines().count();
        bytes.reset();
        screen.show(List.of(stopped()));

        assertThat(bytes.toString(StandardCharsets.UTF_8)).startsWith("\u001b[1A\r\u001b[2K".repeat(drawn));
    }
}

package org.maintenancemanager.simulator.quickstart;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.simulator.quickstart.CampaignProgress.Waiting;
import org.maintenancemanager.simulator.quickstart.CampaignProgress.Wave;

/**
 * How the progress of campaigns looks in a terminal, and in a log.
 *
 * @param width columns of the terminal, at least 60
 * @param unicode whether it can show block characters
 */
record ProgressText(int width, boolean unicode) {
    private static final int BAR_WIDTH = 30;

    ProgressText {
        width = Math.max(60, width);
    }

    /** What a node does, as the display tells it; in the order of the bar. */
    private enum Phase {
        CONFIRMED("confirmed", '█', '#', UpdateState.CONFIRMED),
        FAILED("rolled back or failed", '✗', 'x', UpdateState.ROLLED_BACK, UpdateState.FAILED, UpdateState.LOST),
        DROPPED("dropped", '-', '-', UpdateState.CANCELED, UpdateState.SUPERSEDED),
        CHANGING(
                "installing or rebooting",
                '▓',
                '=',
                UpdateState.INSTALLING,
                UpdateState.STAGED,
                UpdateState.REBOOTING,
                UpdateState.TRIAL),
        READY("downloaded", '▒', ':', UpdateState.DOWNLOADED),
        DOWNLOADING("downloading", '░', '.', UpdateState.DOWNLOADING),
        OFFERED("to come", '·', ' ', UpdateState.OFFERED);

        private final String words;
        private final char block;
        private final char letter;
        private final UpdateState[] states;

        Phase(String words, char block, char letter, UpdateState... states) {
            this.words = words;
            this.block = block;
            this.letter = letter;
            this.states = states;
        }
    }

    static String clock(Duration time) {
        return "%d:%02d".formatted(time.toMinutes(), time.toSecondsPart());
    }

    /** One campaign as lines: a head, a bar for each wave, and the reason histogram. */
    List<String> panel(CampaignProgress campaign) {
        List<String> lines = new ArrayList<>();
        String state = campaign.stateReason().isEmpty()
                ? campaign.state()
                : "%s (%s)".formatted(campaign.state(), campaign.stateReason());
        lines.add(cut(campaign.name() + "   " + state));
        for (Wave wave : campaign.waves()) {
            String gate = wave.passed() ? "passed" : wave.opened() ? "open" : "closed";
            lines.add(cut("  %-10s %s %4d/%d  %-6s  %s"
                    .formatted(
                            wave.name(),
                            bar(wave),
                            wave.count(UpdateState.CONFIRMED),
                            wave.members(),
                            gate,
                            words(wave))));
        }
        reasons(campaign).forEach(line -> lines.add(cut("  " + line)));
        return lines;
    }

    private String bar(Wave wave) {
        int members = wave.members();
        var bar = new StringBuilder(unicode ? "▕" : "[");
        int sum = 0;
        int drawn = 0;
        for (Phase phase : Phase.values()) {
            int count = wave.count(phase.states);
            sum += count;
            int upTo = members == 0 ? 0 : Math.round((float) sum * BAR_WIDTH / members);
            // One node of many is still to be seen.
            if (count > 0 && upTo == drawn && drawn < BAR_WIDTH) {
                upTo = drawn + 1;
            }
            bar.append(String.valueOf(unicode ? phase.block : phase.letter).repeat(Math.max(0, upTo - drawn)));
            drawn = Math.max(drawn, upTo);
        }
        bar.append(" ".repeat(BAR_WIDTH - drawn));
        return bar.append(unicode ? "▏" : "]").toString();
    }

    /** The phases between the ends, with their numbers. */
    private static String words(Wave wave) {
        List<String> parts = new ArrayList<>();
        for (Phase phase : Phase.values()) {
            int count = wave.count(phase.states);
            if (count > 0 && phase != Phase.CONFIRMED && phase != Phase.OFFERED) {
                parts.add(count + " " + phase.words);
            }
        }
        return String.join(", ", parts);
    }

    /** The histogram, the most frequent reason first. */
    List<String> reasons(CampaignProgress campaign) {
        List<String> lines = new ArrayList<>();
        if (!campaign.stateDetail().isEmpty()) {
            lines.add(campaign.stateDetail());
        }
        for (Waiting bar : campaign.waiting()) {
            String why = bar.example().isEmpty() ? "" : "  " + bar.example();
            lines.add("%4d wait: %s%s".formatted(bar.nodes(), bar.code(), why));
        }
        return lines;
    }

    /** The campaign in one line, for where lines cannot be drawn over. */
    String line(CampaignProgress campaign) {
        List<String> waves = new ArrayList<>();
        for (Wave wave : campaign.waves()) {
            String words = words(wave);
            waves.add("%s %d/%d%s"
                    .formatted(
                            wave.name(),
                            wave.count(UpdateState.CONFIRMED),
                            wave.members(),
                            words.isEmpty() ? "" : " (" + words + ")"));
        }
        List<String> waiting = new ArrayList<>();
        campaign.waiting().forEach(bar -> waiting.add(bar.nodes() + " " + bar.code()));
        return "%s %s: %s%s"
                .formatted(
                        campaign.name(),
                        campaign.state(),
                        String.join(", ", waves),
                        waiting.isEmpty() ? "" : "; waiting: " + String.join(", ", waiting));
    }

    /** How a campaign stands, at the end of the demonstration. */
    List<String> summary(CampaignProgress campaign) {
        List<String> lines = new ArrayList<>();
        List<String> counts = new ArrayList<>();
        count(counts, campaign.count(UpdateState.CONFIRMED), "confirmed");
        count(counts, campaign.count(UpdateState.ROLLED_BACK), "rolled back");
        count(counts, campaign.count(UpdateState.FAILED), "failed");
        count(counts, campaign.count(UpdateState.LOST), "lost");
        count(counts, campaign.count(UpdateState.CANCELED, UpdateState.SUPERSEDED), "dropped");
        count(counts, campaign.proceeding(), "under way");
        int waiting = campaign.waiting().stream().mapToInt(Waiting::nodes).sum();
        count(counts, waiting, "waiting");
        lines.add("%s, %d nodes: %s; %s"
                .formatted(
                        campaign.name(),
                        campaign.members(),
                        campaign.state(),
                        counts.isEmpty() ? "nothing happened yet" : String.join(", ", counts)));
        reasons(campaign).forEach(line -> lines.add("    " + line));
        return lines;
    }

    private static void count(List<String> counts, int nodes, String words) {
        if (nodes > 0) {
            counts.add(nodes + " " + words);
        }
    }

    private String cut(String line) {
        return line.length() <= width ? line : line.substring(0, width - 1) + (unicode ? "…" : "~");
    }
}

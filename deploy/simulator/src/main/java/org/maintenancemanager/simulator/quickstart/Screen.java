package org.maintenancemanager.simulator.quickstart;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What the person in front sees: lines that stay, and below them, in a terminal, a panel that is drawn over and over. Where
 * output goes to a file or a pipe, there are lines alone. Used by several threads.
 */
final class Screen {
    private static final String CLEAR_LINE = "\r\u001b[2K";
    /** A log is read later, by lines. */
    private static final Duration LINE_PAUSE = Duration.ofSeconds(3);

    private static final String UP = "\u001b[1A";

    private final PrintStream out;
    private final boolean terminal;
    private final ProgressText text;
    private final long start = System.nanoTime();
    private List<String> panel = List.of();
    private String lastLine = "";
    private long lastLineAt = System.nanoTime() - LINE_PAUSE.toNanos();

    Screen(PrintStream out, boolean terminal, ProgressText text) {
        this.out = out;
        this.terminal = terminal;
        this.text = text;
    }

    ProgressText text() {
        return text;
    }

    /** Since this screen was made. */
    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** A line with the time before it. */
    synchronized void say(String line) {
        print("[%s] %s".formatted(ProgressText.clock(elapsed()), line));
    }

    /** A line as it is. */
    synchronized void print(String line) {
        var text = new StringBuilder(erased());
        text.append(line).append(System.lineSeparator());
        panel.forEach(drawn -> text.append(drawn).append(System.lineSeparator()));
        out.print(text);
        out.flush();
    }

    /** Shows how campaigns stand; in a log, what changed, now and then. */
    synchronized void show(List<CampaignProgress> campaigns) {
        if (!terminal) {
            String line = String.join(" | ", campaigns.stream().map(text::line).toList());
            long now = System.nanoTime();
            if (!line.equals(lastLine) && now - lastLineAt >= LINE_PAUSE.toNanos()) {
                lastLine = line;
                lastLineAt = now;
                say(line);
            }
            return;
        }
        List<String> drawn = new ArrayList<>();
        for (CampaignProgress campaign : campaigns) {
            drawn.add("");
            drawn.addAll(text.panel(campaign));
        }
        drawn.add("");
        drawn.add("  " + ProgressText.clock(elapsed()));
        String erased = erased();
        panel = List.copyOf(drawn);
        var text = new StringBuilder(erased);
        panel.forEach(line -> text.append(line).append(System.lineSeparator()));
        out.print(text);
        out.flush();
    }

    /** Leaves the panel where it is; whatever comes next goes below it. */
    synchronized void settle() {
        panel = List.of();
    }

    private String erased() {
        return terminal ? (UP + CLEAR_LINE).repeat(panel.size()) : "";
    }
}

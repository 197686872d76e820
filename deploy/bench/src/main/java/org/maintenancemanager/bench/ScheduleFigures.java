package org.maintenancemanager.bench;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.node.Selectable;
import org.maintenancemanager.core.window.Schedule;
import org.maintenancemanager.core.window.Schedules;
import org.maintenancemanager.core.window.WindowDefinition;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDefinition.NodeLocal;
import org.maintenancemanager.core.window.WindowDefinition.RRule;
import org.maintenancemanager.core.window.WindowDefinition.SiteSubtree;
import org.maintenancemanager.core.window.WindowId;

/**
 * The next opening of a node, from memory and by itself: the manager's own code in this JVM, on one thread, over a thousand
 * windows and 100,000 nodes.
 */
final class ScheduleFigures {
    private static final int NODES = 100_000;
    private static final int CALLS = 2_000_000;

    private final Scoreboard scoreboard;

    /** What keeps the JVM from leaving the work out. */
    private long seen;

    ScheduleFigures(Scoreboard scoreboard) {
        this.scoreboard = scoreboard;
    }

    void measure(int runs) {
        Instant now = Instant.now();
        var schedules = new Schedules(1, windows());
        List<Node> nodes = new ArrayList<>();
        List<Schedule> known = new ArrayList<>();
        for (int number = 0; number < NODES; number++) {
            var node = new Node(new UUID(1, number), number % WindowFigures.WINDOWS);
            nodes.add(node);
            known.add(schedules.forNode(node));
        }
        for (int run = -1; run < runs; run++) {
            double next = micros(number -> known.get(number).nextAfter(now).hashCode());
            double found = micros(number ->
                    schedules.forNode(nodes.get(number)).nextAfter(now).hashCode());
            if (run >= 0) {
                scoreboard.add(Figure.WINDOW_NEXT, next);
                scoreboard.add(Figure.WINDOW_FIND, found);
            }
        }
        if (seen == 0) {
            throw new IllegalStateException("no node opens");
        }
    }

    private interface Call {
        long of(int node);
    }

    private double micros(Call call) {
        var random = new Random(1);
        long start = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            seen += call.of(random.nextInt(NODES));
        }
        return (System.nanoTime() - start) / 1e3 / CALLS;
    }

    private static List<WindowDefinition> windows() {
        List<WindowDefinition> windows = new ArrayList<>();
        for (int number = 0; number < WindowFigures.WINDOWS; number++) {
            String rule = switch (number % 3) {
                case 0 -> "FREQ=DAILY";
                case 1 -> "FREQ=WEEKLY;BYDAY=TU,SA";
                default -> "FREQ=MONTHLY;BYDAY=-1SU";
            };
            boolean freeze = number % 20 == 19;
            windows.add(new WindowDefinition(
                    new WindowId(new UUID(2, number)),
                    String.format(Locale.ROOT, "window %d", number),
                    freeze ? Kind.FREEZE : Kind.PERMIT,
                    new RRule(LocalDateTime.parse("2026-01-01T22:00"), rule, List.of(), List.of(), Duration.ofHours(4)),
                    new NodeLocal(),
                    new SiteSubtree(WindowFigures.site(freeze ? number - 1 : number)),
                    true,
                    null,
                    null));
        }
        return windows;
    }

    private record Node(UUID nodeId, int site) implements Selectable {
        @Override
        public String name() {
            return nodeId.toString();
        }

        @Override
        public String sitePath() {
            return WindowFigures.site(site);
        }

        @Override
        public String zone() {
            return WindowFigures.zone(site);
        }

        @Override
        public String architecture() {
            return "x86_64";
        }

        @Override
        public @Nullable String hardware() {
            return null;
        }

        @Override
        public NodeState state() {
            return NodeState.ACTIVE;
        }

        @Override
        public @Nullable String client() {
            return null;
        }

        @Override
        public @Nullable String imageVersion() {
            return null;
        }

        @Override
        public @Nullable String label(String key) {
            return null;
        }
    }
}

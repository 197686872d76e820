package org.maintenancemanager.core.window;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.node.Selectable;
import org.maintenancemanager.core.window.Schedule.Opening;
import org.maintenancemanager.core.window.WindowDefinition.FixedZone;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDefinition.OneShot;
import org.maintenancemanager.core.window.WindowDefinition.RRule;
import org.maintenancemanager.core.window.WindowDefinition.Recurrence;
import org.maintenancemanager.core.window.WindowDefinition.Target;
import org.maintenancemanager.core.window.WindowDefinition.Tenant;
import org.maintenancemanager.core.window.WindowDefinition.Weekly;
import org.maintenancemanager.core.window.WindowDefinition.Zone;

/** Windows, and nodes to have them, in few words. */
public final class WindowFixtures {
    private WindowFixtures() {}

    public static WindowDefinition permit(String name, Recurrence recurrence, String zone) {
        return window(name, Kind.PERMIT, recurrence, Zone.of(zone), new Tenant());
    }

    public static WindowDefinition freeze(String name, Recurrence recurrence, String zone) {
        return window(name, Kind.FREEZE, recurrence, Zone.of(zone), new Tenant());
    }

    public static WindowDefinition window(String name, Kind kind, Recurrence recurrence, Zone zone, Target target) {
        return new WindowDefinition(
                new WindowId(UUID.nameUUIDFromBytes(name.getBytes(UTF_8))),
                name,
                kind,
                recurrence,
                zone,
                target,
                true,
                null,
                null);
    }

    public static Weekly weekly(String start, String duration, DayOfWeek... days) {
        return new Weekly(Set.copyOf(Arrays.asList(days)), 1, LocalDateTime.parse(start), Duration.parse(duration));
    }

    public static RRule rule(String start, String rule, String duration) {
        return new RRule(LocalDateTime.parse(start), rule, List.of(), List.of(), Duration.parse(duration));
    }

    public static OneShot oneShot(String start, String end) {
        return new OneShot(LocalDateTime.parse(start), LocalDateTime.parse(end));
    }

    public static Schedule schedule(WindowDefinition... windows) {
        return new Schedules(1, List.of(windows)).forNode(node("/eu", "Europe/Berlin"));
    }

    /** All openings that start in a year of UTC, as a client of {@link Schedule} would find them. */
    public static List<Opening> openings(Schedule schedule, int year) {
        List<Opening> found = new ArrayList<>();
        Instant end = Instant.parse((year + 1) + "-01-01T00:00:00Z");
        Optional<Opening> next =
                schedule.nextAfter(Instant.parse(year + "-01-01T00:00:00Z").minusMillis(1));
        while (next.isPresent() && next.get().start().isBefore(end)) {
            found.add(next.get());
            next = schedule.nextAfter(next.get().start());
        }
        return found;
    }

    public static ZoneId zone(WindowDefinition window) {
        return ((FixedZone) window.zone()).id();
    }

    public static Selectable node(String sitePath, String zone) {
        return new TestNode(new UUID(1, 1), sitePath, zone, Map.of());
    }

    public record TestNode(UUID nodeId, String sitePath, String zone, Map<String, String> labels)
            implements Selectable {
        @Override
        public String name() {
            return "edge-1";
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
            return labels.get(key);
        }
    }
}

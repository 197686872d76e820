package org.maintenancemanager.core.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.window.OpenTimes;
import org.maintenancemanager.core.window.Schedule;
import org.maintenancemanager.core.window.WindowId;
import org.maintenancemanager.core.window.WindowOverride;

class OpenTimesTest {
    private static final Instant UNTIL = World.NOW.plus(Duration.ofDays(60));

    @Test
    void openingsAreThoseThatPollsAreAnsweredBy() {
        int open = 0;
        for (int seed = 0; seed < 20; seed++) {
            World world = new World(seed);
            var times = new OpenTimes(world.schedules, World.NOW, UNTIL, null);
            for (World.Node node : world.nodes.subList(0, 20)) {
                Schedule schedule = world.schedules.forNode(node);
                for (Instant at : instants(seed, 50)) {
                    assertThat(isOpen(times.of(node), at))
                            .as("%s at %s", node, at)
                            .isEqualTo(schedule.openAt(at).isPresent());
                    open += schedule.openAt(at).isPresent() ? 1 : 0;
                }
            }
        }
        assertThat(open).isPositive();
    }

    @Test
    void overrideOpensWhatNoOtherFreezeForbids() {
        int opened = 0;
        for (int seed = 0; seed < 40; seed++) {
            World world = new World(seed);
            WindowId freeze = new WindowId(new UUID(2, "freeze".hashCode()));
            var override = new WindowOverride(
                    new UUID(9, seed),
                    "the override",
                    "urgent",
                    "me",
                    World.NOW.plus(Duration.ofDays(1)),
                    World.NOW.plus(Duration.ofDays(4)),
                    seed % 2 == 0 ? Set.of() : Set.of(freeze));
            var times = new OpenTimes(world.schedules, World.NOW, UNTIL, override);
            for (World.Node node : world.nodes.subList(0, 10)) {
                Schedule schedule = world.schedules.forNode(node);
                for (Instant at : instants(seed, 50)) {
                    boolean expected = (override.holdsAt(at) ? schedule.overridden(override) : schedule)
                            .openAt(at)
                            .isPresent();
                    assertThat(isOpen(times.of(node), at))
                            .as("%s at %s", node, at)
                            .isEqualTo(expected);
                    opened += expected && schedule.openAt(at).isEmpty() ? 1 : 0;
                }
            }
        }
        assertThat(opened).isPositive();
    }

    private static Iterable<Instant> instants(long seed, int many) {
        Random chance = new Random(seed);
        return chance.longs(many, 0, Duration.ofDays(12).toMillis())
                .mapToObj(World.NOW::plusMillis)
                .toList();
    }

    private static boolean isOpen(OpenTimes.Times times, Instant at) {
        for (int i = 0; i < times.size(); i++) {
            if (times.start(i) <= at.toEpochMilli() && at.toEpochMilli() < times.end(i)) {
                return true;
            }
        }
        return false;
    }
}

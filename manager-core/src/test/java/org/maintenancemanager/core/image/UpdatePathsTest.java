package org.maintenancemanager.core.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.image.PathRules.Forbidden;
import org.maintenancemanager.core.image.UpdatePaths.Release;
import org.maintenancemanager.core.image.UpdatePaths.Route;

class UpdatePathsTest {
    private static final int WORLDS = 2000;

    @Test
    void imageWithoutRulesIsReachedAtOnceFromAnywhere() {
        UpdatePaths paths = UpdatePaths.to(release(6), List.of(release(2), release(4)));
        assertThat(paths.isPlain()).isTrue();
        assertThat(counters(paths.route(1L, null))).containsExactly(6L);
        assertThat(counters(paths.route(null, null))).containsExactly(6L);
    }

    @Test
    void floorLeadsThroughTheReleaseThatGoesFurthest() {
        UpdatePaths paths =
                UpdatePaths.to(release(6, 3L, false), List.of(release(2), release(3), release(4), release(5)));
        assertThat(counters(paths.route(1L, null))).containsExactly(5L, 6L);
        assertThat(counters(paths.route(3L, null))).containsExactly(6L);
    }

    @Test
    void barriersAreRunOneAfterTheOther() {
        UpdatePaths paths = UpdatePaths.to(
                release(9), List.of(release(3, null, true), release(5, null, true), release(6), release(8)));
        assertThat(counters(paths.route(1L, null))).containsExactly(3L, 5L, 9L);
        assertThat(counters(paths.route(3L, null))).containsExactly(5L, 9L);
        assertThat(counters(paths.route(5L, null))).containsExactly(9L);
        assertThat(counters(paths.route(10L, null)))
                .as("a downgrade passes no barrier")
                .containsExactly(9L);
    }

    @Test
    void barrierForOtherHardwareIsNone() {
        Release barrier =
                new Release(image(3, Set.of("pi"), ImageState.PUBLISHED), new PathRules(null, true, List.of()));
        UpdatePaths paths = UpdatePaths.to(release(9), List.of(barrier));
        assertThat(counters(paths.route(1L, "pi"))).containsExactly(3L, 9L);
        assertThat(counters(paths.route(1L, "nuc"))).containsExactly(9L);
        assertThat(counters(paths.route(1L, null))).containsExactly(9L);
    }

    @Test
    void forbiddenSourceGoesAroundOrSaysWhy() {
        PathRules rules = new PathRules(null, false, List.of(new Forbidden(2L, 3L, "loses its network")));
        Release target = new Release(image(6, Set.of(), ImageState.PUBLISHED), rules);
        assertThat(counters(UpdatePaths.to(target, List.of(release(4))).route(2L, null)))
                .containsExactly(4L, 6L);
        Route none = UpdatePaths.to(target, List.of()).route(3L, null);
        assertThat(none.steps()).isEmpty();
        assertThat(none.obstacle()).isEqualTo(new UpdatePaths.ForbiddenSource(target.image(), 3, "loses its network"));
    }

    @Test
    void unknownSourceHasNoWayWhereItMatters() {
        UpdatePaths paths = UpdatePaths.to(release(6, 3L, false), List.of(release(4)));
        assertThat(paths.route(null, null).obstacle()).isInstanceOf(UpdatePaths.UnknownSource.class);
    }

    @Test
    void withdrawnReleasesAreNoSteps() {
        Release withdrawn = new Release(image(4, Set.of(), ImageState.WITHDRAWN), PathRules.NONE);
        Route route = UpdatePaths.to(release(6, 3L, false), List.of(withdrawn)).route(1L, null);
        assertThat(route.obstacle()).isEqualTo(new UpdatePaths.BelowFloor(image(6), 1, 3));
    }

    @Test
    void everyWayIsLegalAndNoneIsShorter() {
        for (int seed = 0; seed < WORLDS; seed++) {
            Random random = new Random(seed);
            List<Release> releases = new ArrayList<>();
            int count = 1 + random.nextInt(7);
            for (int i = 0; i < count; i++) {
                releases.add(random(random, 1 + random.nextInt(9)));
            }
            Release target = random(random, 10);
            UpdatePaths paths = UpdatePaths.to(target, releases);
            for (long running = 0; running <= 11; running++) {
                Route route = paths.route(running, null);
                int shortest = shortest(running, target, releases, 0);
                String world = "seed %d, from %d: %s to %s".formatted(seed, running, releases, target);
                if (shortest < 0) {
                    assertThat(route.steps()).as(world).isEmpty();
                    assertThat(route.obstacle()).as(world).isNotNull();
                } else {
                    assertThat(route.steps()).as(world).hasSize(shortest);
                    assertThat(route.obstacle()).as(world).isNull();
                    assertThat(route.steps().getLast()).as(world).isEqualTo(target.image());
                    long at = running;
                    for (ImageFacts step : route.steps()) {
                        Release release = step.equals(target.image())
                                ? target
                                : releases.stream()
                                        .filter(one -> one.image().equals(step))
                                        .findFirst()
                                        .orElseThrow();
                        assertThat(isLegal(at, release, releases)).as(world).isTrue();
                        at = step.releaseCounter();
                    }
                }
            }
        }
    }

    /** By trying all; -1: none. */
    private static int shortest(long running, Release target, List<Release> releases, int depth) {
        if (depth > 10) {
            return -1;
        }
        if (isLegal(running, target, releases)) {
            return 1;
        }
        int best = -1;
        for (Release step : releases) {
            if (step.image().releaseCounter() > running && isLegal(running, step, releases)) {
                int rest = shortest(step.image().releaseCounter(), target, releases, depth + 1);
                best = rest >= 0 && (best < 0 || rest + 1 < best) ? rest + 1 : best;
            }
        }
        return best;
    }

    private static boolean isLegal(long running, Release to, List<Release> releases) {
        PathRules rules = to.rules();
        boolean skipsBarrier = releases.stream()
                .anyMatch(barrier -> barrier.rules().barrier()
                        && barrier.image().releaseCounter() > running
                        && barrier.image().releaseCounter() < to.image().releaseCounter());
        return !skipsBarrier && (rules.floor() == null || running >= rules.floor()) && rules.forbids(running) == null;
    }

    private static Release random(Random random, long counter) {
        List<Forbidden> forbidden = new ArrayList<>();
        if (random.nextInt(3) == 0) {
            long from = random.nextInt(10);
            forbidden.add(new Forbidden(from, from + random.nextInt(2), "why"));
        }
        Long floor = random.nextInt(3) == 0 ? Long.valueOf(random.nextInt((int) counter)) : null;
        return new Release(
                new ImageFacts(
                        new ImageId(new UUID(random.nextLong(), random.nextLong())),
                        "edge",
                        "v" + counter,
                        counter,
                        "x86_64",
                        Set.of(),
                        1,
                        "",
                        "",
                        null,
                        ImageState.PUBLISHED),
                new PathRules(floor, random.nextInt(4) == 0, forbidden));
    }

    private static List<Long> counters(Route route) {
        return route.steps().stream().map(ImageFacts::releaseCounter).toList();
    }

    private static Release release(long counter) {
        return release(counter, null, false);
    }

    private static Release release(long counter, @Nullable Long floor, boolean barrier) {
        return new Release(image(counter), new PathRules(floor, barrier, List.of()));
    }

    private static ImageFacts image(long counter) {
        return image(counter, Set.of(), ImageState.PUBLISHED);
    }

    private static ImageFacts image(long counter, Set<String> hardware, ImageState state) {
        return new ImageFacts(
                new ImageId(new UUID(1, counter)),
                "edge",
                "v" + counter,
                counter,
                "x86_64",
                hardware,
                1000,
                "digest" + counter,
                "",
                null,
                state);
    }
}

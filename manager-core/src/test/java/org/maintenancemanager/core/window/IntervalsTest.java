package org.maintenancemanager.core.window;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.window.Intervals.Interval;

/** What holds for all intervals, on a thousand sets made from seeds, against sets of single milliseconds. */
class IntervalsTest {
    private static final int SEEDS = 1000;
    private static final int LENGTH = 120;

    @Test
    void unionIsWhatAnyCovers() {
        forEachSeed((seed, random) -> {
            List<Interval> several = random(random);
            Intervals union = Intervals.union(several);
            assertThat(covered(union)).as("seed %d", seed).isEqualTo(coveredByAny(several));
            assertDisjointAndInOrder(union, seed);
            for (int i = 0; i < union.size(); i++) {
                int at = i;
                assertThat(several).as("seed %d: who covers number %d", seed, i).anySatisfy(one -> {
                    assertThat(one.source()).isEqualTo(union.source(at));
                    assertThat(one.start()).isLessThanOrEqualTo(union.start(at));
                    assertThat(one.end()).isGreaterThanOrEqualTo(union.end(at));
                });
            }
        });
    }

    @Test
    void unionOfUnionsIsTheUnionOfAll() {
        forEachSeed((seed, random) -> {
            List<Interval> some = random(random);
            List<Interval> others = random(random);
            List<Interval> all = new ArrayList<>(some);
            all.addAll(others);
            BitSet either = covered(Intervals.union(some));
            either.or(covered(Intervals.union(others)));
            assertThat(covered(Intervals.union(all))).as("seed %d", seed).isEqualTo(either);
        });
    }

    @Test
    void differenceIsWithinTheFirstAndOutsideOfTheSecond() {
        forEachSeed((seed, random) -> {
            Intervals first = Intervals.union(random(random));
            Intervals second = Intervals.union(random(random));
            Intervals difference = first.minus(second);
            BitSet expected = covered(first);
            expected.andNot(covered(second));
            assertThat(covered(difference)).as("seed %d", seed).isEqualTo(expected);
            assertDisjointAndInOrder(difference, seed);
            // What was taken away, taken away, leaves what both have.
            BitSet both = covered(first);
            both.and(covered(second));
            assertThat(covered(first.minus(difference))).as("seed %d", seed).isEqualTo(both);
            assertThat(first.minus(first).size()).isZero();
            assertThat(covered(first.minus(Intervals.NONE))).isEqualTo(covered(first));
            assertThat(difference.length()).isEqualTo(first.length() - both.cardinality());
        });
    }

    @Test
    void joinedCoversTheSameWithoutNeighboursThatTouch() {
        forEachSeed((seed, random) -> {
            Intervals intervals = Intervals.union(random(random));
            Intervals joined = intervals.joined();
            assertThat(covered(joined)).as("seed %d", seed).isEqualTo(covered(intervals));
            for (int i = 1; i < joined.size(); i++) {
                assertThat(joined.start(i)).as("seed %d", seed).isGreaterThan(joined.end(i - 1));
            }
        });
    }

    @Test
    void intervalHoldsItsStartAndEveryInstantUntilJustBeforeItsEnd() {
        forEachSeed((seed, random) -> {
            Intervals intervals = Intervals.union(random(random));
            BitSet covered = covered(intervals);
            for (int instant = 0; instant < LENGTH + 2; instant++) {
                int holding = intervals.holding(instant);
                assertThat(holding >= 0).as("seed %d at %d", seed, instant).isEqualTo(covered.get(instant));
                if (holding >= 0) {
                    assertThat(intervals.start(holding)).isLessThanOrEqualTo(instant);
                    assertThat(intervals.end(holding)).isGreaterThan(instant);
                }
                int now = instant;
                assertThat(intervals.after(instant))
                        .isEqualTo(IntStream.range(0, intervals.size())
                                .filter(i -> intervals.start(i) > now)
                                .findFirst()
                                .orElse(intervals.size()));
            }
        });
    }

    @Test
    void thoseThatShareAnInstantWithARangeAreKeptWhole() {
        forEachSeed((seed, random) -> {
            Intervals intervals = Intervals.union(random(random));
            int from = random.nextInt(LENGTH);
            int until = from + 1 + random.nextInt(LENGTH - from);
            Intervals sharing = intervals.sharing(from, until);
            List<String> expected = IntStream.range(0, intervals.size())
                    .filter(i -> IntStream.range(from, until)
                            .anyMatch(instant -> intervals.start(i) <= instant && instant < intervals.end(i)))
                    .mapToObj(i -> intervals.start(i) + "-" + intervals.end(i))
                    .toList();
            assertThat(IntStream.range(0, sharing.size())
                            .mapToObj(i -> sharing.start(i) + "-" + sharing.end(i))
                            .toList())
                    .as("seed %d", seed)
                    .isEqualTo(expected);
        });
    }

    private interface Property {
        void check(int seed, Random random);
    }

    private static void forEachSeed(Property property) {
        for (int seed = 0; seed < SEEDS; seed++) {
            property.check(seed, new Random(seed));
        }
    }

    private static List<Interval> random(Random random) {
        List<Interval> several = new ArrayList<>();
        for (int i = random.nextInt(10); i > 0; i--) {
            int start = random.nextInt(LENGTH);
            several.add(new Interval(start, start + 1 + random.nextInt(LENGTH - start), i));
        }
        return several;
    }

    private static BitSet coveredByAny(List<Interval> several) {
        var covered = new BitSet();
        several.forEach(one -> covered.set((int) one.start(), (int) one.end()));
        return covered;
    }

    private static BitSet covered(Intervals intervals) {
        var covered = new BitSet();
        for (int i = 0; i < intervals.size(); i++) {
            covered.set((int) intervals.start(i), (int) intervals.end(i));
        }
        return covered;
    }

    private static void assertDisjointAndInOrder(Intervals intervals, int seed) {
        for (int i = 0; i < intervals.size(); i++) {
            assertThat(intervals.start(i)).as("seed %d", seed).isLessThan(intervals.end(i));
            if (i > 0) {
                assertThat(intervals.start(i)).as("seed %d", seed).isGreaterThanOrEqualTo(intervals.end(i - 1));
            }
        }
    }
}

package org.maintenancemanager.core.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SequentialTestTest {
    private static final int NODES = 2000;
    private static final int MAX_IN_FLIGHT = 20;
    private static final int RUNS = 2000;

    private final SequentialTest guard = new SequentialTest(0.02, 0.01);

    @Test
    void nothingSeenSaysNothing() {
        assertThat(guard.evidence(0, 0)).isCloseTo(1, within(1e-12));
        assertThat(guard.needed()).isCloseTo(100, within(1e-9));
    }

    @Test
    void evidenceIsTheMeanOfTheLikelihoodRatios() {
        // By hand for one failure in one update: the mean of rate/baseline over the four alternatives.
        double expected = Arrays.stream(new double[] {2.5, 4, 8, 16})
                .map(ratio -> ratio * 0.02 / 0.98)
                .map(odds -> odds / (1 + odds) / 0.02)
                .average()
                .orElseThrow();
        assertThat(guard.evidence(1, 1)).isCloseTo(expected, within(1e-9));
    }

    @Test
    void failuresSpeakAgainstAndSuccessesFor() {
        for (int finished = 1; finished < 300; finished++) {
            for (int failures = 0; failures < Math.min(finished, 20); failures++) {
                assertThat(guard.evidence(finished, failures + 1)).isGreaterThan(guard.evidence(finished, failures));
                assertThat(guard.evidence(finished + 1, failures)).isLessThan(guard.evidence(finished, failures));
            }
        }
    }

    /** What makes it valid: its expectation under the baseline, and under any better rate, is at most 1 after any count. */
    @ParameterizedTest
    @CsvSource({"0.02, 1", "0.02, 17", "0.02, 200", "0.01, 1", "0.01, 200", "0.001, 50"})
    void evidenceExpectsNothingOfAHealthyImage(double rate, int finished) {
        double expectation = 0;
        double logProbability = finished * Math.log1p(-rate);
        for (int failures = 0; failures <= finished; failures++) {
            expectation += Math.exp(logProbability) * guard.evidence(finished, failures);
            logProbability +=
                    Math.log((double) (finished - failures) / (failures + 1)) + Math.log(rate) - Math.log1p(-rate);
        }
        assertThat(expectation).isLessThanOrEqualTo(1 + 1e-9);
    }

    @Test
    void numbersStayFiniteForAMillionNodes() {
        assertThat(guard.evidence(1_000_000, 1_000_000)).isEqualTo(Double.MAX_VALUE);
        assertThat(guard.evidence(1_000_000, 0)).isPositive().isLessThan(1e-100);
    }

    @Test
    void suspicionLowersWhatMayBeInFlight() {
        assertThat(cautious(20, 0, 0)).isEqualTo(20);
        assertThat(cautious(20, 200, 1)).isEqualTo(20);
        assertThat(cautious(20, 15, 3)).isBetween(1, 8);
        assertThat(cautious(20, 50, 40)).isEqualTo(1);
        assertThat(cautious(1, 10, 3)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"0, 0.01", "0.51, 0.01", "NaN, 0.01", "0.02, 0", "0.02, 0.21", "0.02, NaN"})
    void numbersOutsideOfTheirRangeAreRefused(double baseline, double alpha) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SequentialTest(baseline, alpha))
                .withMessageContaining("expected");
    }

    @Test
    void moreFailuresThanUpdatesAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> guard.evidence(3, 4));
    }

    @Test
    void healthyImageIsHardlyEverStopped() {
        assertThat(stopped(simulate(0.02, 1))).isLessThan(0.01);
    }

    @Test
    void smallRegressionIsFoundInTheFirstFifthOfTheFleet() {
        int[] touched = simulate(0.05, 2);
        assertThat(stopped(touched)).isGreaterThan(0.99);
        assertThat(median(touched)).isLessThanOrEqualTo(400);
    }

    @Test
    void badImageIsFoundWithinFortyNodes() {
        int[] touched = simulate(0.15, 3);
        assertThat(stopped(touched)).isEqualTo(1);
        assertThat(median(touched)).isLessThanOrEqualTo(40);
    }

    private int cautious(int maxInFlight, long finished, long failures) {
        return SequentialTest.cautiousInFlight(maxInFlight, guard.suspicion(finished, failures));
    }

    private static double stopped(int[] touched) {
        return Arrays.stream(touched).filter(nodes -> nodes < NODES).count() / (double) touched.length;
    }

    private static int median(int[] touched) {
        return Arrays.stream(touched).sorted().toArray()[touched.length / 2];
    }

    /** How many nodes had got a permit when the campaign was stopped, in each of many campaigns. */
    private int[] simulate(double failureRate, long seed) {
        return IntStream.range(0, RUNS)
                .map(run -> campaign(failureRate, new Random(seed * 1_000_003 + run)))
                .toArray();
    }

    /** Permits go out as long as some are free; updates take a random time, so that they end in another order. */
    private int campaign(double failureRate, Random random) {
        record InFlight(double endsAt, boolean fails) {}
        var inFlight = new PriorityQueue<InFlight>((a, b) -> Double.compare(a.endsAt, b.endsAt));
        double now = 0;
        int touched = 0;
        int finished = 0;
        int failures = 0;
        while (finished < NODES) {
            int allowed = cautious(MAX_IN_FLIGHT, finished, failures);
            while (touched < NODES && inFlight.size() < allowed) {
                inFlight.add(new InFlight(now + 1 + random.nextDouble(), random.nextDouble() < failureRate));
                touched++;
            }
            InFlight ended = inFlight.remove();
            now = ended.endsAt;
            finished++;
            failures += ended.fails ? 1 : 0;
            if (guard.condemns(finished, failures)) {
                return touched;
            }
        }
        return NODES;
    }
}

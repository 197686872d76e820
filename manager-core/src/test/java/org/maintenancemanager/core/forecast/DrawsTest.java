package org.maintenancemanager.core.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.DoubleSupplier;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DrawsTest {
    private static final int MANY = 40_000;

    private final Draws draws = new Draws(7);

    @Test
    void sameSeedGivesTheSameNumbers() {
        Draws again = new Draws(7);
        for (int i = 0; i < 100; i++) {
            assertThat(again.uniform()).isEqualTo(draws.uniform());
        }
    }

    @ParameterizedTest
    @CsvSource({"10, 0.2", "10, 0.9", "5000, 0.001", "5000, 0.3", "5000, 0.98", "3, 0", "3, 1"})
    void binomialHasItsMeanAndVariance(int trials, double probability) {
        double[] drawn = many(() -> draws.binomial(trials, probability));
        double variance = trials * probability * (1 - probability);
        assertThat(mean(drawn)).isCloseTo(trials * probability, within(0.01 + 0.03 * Math.sqrt(variance)));
        assertThat(variance(drawn)).isCloseTo(variance, within(0.01 + 0.05 * variance));
        assertThat(DoubleStream.of(drawn).min().orElseThrow()).isGreaterThanOrEqualTo(0);
        assertThat(DoubleStream.of(drawn).max().orElseThrow()).isLessThanOrEqualTo(trials);
    }

    @Test
    void otherDistributionsHaveTheirMeans() {
        assertThat(mean(many(() -> draws.exponential(5)))).isCloseTo(5, within(0.1));
        assertThat(mean(many(draws::gaussian))).isCloseTo(0, within(0.02));
        assertThat(variance(many(draws::gaussian))).isCloseTo(1, within(0.03));
        assertThat(mean(many(() -> draws.gamma(0.5)))).isCloseTo(0.5, within(0.02));
        assertThat(mean(many(() -> draws.gamma(30)))).isCloseTo(30, within(0.2));
        assertThat(mean(many(() -> draws.beta(2.5, 97.5)))).isCloseTo(0.025, within(0.001));
        assertThat(mean(many(() -> Math.log(draws.lognormal(100, 0.4))))).isCloseTo(Math.log(100), within(0.02));
    }

    @Test
    void ballotIsDrawnByCount() {
        var ballot = new Ballot(5);
        ballot.set(1, 30);
        ballot.set(3, 60);
        ballot.set(4, 20);
        ballot.set(4, 10);
        int[] drawn = new int[5];
        for (int ticket = 0; ticket < ballot.total(); ticket++) {
            drawn[ballot.at(ticket)]++;
        }
        assertThat(drawn).containsExactly(0, 30, 0, 60, 10);
        ballot.set(3, 0);
        assertThat(ballot.total()).isEqualTo(40);
        assertThat(ballot.at(30)).isEqualTo(4);
    }

    @Test
    void agendaGivesTheSoonestFirst() {
        var agenda = new Agenda();
        for (int i = 0; i < 5000; i++) {
            long at = (long) (draws.uniform() * 1_000_000);
            agenda.add(at, at + 1);
        }
        long last = -1;
        int events = 0;
        while (!agenda.isEmpty()) {
            long event = agenda.next();
            assertThat(event).isEqualTo(agenda.time() + 1);
            assertThat(agenda.time()).isGreaterThanOrEqualTo(last);
            last = agenda.time();
            events++;
        }
        assertThat(events).isEqualTo(5000);
    }

    private static double[] many(DoubleSupplier draw) {
        return DoubleStream.generate(draw).limit(MANY).toArray();
    }

    private static double mean(double[] drawn) {
        return DoubleStream.of(drawn).average().orElseThrow();
    }

    private static double variance(double[] drawn) {
        double mean = mean(drawn);
        return DoubleStream.of(drawn)
                .map(one -> (one - mean) * (one - mean))
                .average()
                .orElseThrow();
    }
}

package org.maintenancemanager.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScoreboardTest {
    private final Scoreboard scoreboard = new Scoreboard(100_000);

    @Test
    void medianIsTheMiddleRunWhateverTheOrder() {
        scoreboard.add(Figure.POLLS, 17_000);
        scoreboard.add(Figure.POLLS, 2_000);
        scoreboard.add(Figure.POLLS, 16_000);

        assertThat(scoreboard.median(Figure.POLLS)).hasValue(16_000);
    }

    @Test
    void medianOfAnEvenNumberOfRunsLiesBetweenTheMiddleTwo() {
        scoreboard.add(Figure.CAMPAIGN_LARGE, 1);
        scoreboard.add(Figure.CAMPAIGN_LARGE, 2);

        assertThat(scoreboard.median(Figure.CAMPAIGN_LARGE)).hasValue(1.5);
    }

    @Test
    void linesForProgramsHoldMediansAndRatiosOfWhatWasMeasured() {
        scoreboard.add(Figure.REPORTS, 6_000);
        scoreboard.add(Figure.PGBENCH, 12_000.4);
        scoreboard.add(Figure.POLL_P99, 12.34);

        assertThat(scoreboard.keyValueLines()).isEqualToNormalizingNewlines("""
                        poll.p99_ms=12.3
                        report.per_second=6000
                        pgbench.per_second=12000
                        ratio.report_to_pgbench=0.50
                        """);
    }

    @Test
    void tableNamesTheNumberOfNodesAndShowsEveryRun() {
        scoreboard.add(Figure.NODES, 8.125);
        scoreboard.add(Figure.NODES, 9);
        scoreboard.note("Without pgbench.");

        assertThat(scoreboard.table())
                .contains("| 100,000 nodes created by bulk REST | 8.56 s | 8.13  9.00 | < 10 s |")
                .endsWith("\nWithout pgbench.\n")
                .doesNotContain("permits");
    }

    @Test
    void rateIsReadFromTheOutputOfPgbench() {
        String output = """
                number of failed transactions: 0 (0.000%)
                latency average = 1.155 ms
                initial connection time = 12.3 ms
                tps = 13854.201432 (without initial connection time)
                """;

        assertThat(Pgbench.transactionsPerSecond(output)).isEqualTo(13_854.201432);
        assertThatThrownBy(() -> Pgbench.transactionsPerSecond("connection refused"))
                .hasMessageContaining("connection refused");
    }
}

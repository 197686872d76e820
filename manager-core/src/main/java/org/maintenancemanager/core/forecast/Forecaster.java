package org.maintenancemanager.core.forecast;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.forecast.Forecast.Point;
import org.maintenancemanager.core.forecast.Forecast.Risk;
import org.maintenancemanager.core.forecast.Forecast.RiskKind;
import org.maintenancemanager.core.forecast.Forecast.Span;
import org.maintenancemanager.core.forecast.Forecast.WaveSpan;
import org.maintenancemanager.core.forecast.ForecastFacts.Cohort;
import org.maintenancemanager.core.forecast.Run.Stop;

/**
 * Lets a campaign happen many times and says how it went (the Monte Carlo method). The same facts and seed give the same
 * forecast. See docs/adr for what the model leaves out.
 */
public final class Forecaster {
    /** More runs than this say nothing new about the tenth and the ninetieth of a hundred. */
    private static final int MOST_RUNS = 60;

    /** Of fewer, the tenth and the ninetieth of a hundred would be the first and the last. */
    private static final int FEWEST_RUNS = 9;

    /** How many nodes may come to an end in all runs together: what one core does in some seconds. */
    private static final int NODES_IN_ALL = 3_000_000;

    private static final int POINTS = 60;

    private Forecaster() {}

    /** How often a campaign of so many nodes is let happen: less often for large ones, of which each run is more like another. */
    public static int runs(int nodes) {
        return Math.clamp(NODES_IN_ALL / Math.max(1, nodes), FEWEST_RUNS, MOST_RUNS);
    }

    /**
     * The forecast.
     *
     * @param seed of the chances
     * @param deadline null: none
     */
    public static Forecast forecast(ForecastFacts facts, long seed, @Nullable Instant deadline) {
        Prepared prepared = new Prepared(facts);
        List<Run> runs = runs(prepared, seed, runs(prepared.pending));
        int confirmed = 0;
        int failed = 0;
        int silent = 0;
        int underWay = 0;
        for (Cohort cohort : facts.cohorts()) {
            confirmed += cohort.standing().confirmed();
            failed += cohort.standing().failed();
            silent += cohort.standing().silent();
            underWay += cohort.standing().underWay();
        }
        return new Forecast(
                facts.now(),
                runs.size(),
                underWay + silent + confirmed + failed,
                confirmed,
                failed,
                underWay - prepared.pending,
                silent,
                span(runs.stream().mapToLong(Run::end).toArray()),
                curve(prepared, runs, confirmed + failed),
                waves(facts, runs),
                risks(runs, deadline),
                Causes.of(prepared, runs, seed));
    }

    static List<Run> runs(Prepared prepared, long seed, int many) {
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            // Seeds next to each other would give streams that have much in common; the constant is that of SplitMix64.
            runs.add(new Simulation(prepared, seed + i * 0xBF58476D1CE4E5B9L).run());
        }
        return runs;
    }

    /** The nearest-rank quantile of numbers that are sorted. */
    static long quantile(long[] sorted, double share) {
        return sorted[(int) Math.clamp(Math.ceil(share * sorted.length) - 1, 0, sorted.length - 1)];
    }

    static Span span(long[] times) {
        Arrays.sort(times);
        return new Span(instant(quantile(times, 0.1)), instant(quantile(times, 0.5)), instant(quantile(times, 0.9)));
    }

    private static @Nullable Instant instant(long time) {
        return time == Run.NEVER ? null : Instant.ofEpochMilli(time);
    }

    private static List<Point> curve(Prepared prepared, List<Run> runs, int before) {
        long last = 0;
        for (Run run : runs) {
            int[] done = run.doneSeconds();
            last = Math.max(last, done.length == 0 ? 0 : done[done.length - 1]);
        }
        if (last == 0) {
            return List.of(new Point(prepared.facts.now(), before, before, before));
        }
        List<Point> points = new ArrayList<>();
        long[] counts = new long[runs.size()];
        for (int i = 0; i <= POINTS; i++) {
            long seconds = Math.ceilDiv(last * i, POINTS);
            for (int run = 0; run < counts.length; run++) {
                counts[run] = countUntil(runs.get(run).doneSeconds(), seconds);
            }
            Arrays.sort(counts);
            points.add(new Point(
                    prepared.facts.now().plusSeconds(seconds),
                    before + (int) quantile(counts, 0.1),
                    before + (int) quantile(counts, 0.5),
                    before + (int) quantile(counts, 0.9)));
        }
        return points;
    }

    private static int countUntil(int[] sorted, long seconds) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] <= seconds) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static List<WaveSpan> waves(ForecastFacts facts, List<Run> runs) {
        List<WaveSpan> waves = new ArrayList<>();
        for (int i = 0; i < facts.waves().size(); i++) {
            int wave = i;
            waves.add(new WaveSpan(
                    facts.waves().get(i).name(),
                    span(runs.stream().mapToLong(run -> run.waveOpened()[wave]).toArray())));
        }
        return waves;
    }

    private static List<Risk> risks(List<Run> runs, @Nullable Instant deadline) {
        List<Risk> risks = new ArrayList<>();
        add(risks, RiskKind.MAX_FAILURES, share(runs, Stop.MAX_FAILURES));
        add(risks, RiskKind.GUARD, share(runs, Stop.GUARD));
        add(risks, RiskKind.WAVE_GATE, share(runs, Stop.WAVE_GATE));
        add(risks, RiskKind.NOT_WITHIN_A_YEAR, share(runs, Stop.HORIZON));
        if (deadline != null) {
            long late = runs.stream()
                    .filter(run -> run.end() > deadline.toEpochMilli())
                    .count();
            add(risks, RiskKind.AFTER_DEADLINE, late / (double) runs.size());
        }
        risks.sort(Comparator.comparingDouble(Risk::share).reversed());
        return risks;
    }

    private static double share(List<Run> runs, Stop stop) {
        return runs.stream().filter(run -> run.stoppedBy() == stop).count() / (double) runs.size();
    }

    private static void add(List<Risk> risks, RiskKind kind, double share) {
        if (share > 0) {
            risks.add(new Risk(kind, share));
        }
    }

    /** Null where most runs never end. */
    static @Nullable Duration medianLength(Prepared prepared, List<Run> runs) {
        long[] ends = runs.stream().mapToLong(Run::end).toArray();
        Arrays.sort(ends);
        long median = quantile(ends, 0.5);
        return median == Run.NEVER ? null : Duration.ofMillis(median - prepared.now);
    }
}

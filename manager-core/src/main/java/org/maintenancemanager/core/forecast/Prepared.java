package org.maintenancemanager.core.forecast;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.maintenancemanager.core.forecast.ForecastFacts.Cohort;
import org.maintenancemanager.core.forecast.ForecastFacts.Limit;
import org.maintenancemanager.core.forecast.ForecastFacts.Standing;
import org.maintenancemanager.core.forecast.ForecastFacts.Took;
import org.maintenancemanager.core.window.OpenTimes;

/** The facts as plain numbers, in milliseconds, worked out once for all runs of a forecast. */
final class Prepared {
    final ForecastFacts facts;
    final long now;
    final long until;
    final int cohorts;
    final int[] wave;
    final int[][] cohortsOf;
    final int[][] limits;
    final List<Took> installs;
    final List<Took> downloads;
    /** Places in these lists. */
    final int[] install;

    final int[] download;
    final double[] installMedian;
    final double[] installSigma;
    final double[] downloadMedian;
    final double[] downloadSigma;
    /** When a permit may be granted: openings, but for their end, which is too short for the node. */
    final Grantable[] grantable;

    final Standing[] standing;
    /** The cohort that a node joins when a step of its way is done; -1 after the last. */
    final int[] next;
    /** The cohort that a node was of at first. */
    final int[] first;

    final int[] freeOf;
    /** Nodes that count for the gate of each wave. */
    final int[] members;
    /** Nodes that can come to an end. */
    final int pending;

    Prepared(ForecastFacts facts) {
        this.facts = facts;
        now = facts.now().toEpochMilli();
        until = facts.until().toEpochMilli();
        List<Cohort> all = withLaterSteps(facts.cohorts());
        cohorts = all.size();
        wave = new int[cohorts];
        limits = new int[cohorts][];
        installs = new ArrayList<>();
        downloads = new ArrayList<>();
        install = new int[cohorts];
        download = new int[cohorts];
        installMedian = new double[cohorts];
        installSigma = new double[cohorts];
        downloadMedian = new double[cohorts];
        downloadSigma = new double[cohorts];
        grantable = new Grantable[cohorts];
        standing = new Standing[cohorts];
        members = new int[facts.waves().size()];
        Map<Key, Grantable> known = new HashMap<>();
        int underWay = 0;
        for (int c = 0; c < cohorts; c++) {
            Cohort cohort = all.get(c);
            wave[c] = cohort.wave();
            limits[c] = cohort.limits().stream().mapToInt(Integer::intValue).toArray();
            install[c] = place(installs, cohort.install());
            download[c] = place(downloads, cohort.download());
            installMedian[c] = cohort.install().medianMillis();
            installSigma[c] = cohort.install().sigma();
            downloadMedian[c] = cohort.download().medianMillis();
            downloadSigma[c] = cohort.download().sigma();
            long spare = cohort.needed().plus(facts.rules().guardTime()).toMillis();
            grantable[c] = known.computeIfAbsent(
                    new Key(cohort.times(), spare), key -> new Grantable(key.times, key.spare, now, until));
            standing[c] = cohort.standing();
            members[wave[c]] += standing[c].members();
            underWay += grantable[c].size() == 0 ? standing[c].inFlight() : standing[c].underWay();
        }
        pending = underWay;
        next = new int[cohorts];
        first = new int[cohorts];
        int later = facts.cohorts().size();
        for (int c = 0; c < facts.cohorts().size(); c++) {
            int at = c;
            first[c] = c;
            for (int steps = all.get(c).steps() - 1; steps > 0; steps--) {
                next[at] = later;
                first[later] = c;
                at = later++;
            }
            next[at] = -1;
        }
        cohortsOf = IntStream.range(0, members.length)
                .mapToObj(number -> IntStream.range(0, cohorts)
                        .filter(c -> wave[c] == number)
                        .toArray())
                .toArray(int[][]::new);
        freeOf = facts.limits().stream().mapToInt(Prepared::free).toArray();
    }

    /** For each step of their way that nodes have before them, an empty cohort follows for the steps after it. */
    private static List<Cohort> withLaterSteps(List<Cohort> cohorts) {
        List<Cohort> all = new ArrayList<>(cohorts);
        for (Cohort cohort : cohorts) {
            for (int steps = cohort.steps() - 1; steps > 0; steps--) {
                all.add(new Cohort(
                        cohort.place(),
                        cohort.wave(),
                        cohort.times(),
                        cohort.needed(),
                        cohort.install(),
                        cohort.download(),
                        cohort.limits(),
                        new Standing(0, 0, 0, 0, 0, Duration.ZERO, 0, 0, 0),
                        steps));
            }
        }
        return all;
    }

    private static int place(List<Took> known, Took took) {
        int place = known.indexOf(took);
        if (place < 0) {
            known.add(took);
            return known.size() - 1;
        }
        return place;
    }

    private static int free(Limit limit) {
        return Math.max(0, limit.max() - limit.taken());
    }

    private record Key(OpenTimes.Times times, long spare) {}

    /** The parts of openings in which a node may begin. */
    static final class Grantable {
        private final long[] starts;
        private final long[] lastStarts;
        private final long[] ends;
        private final int size;

        Grantable(OpenTimes.Times times, long spare, long from, long until) {
            starts = new long[times.size()];
            lastStarts = new long[times.size()];
            ends = new long[times.size()];
            int found = 0;
            for (int i = 0; i < times.size(); i++) {
                long last = times.end(i) - spare;
                if (last >= times.start(i) && last >= from && times.start(i) < until) {
                    starts[found] = times.start(i);
                    lastStarts[found] = last;
                    ends[found++] = times.end(i);
                }
            }
            size = found;
        }

        int size() {
            return size;
        }

        long start(int index) {
            return starts[index];
        }

        /** The last instant at which a permit is granted. */
        long lastStart(int index) {
            return lastStarts[index];
        }

        long end(int index) {
            return ends[index];
        }

        /** The first that has not ended at an instant, from a known place on. */
        int at(long instant, int from) {
            int index = from;
            while (index < size && lastStarts[index] < instant) {
                index++;
            }
            return index;
        }
    }
}

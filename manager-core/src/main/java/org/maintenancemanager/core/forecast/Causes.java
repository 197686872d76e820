package org.maintenancemanager.core.forecast;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.forecast.Forecast.Cause;
import org.maintenancemanager.core.forecast.Forecast.CauseKind;
import org.maintenancemanager.core.forecast.ForecastFacts.Cohort;
import org.maintenancemanager.core.forecast.ForecastFacts.Habits;
import org.maintenancemanager.core.forecast.ForecastFacts.Limit;
import org.maintenancemanager.core.forecast.ForecastFacts.Rules;
import org.maintenancemanager.core.forecast.ForecastFacts.Standing;
import org.maintenancemanager.core.forecast.ForecastFacts.Wave;
import org.maintenancemanager.core.window.OpenTimes;

/** Finds what takes the time, by letting the campaign happen without it. */
final class Causes {
    /** Of each campaign that differs in one thing; the same chances are drawn for all, so few are enough. */
    private static final int RUNS = 5;

    private static final int RUNS_OF_MANY = 3;
    private static final int MANY_NODES = 200_000;

    private static final int MOST_PLACES = 3;
    private static final int MOST_BUDGETS = 2;

    /** What saves less is no reason worth to be told. */
    private static final Duration LEAST = Duration.ofMinutes(30);

    private static final int LEAST_SHARE = 20;

    private final Prepared prepared;
    private final long seed;
    private final Duration whole;
    private final int runs;
    private final List<Cause> causes = new ArrayList<>();

    private Causes(Prepared prepared, long seed, Duration whole, int runs) {
        this.runs = runs;
        this.prepared = prepared;
        this.seed = seed;
        this.whole = whole;
    }

    /** @param runs of the campaign as it is; the first of them are compared with */
    static List<Cause> of(Prepared prepared, List<Run> runs, long seed) {
        List<Run> first = runs.subList(0, Math.min(prepared.pending > MANY_NODES ? RUNS_OF_MANY : RUNS, runs.size()));
        Duration whole = Forecaster.medianLength(prepared, first);
        if (whole == null || whole.compareTo(LEAST) < 0) {
            return List.of();
        }
        var causes = new Causes(prepared, seed, whole, first.size());
        causes.places(first);
        ForecastFacts facts = prepared.facts;
        if (first.stream().anyMatch(run -> run.saturated() > 0)) {
            causes.without(CauseKind.MAX_IN_FLIGHT, "", withRules(facts, twice(facts.rules())));
        }
        causes.budgets(first);
        if (facts.waves().stream().anyMatch(wave -> wave.openedAt() == null)) {
            causes.without(CauseKind.WAVES, "", allOpen(facts));
        }
        if (facts.habits().away() > 0) {
            causes.without(CauseKind.AWAY, "", allHere(facts));
        }
        causes.causes.sort(Comparator.comparing(Cause::adds).reversed());
        return causes.causes;
    }

    private void without(CauseKind kind, String subject, ForecastFacts otherwise) {
        Duration adds = saved(otherwise, whole);
        if (adds != null) {
            causes.add(new Cause(kind, subject, "", null, false, adds));
        }
    }

    /** Null where it is not worth to be told. */
    private @Nullable Duration saved(ForecastFacts otherwise, Duration than) {
        Prepared other = new Prepared(otherwise);
        Duration length = Forecaster.medianLength(other, Forecaster.runs(other, seed, runs));
        if (length == null) {
            return null;
        }
        Duration saved = than.minus(length);
        return saved.compareTo(LEAST) < 0 || saved.multipliedBy(LEAST_SHARE).compareTo(whole) < 0 ? null : saved;
    }

    /** Nodes that are done last, long after all others; then those that are last without them. */
    private void places(List<Run> runs) {
        Map<OpenTimes.Times, Long> done = new IdentityHashMap<>();
        for (int c = 0; c < prepared.cohorts; c++) {
            long[] ends = new long[runs.size()];
            for (int run = 0; run < ends.length; run++) {
                ends[run] = runs.get(run).cohortDone()[c];
            }
            Arrays.sort(ends);
            long median = Forecaster.quantile(ends, 0.5);
            if (median != Run.NEVER) {
                done.merge(prepared.facts.cohorts().get(c).times(), median, Math::max);
            }
        }
        List<Map.Entry<OpenTimes.Times, Long>> latest = new ArrayList<>(done.entrySet());
        latest.sort(Map.Entry.<OpenTimes.Times, Long>comparingByValue().reversed());
        Set<OpenTimes.Times> left = Collections.newSetFromMap(new IdentityHashMap<>());
        Duration than = whole;
        for (int i = 0; i < MOST_PLACES; i++) {
            int end = largestGap(latest, left.size());
            List<Map.Entry<OpenTimes.Times, Long>> last = latest.subList(left.size(), end);
            if (last.isEmpty()) {
                return;
            }
            last.forEach(entry -> left.add(entry.getKey()));
            Duration adds = saved(withoutPlaces(prepared.facts, left), than);
            if (adds == null) {
                return;
            }
            than = than.minus(adds);
            Set<OpenTimes.Times> these = Collections.newSetFromMap(new IdentityHashMap<>());
            last.forEach(entry -> these.add(entry.getKey()));
            causes.add(place(these, last.getFirst().getKey(), last.getFirst().getValue(), adds));
        }
    }

    /** Behind which of those, in at most the first half, the time to the next is longest. */
    private static int largestGap(List<Map.Entry<OpenTimes.Times, Long>> latest, int from) {
        int best = from;
        long gap = 0;
        for (int i = from; i < latest.size() - 1 && i < Math.max(from + 1, latest.size() / 2); i++) {
            long here = latest.get(i).getValue() - latest.get(i + 1).getValue();
            if (here > gap) {
                gap = here;
                best = i + 1;
            }
        }
        return best;
    }

    private Cause place(Set<OpenTimes.Times> these, OpenTimes.Times times, long done, Duration adds) {
        Set<String> places = new TreeSet<>();
        int first = -1;
        for (int c = 0; c < prepared.cohorts; c++) {
            Cohort cohort = prepared.facts.cohorts().get(c);
            if (these.contains(cohort.times()) && cohort.standing().underWay() > 0) {
                places.add(cohort.place());
                first = first < 0 && cohort.times() == times ? c : first;
            }
        }
        String subject = places.size() <= 2
                ? String.join(" and ", places)
                : "%s and %d more places".formatted(places.iterator().next(), places.size() - 1);
        for (int i = times.size() - 1; i >= 0; i--) {
            if (times.start(i) <= done) {
                boolean only = first >= 0
                        && prepared.grantable[first].size() > 0
                        && prepared.grantable[first].start(0) == times.start(i);
                Instant opens = times.start(i) > prepared.now ? Instant.ofEpochMilli(times.start(i)) : null;
                return new Cause(CauseKind.WINDOW, subject, times.windowName(i), opens, only, adds);
            }
        }
        return new Cause(CauseKind.WINDOW, subject, "", null, false, adds);
    }

    private void budgets(List<Run> runs) {
        List<Limit> limits = prepared.facts.limits();
        long[] refused = new long[limits.size()];
        for (Run run : runs) {
            Arrays.setAll(refused, limit -> refused[limit] + run.refusals()[limit]);
        }
        IntStream.range(0, refused.length)
                .filter(limit -> refused[limit] > 0)
                .boxed()
                .sorted(Comparator.comparingLong((Integer limit) -> refused[limit])
                        .reversed())
                .limit(MOST_BUDGETS)
                .forEach(limit -> without(CauseKind.BUDGET, limits.get(limit).name(), twice(prepared.facts, limit)));
    }

    private static ForecastFacts twice(ForecastFacts facts, int limit) {
        List<Limit> limits = new ArrayList<>(facts.limits());
        Limit present = limits.get(limit);
        limits.set(limit, present.twice());
        return new ForecastFacts(
                facts.now(), facts.until(), facts.waves(), facts.rules(), limits, facts.cohorts(), facts.habits());
    }

    private static Rules twice(Rules rules) {
        return new Rules(
                (int) Math.min(Integer.MAX_VALUE, 2L * rules.maxInFlight()),
                rules.maxFailures(),
                rules.failures(),
                rules.guardTime(),
                rules.permitLimit(),
                rules.bootDeadline(),
                rules.unreachableAfter(),
                rules.pollInterval(),
                rules.guard());
    }

    private static ForecastFacts withRules(ForecastFacts facts, Rules rules) {
        return new ForecastFacts(
                facts.now(), facts.until(), facts.waves(), rules, facts.limits(), facts.cohorts(), facts.habits());
    }

    private static ForecastFacts allOpen(ForecastFacts facts) {
        List<Wave> waves = new ArrayList<>();
        for (int i = 0; i < facts.waves().size(); i++) {
            Wave wave = facts.waves().get(i);
            waves.add(new Wave(
                    wave.name(),
                    0,
                    wave.openedAt() == null ? facts.now() : wave.openedAt(),
                    i < facts.waves().size() - 1));
        }
        return new ForecastFacts(
                facts.now(), facts.until(), waves, facts.rules(), facts.limits(), facts.cohorts(), facts.habits());
    }

    private static ForecastFacts allHere(ForecastFacts facts) {
        List<Cohort> cohorts = new ArrayList<>();
        for (Cohort cohort : facts.cohorts()) {
            Standing was = cohort.standing();
            cohorts.add(with(
                    cohort,
                    new Standing(
                            was.toDownload() + was.toDownloadAway(),
                            0,
                            was.ready() + was.readyAway(),
                            0,
                            was.inFlight(),
                            was.inFlightFor(),
                            was.confirmed(),
                            was.failed(),
                            was.silent())));
        }
        Habits habits = facts.habits();
        return new ForecastFacts(
                facts.now(),
                facts.until(),
                facts.waves(),
                facts.rules(),
                facts.limits(),
                cohorts,
                new Habits(habits.finished(), habits.failed(), 0, 0, habits.meanAway(), habits.awaySamples()));
    }

    private static ForecastFacts withoutPlaces(ForecastFacts facts, Set<OpenTimes.Times> left) {
        List<Cohort> cohorts = new ArrayList<>();
        for (Cohort cohort : facts.cohorts()) {
            Standing was = cohort.standing();
            cohorts.add(
                    left.contains(cohort.times())
                            ? with(
                                    cohort,
                                    new Standing(0, 0, 0, 0, 0, was.inFlightFor(), was.confirmed(), was.failed(), 0))
                            : cohort);
        }
        return new ForecastFacts(
                facts.now(), facts.until(), facts.waves(), facts.rules(), facts.limits(), cohorts, facts.habits());
    }

    private static Cohort with(Cohort cohort, Standing standing) {
        return new Cohort(
                cohort.place(),
                cohort.wave(),
                cohort.times(),
                cohort.needed(),
                cohort.install(),
                cohort.download(),
                cohort.limits(),
                standing);
    }
}

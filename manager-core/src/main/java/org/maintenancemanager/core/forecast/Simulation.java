package org.maintenancemanager.core.forecast;

import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.forecast.ForecastFacts.Habits;
import org.maintenancemanager.core.forecast.ForecastFacts.Pacing;
import org.maintenancemanager.core.forecast.ForecastFacts.Rules;
import org.maintenancemanager.core.forecast.ForecastFacts.Standing;
import org.maintenancemanager.core.forecast.ForecastFacts.Took;
import org.maintenancemanager.core.forecast.ForecastFacts.Wave;
import org.maintenancemanager.core.forecast.Run.Stop;

/**
 * Lets a campaign happen once, from the present on, with chances drawn. Nodes of a cohort that wait are only counted; a node
 * costs one event when it has downloaded, and one when it comes to its end, however long it waits in between.
 *
 * <p>Whether a node can be reached is a Markov chain with two states: counts of a cohort are moved over a closed window in one
 * draw, and change node by node while it is open.
 */
final class Simulation {
    private static final int OPEN = 0;
    private static final int CLOSE = 1;
    private static final int READY = 2;
    private static final int FLIP = 3;
    private static final int FINISH = 4;
    private static final int GATE = 5;

    private static final int ONCE = 1;

    /** How often a gate looks for nodes that have become unreachable. */
    private static final long GATE_INTERVAL = 5 * 60_000L;

    /** What is known of absences at least, though none was seen. */
    private static final double FEWEST_ABSENCES = 3;

    private static final double SLOT_POLL = 15_000;
    private static final double ASKING_PER_SLOT = 20;

    private static final long[] NOBODY = {};

    private final Prepared facts;
    private final Draws draws;
    private final Rules rules;
    private final Agenda agenda = new Agenda();

    // What this run takes for true.
    private final double failureRate;
    private final double awayShare;
    private final double leaveRate;
    private final double returnRate;
    private final double poll;
    private final double[] installScale;
    private final double[] downloadScale;

    // Where cohorts stand.
    private final int[] waiting;
    private final int[] away;
    private final long[] countedAt;
    private final long[][] readyAt;
    private final int[] readyTaken;
    private final int[] opening;
    private final int[] nextOpening;
    private final int[] flipStamp;
    private final double[] flipRate;
    private final boolean[] parked;
    private final Ballot ballot;

    // Limits.
    private final int[] free;
    private final @Nullable Pacer[] pacers;
    private final IntBag[] parkedBy;
    private final long[] refusals;
    private int slots;

    // Waves.
    private final int[] confirmed;
    private final int[] failed;
    private final int[] silent;
    private final long[] waveOpened;
    private final long[][] backAt;
    private final long[] reachedAt;
    private final long[] passesAt;
    private int openWave;
    private int failures;
    private long finished;
    private long allFailed;

    // What comes out.
    private final int[] done;
    private int doneCount;
    private final long[] cohortDone;
    private int pending;
    private long saturated;
    private Stop stop = Stop.NONE;

    Simulation(Prepared facts, long seed) {
        this.facts = facts;
        this.draws = new Draws(seed);
        this.rules = facts.facts.rules();
        Habits habits = facts.facts.habits();
        failureRate = draws.beta(habits.failed() + 0.5, habits.finished() - habits.failed() + 0.5);
        // With nobody away, the next may still be: Jeffreys' prior.
        awayShare = habits.online() + habits.away() <= 0 ? 0 : draws.beta(habits.away() + 0.5, habits.online() + 0.5);
        // The mean of so many exponential times is known no better than that.
        double shape = Math.max(FEWEST_ABSENCES, habits.awaySamples());
        double meanAway = Math.max(60_000, habits.meanAway().toMillis()) * shape / draws.gamma(shape);
        returnRate = awayShare == 0 ? 0 : 1 / meanAway;
        leaveRate = awayShare == 0 ? 0 : returnRate * awayShare / (1 - awayShare);
        poll = rules.pollInterval().toMillis();
        installScale = scales(facts.installs);
        downloadScale = scales(facts.downloads);
        int cohorts = facts.cohorts;
        waiting = new int[cohorts];
        away = new int[cohorts];
        countedAt = new long[cohorts];
        readyAt = new long[cohorts][];
        readyTaken = new int[cohorts];
        opening = new int[cohorts];
        nextOpening = new int[cohorts];
        flipStamp = new int[cohorts];
        flipRate = new double[cohorts];
        parked = new boolean[cohorts];
        ballot = new Ballot(cohorts);
        free = facts.freeOf.clone();
        pacers = facts.facts.limits().stream()
                .map(limit -> limit.pacing() == null ? null : new Pacer(limit.pacing()))
                .toArray(Pacer[]::new);
        parkedBy = new IntBag[free.length];
        Arrays.setAll(parkedBy, limit -> new IntBag());
        refusals = new long[free.length];
        slots = rules.maxInFlight();
        int waves = facts.members.length;
        confirmed = new int[waves];
        failed = new int[waves];
        silent = new int[waves];
        waveOpened = new long[waves];
        Arrays.fill(waveOpened, Run.NEVER);
        reachedAt = new long[waves];
        Arrays.fill(reachedAt, Run.NEVER);
        passesAt = new long[waves];
        backAt = new long[waves][];
        Arrays.fill(backAt, NOBODY);
        cohortDone = new long[cohorts];
        Arrays.fill(cohortDone, Run.NEVER);
        pending = facts.pending;
        done = new int[pending];
        failures = rules.failures();
        Arrays.fill(opening, -1);
        Arrays.fill(readyAt, NOBODY);
    }

    /** By how much the true medians may differ from those that are known. */
    private double[] scales(List<Took> measured) {
        return measured.stream()
                .mapToDouble(took -> Math.exp(took.doubt() * draws.gaussian()))
                .toArray();
    }

    private double install(int c) {
        return draws.lognormal(facts.installMedian[c], facts.installSigma[c]) * installScale[facts.install[c]];
    }

    Run run() {
        begin();
        long last = facts.now;
        while (stop == Stop.NONE && pending > 0 && !agenda.isEmpty()) {
            long event = agenda.next();
            long time = agenda.time();
            if (time > facts.until) {
                break;
            }
            if (slots <= 0 && ballot.total() > 0) {
                saturated += time - last;
            }
            last = time;
            happen(event, time);
        }
        if (stop == Stop.NONE && pending > 0) {
            stop = Stop.HORIZON;
        }
        long end = pending == 0 ? last : Run.NEVER;
        return new Run(end, stop, Arrays.copyOf(done, doneCount), waveOpened, cohortDone, saturated, refusals);
    }

    private void happen(long event, long time) {
        int index = (int) event;
        int more = (int) (event >>> 32) & 0xffffff;
        switch ((int) (event >>> 56)) {
            case OPEN -> open(index, time);
            case CLOSE -> close(index, time);
            case READY -> {
                count(index, time);
                takeReady(index, time);
                nextReady(index);
                nextFlip(index, time);
                weigh(index);
                grant(time, Asks.POLL);
            }
            case FLIP -> {
                if (more == (flipStamp[index] & 0xffffff)) {
                    flip(index, time);
                }
            }
            case FINISH -> finish(index, more == 0, time);
            case GATE -> {
                if (index == openWave) {
                    judge(time, true);
                    if (index == openWave && more != ONCE) {
                        plan(time + GATE_INTERVAL, GATE, 0, index);
                    }
                }
            }
            default -> throw new IllegalStateException("there is no event " + event);
        }
    }

    private void plan(long time, int kind, int more, int index) {
        agenda.add(time, (long) kind << 56 | (long) (more & 0xffffff) << 32 | index);
    }

    private void begin() {
        for (int c = 0; c < facts.cohorts; c++) {
            Standing standing = facts.standing[c];
            int wave = facts.wave[c];
            confirmed[wave] += standing.confirmed();
            failed[wave] += standing.failed();
            finished += standing.confirmed() + standing.failed();
            allFailed += standing.failed();
            silent[wave] += standing.silent();
            waiting[c] = 0;
            countedAt[c] = facts.now;
            for (int i = 0; i < standing.inFlight(); i++) {
                goOn(c, standing.inFlightFor().toMillis());
            }
        }
        openWave = 0;
        for (int wave = 0; wave < facts.members.length; wave++) {
            Wave known = facts.facts.waves().get(wave);
            if (known.passed()) {
                openWave = wave + 1;
            }
            if (known.openedAt() != null || wave == 0) {
                openWave(wave, facts.now);
                waveOpened[wave] =
                        known.openedAt() == null ? facts.now : known.openedAt().toEpochMilli();
            }
            Instant reached = known.gate().reachedAt();
            if (reached != null) {
                reachedAt[wave] = reached.toEpochMilli();
            }
        }
        judge(facts.now, true);
        plan(facts.now + GATE_INTERVAL, GATE, 0, openWave);
        grant(facts.now, Asks.POLL);
    }

    /** A node that has its permit already. */
    private void goOn(int c, long since) {
        slots--;
        for (int limit : facts.limits[c]) {
            free[limit]--;
        }
        double left = facts.installMedian[c];
        for (int tries = 0; tries < 20; tries++) {
            double whole = install(c);
            if (whole > since) {
                left = whole - since;
                break;
            }
        }
        finishAt(c, facts.now, facts.now + (long) left, facts.until);
    }

    private void openWave(int wave, long time) {
        waveOpened[wave] = time;
        long[] back = new long[0];
        for (int c : inOrderOfDownload(facts.cohortsOf[wave], time)) {
            back = join(back, download(c, time));
            enter(c, time);
        }
        Arrays.sort(back);
        backAt[wave] = back;
    }

    /**
     * Nodes of a cohort begin to download.
     *
     * @return when those come back that are away
     */
    private long[] download(int c, long time) {
        Standing standing = facts.standing[c];
        int here = standing.toDownload();
        int gone = standing.toDownloadAway();
        long passed = time - facts.now;
        if (passed > 0) {
            int stay = draws.binomial(here, staysHere(passed));
            int come = draws.binomial(gone, 1 - staysAway(passed));
            gone = here - stay + gone - come;
            here = standing.toDownload() + standing.toDownloadAway() - gone;
        }
        waiting[c] = standing.ready();
        away[c] = standing.readyAway();
        long[] back = new long[gone];
        long[] ready = new long[here + gone];
        for (int i = 0; i < gone; i++) {
            back[i] = time + (long) draws.exponential(1 / returnRate);
            ready[i] = downloaded(c, back[i]);
        }
        for (int i = gone; i < ready.length; i++) {
            ready[i] = downloaded(c, time);
        }
        Arrays.sort(ready);
        readyAt[c] = ready;
        readyTaken[c] = 0;
        return back;
    }

    /** Where downloads are paced, those go first whose windows open first. */
    private int[] inOrderOfDownload(int[] cohorts, long time) {
        return Arrays.stream(pacers).allMatch(Objects::isNull)
                ? cohorts
                : Arrays.stream(cohorts)
                        .boxed()
                        .sorted(Comparator.comparingLong(c -> nextStart(c, time)))
                        .mapToInt(Integer::intValue)
                        .toArray();
    }

    private long nextStart(int c, long time) {
        int next = facts.grantable[c].at(time, 0);
        return next < facts.grantable[c].size() ? facts.grantable[c].start(next) : Run.NEVER;
    }

    /** What a budget lets through of downloads, one after the other in the order in which they are asked for. */
    private static final class Pacer {
        final Pacing pacing;
        /** When the downloads end that go on. */
        final PriorityQueue<Double> ends = new PriorityQueue<>();

        double freeAt;

        Pacer(Pacing pacing) {
            this.pacing = pacing;
        }

        double beginsAt(double at) {
            double room = ends.size() < pacing.atOnce() || ends.isEmpty() ? at : ends.peek();
            return Math.max(at, Math.max(room, freeAt));
        }

        void take(double from, double until) {
            if (ends.size() >= pacing.atOnce()) {
                ends.poll();
            }
            if (pacing.atOnce() < Integer.MAX_VALUE) {
                ends.add(until);
            }
            freeAt = Math.max(freeAt, from + pacing.apart().toMillis());
        }
    }

    /** When a node that is here at a time has downloaded; while it is away it does not go on. */
    private long downloaded(int c, long from) {
        double takes =
                draws.lognormal(facts.downloadMedian[c], facts.downloadSigma[c]) * downloadScale[facts.download[c]];
        double asks = from + draws.uniform() * poll;
        double begins = asks;
        for (int limit : facts.limits[c]) {
            Pacer pacer = pacers[limit];
            if (pacer != null) {
                if (pacer.pacing.atOnce() == 0) {
                    return facts.until + 1;
                }
                double free = pacer.beginsAt(asks);
                refusals[limit] += free > asks ? 1 : 0;
                begins = Math.max(begins, free);
                takes = Math.max(takes, pacer.pacing.shortest().toMillis());
            }
        }
        double ends = goesOn(begins, takes);
        for (int limit : facts.limits[c]) {
            Pacer pacer = pacers[limit];
            if (pacer != null) {
                pacer.take(begins, ends);
            }
        }
        return (long) ends;
    }

    private double goesOn(double from, double takes) {
        double left = takes;
        double at = from;
        while (leaveRate > 0) {
            double here = draws.exponential(1 / leaveRate);
            if (here >= left) {
                break;
            }
            left -= here;
            at += here + draws.exponential(1 / returnRate);
        }
        return at + left;
    }

    private static long[] join(long[] one, long[] other) {
        if (other.length == 0) {
            return one;
        }
        long[] all = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, all, one.length, other.length);
        return all;
    }

    private void enter(int c, long time) {
        nextOpening[c] = facts.grantable[c].at(time, 0);
        planOpening(c, time);
    }

    private int left(int c) {
        return waiting[c] + away[c] + readyAt[c].length - readyTaken[c];
    }

    private void planOpening(int c, long time) {
        int next = nextOpening[c];
        if (next < facts.grantable[c].size() && left(c) > 0) {
            plan(Math.max(time, facts.grantable[c].start(next)), OPEN, 0, c);
        }
    }

    private void open(int c, long time) {
        count(c, time);
        takeReady(c, time);
        opening[c] = nextOpening[c]++;
        parked[c] = false;
        plan(facts.grantable[c].lastStart(opening[c]), CLOSE, 0, c);
        nextReady(c);
        nextFlip(c, time);
        weigh(c);
        grant(time, Asks.POLL);
    }

    private void close(int c, long time) {
        takeReady(c, time);
        countedAt[c] = time;
        opening[c] = -1;
        flipStamp[c]++;
        parked[c] = false;
        weigh(c);
        makeRoomUseful(c);
        planOpening(c, time);
    }

    /** Moves the counts of nodes here and away to the present. */
    private void count(int c, long time) {
        long passed = time - countedAt[c];
        countedAt[c] = time;
        // While it is open, each change is an event.
        if (opening[c] >= 0 || passed <= 0 || returnRate == 0 || waiting[c] + away[c] == 0) {
            return;
        }
        int stay = draws.binomial(waiting[c], staysHere(passed));
        int come = draws.binomial(away[c], 1 - staysAway(passed));
        int all = waiting[c] + away[c];
        waiting[c] = stay + come;
        away[c] = all - waiting[c];
    }

    /** The chance that a node that is here is here after a while, whatever it does in between. */
    private double staysHere(long passed) {
        double rate = leaveRate + returnRate;
        if (rate == 0) {
            return 1;
        }
        double share = returnRate / rate;
        return share + (1 - share) * Math.exp(-rate * passed);
    }

    private double staysAway(long passed) {
        double rate = leaveRate + returnRate;
        if (rate == 0) {
            return 1;
        }
        double share = leaveRate / rate;
        return share + (1 - share) * Math.exp(-rate * passed);
    }

    private void takeReady(int c, long time) {
        long[] ready = readyAt[c];
        while (readyTaken[c] < ready.length && ready[readyTaken[c]] <= time) {
            long since = time - ready[readyTaken[c]++];
            if (since <= 0 || draws.chance(staysHere(since))) {
                waiting[c]++;
            } else {
                away[c]++;
            }
        }
    }

    private void nextReady(int c) {
        if (readyTaken[c] < readyAt[c].length) {
            long next = readyAt[c][readyTaken[c]];
            if (next <= facts.grantable[c].lastStart(opening[c])) {
                plan(next, READY, 0, c);
            }
        }
    }

    private void nextFlip(int c, long time) {
        flipStamp[c]++;
        double rate = waiting[c] * leaveRate + away[c] * returnRate;
        flipRate[c] = rate;
        if (rate > 0) {
            double at = time + draws.exponential(1 / rate);
            if (at < facts.grantable[c].lastStart(opening[c])) {
                plan((long) at, FLIP, flipStamp[c], c);
            }
        }
    }

    private void flip(int c, long time) {
        // Grants since it was planned make it less likely.
        double leave = waiting[c] * leaveRate;
        double come = away[c] * returnRate;
        double which = draws.uniform() * flipRate[c];
        if (which < leave) {
            waiting[c]--;
            away[c]++;
        } else if (which < leave + come) {
            waiting[c]++;
            away[c]--;
        }
        nextFlip(c, time);
        weigh(c);
        makeRoomUseful(c);
        grant(time, Asks.NOW);
    }

    private void weigh(int c) {
        ballot.set(c, opening[c] >= 0 && !parked[c] ? waiting[c] : 0);
    }

    /** How soon a node learns that it may go on. */
    private enum Asks {
        /** It has just come back, and polls. */
        NOW,
        /** With its next poll. */
        POLL,
        /** Many wait for a slot that came free: the first that polls gets it. */
        FIRST
    }

    /** Lets nodes go on while there are slots; who is next is a lottery. */
    private void grant(long time, Asks asks) {
        while (slots > 0 && ballot.total() > 0) {
            int asking = ballot.total();
            int c = ballot.at((int) (draws.uniform() * asking));
            int full = full(c);
            if (full >= 0) {
                refusals[full]++;
                parked[c] = true;
                parkedBy[full].add(c);
                weigh(c);
                makeRoomUseful(c);
                continue;
            }
            begin(c, time, asks, asking);
        }
    }

    private int full(int c) {
        for (int limit : facts.limits[c]) {
            if (free[limit] <= 0) {
                return limit;
            }
        }
        return -1;
    }

    /** A cohort asks no more: where others were kept back by a limit that still has room, one of them asks instead. */
    private void makeRoomUseful(int c) {
        if (ballot.count(c) == 0) {
            for (int limit : facts.limits[c]) {
                recall(limit);
            }
        }
    }

    private void recall(int limit) {
        while (free[limit] > 0 && !parkedBy[limit].isEmpty()) {
            int c = parkedBy[limit].remove(draws);
            if (parked[c]) {
                parked[c] = false;
                weigh(c);
                if (ballot.count(c) > 0) {
                    return;
                }
            }
        }
    }

    private void begin(int c, long time, Asks asks, int rivals) {
        waiting[c]--;
        slots--;
        for (int limit : facts.limits[c]) {
            free[limit]--;
        }
        weigh(c);
        makeRoomUseful(c);
        double after = switch (asks) {
            case NOW -> 0;
            case POLL -> draws.uniform() * poll;
            case FIRST -> Math.min(poll, draws.exponential(slotPoll(rivals) / rivals));
        };
        long granted = Math.min(time + (long) after, facts.grantable[c].lastStart(opening[c]));
        long takes = (long) install(c);
        long validUntil = Math.min(
                facts.grantable[c].end(opening[c]) - rules.guardTime().toMillis(),
                granted + rules.permitLimit().toMillis());
        finishAt(c, granted, granted + takes, validUntil + rules.bootDeadline().toMillis());
    }

    /** How long a node that waits for a slot lets pass between two polls, see Pace. */
    private double slotPoll(int waiting) {
        double fair = SLOT_POLL * waiting / (ASKING_PER_SLOT * rules.maxInFlight());
        return Math.clamp(fair, Math.min(SLOT_POLL, poll), poll);
    }

    /** @param lostAt when a node that has not come to an end counts as lost */
    private void finishAt(int c, long from, long end, long lostAt) {
        long told = end;
        if (leaveRate > 0 && !draws.chance(staysHere(Math.max(0, end - from)))) {
            told += (long) draws.exponential(1 / returnRate);
        }
        boolean fails = draws.chance(failureRate);
        if (told > lostAt) {
            plan(lostAt, FINISH, 1, c);
        } else {
            plan(told, FINISH, fails ? 1 : 0, c);
        }
    }

    private void finish(int c, boolean well, long time) {
        slots++;
        for (int limit : facts.limits[c]) {
            free[limit]++;
            recall(limit);
        }
        int wave = facts.wave[c];
        finished++;
        if (well) {
            confirmed[wave]++;
        } else {
            failed[wave]++;
            failures++;
            allFailed++;
        }
        pending--;
        done[doneCount++] = (int) ((time - facts.now) / 1000);
        cohortDone[c] = time;
        Integer most = rules.maxFailures();
        if (most != null && failures >= most && pending > 0) {
            stop = Stop.MAX_FAILURES;
            return;
        }
        ForecastFacts.Guard guard = rules.guard();
        // A success never makes the evidence against the image grow.
        if (!well && guard != null && pending > 0 && guard.stops(finished, allFailed)) {
            stop = Stop.GUARD;
            return;
        }
        if (wave == openWave) {
            judge(time, !well);
        }
        grant(time, Asks.FIRST);
    }

    /**
     * The gate at the end of the open wave, as the campaign's clockwork judges it.
     *
     * @param whole also looks for nodes that cannot be reached
     */
    private void judge(long time, boolean whole) {
        while (openWave < facts.members.length - 1 && waveOpened[openWave] != Run.NEVER) {
            int members = facts.members[openWave];
            double share = facts.facts.waves().get(openWave).minConfirmedShare();
            int unreachable = whole && matters(members, share) ? unreachable(time) : 0;
            int reachable = members - unreachable;
            int wanted = share(share, reachable);
            // Once it is reached, those that come back late do not count as long as they are on their way.
            boolean reached = members == 0
                    || reachable > 0 && confirmed[openWave] >= wanted
                    || reachedAt[openWave] != Run.NEVER
                            && confirmed[openWave] >= share(share, confirmed[openWave] + failed[openWave]);
            if (!reached) {
                reachedAt[openWave] = Run.NEVER;
                if (reachable - failed[openWave] < wanted) {
                    stop = Stop.WAVE_GATE;
                }
                return;
            }
            if (reachedAt[openWave] == Run.NEVER) {
                reachedAt[openWave] = time;
            }
            long passes = passes(members);
            if (time < passes) {
                if (passesAt[openWave] != passes) {
                    passesAt[openWave] = passes;
                    plan(passes, GATE, ONCE, openWave);
                }
                return;
            }
            openWave++;
            openWave(openWave, time);
            plan(time + GATE_INTERVAL, GATE, 0, openWave);
        }
    }

    /** When the gate of a wave whose share is reached lets the next one open; a person's word is taken to come at once. */
    private long passes(int members) {
        ForecastFacts.Gate gate = facts.facts.waves().get(openWave).gate();
        // Nobody is there to be watched.
        long soaked = members == 0 ? 0 : reachedAt[openWave] + gate.soak().toMillis();
        Instant notBefore = gate.notBefore();
        return notBefore == null ? soaked : Math.max(soaked, notBefore.toEpochMilli());
    }

    private static int share(double share, int of) {
        return (int) Math.ceil(share * of - 1e-9);
    }

    /** Whether the verdict could be another one with as many unreachable nodes as may be, at most. */
    private boolean matters(int members, double share) {
        int left = members - confirmed[openWave] - failed[openWave];
        double most = Math.min(left, silent[openWave] + 5 + 3 * awayShare * left + backAt[openWave].length);
        double reachable = members - most;
        return confirmed[openWave] >= share * reachable - 1 || reachable - failed[openWave] < share * reachable + 1;
    }

    private int unreachable(long time) {
        if (time < waveOpened[openWave] + rules.unreachableAfter().toMillis()) {
            return 0;
        }
        int gone = silent[openWave];
        for (int c : facts.cohortsOf[openWave]) {
            count(c, time);
            gone += away[c];
        }
        long[] back = backAt[openWave];
        int at = Arrays.binarySearch(back, time);
        return gone + back.length - (at < 0 ? -at - 1 : at);
    }

    /** Numbers in no order, of which any one can be taken out. */
    private static final class IntBag {
        private int[] numbers = new int[4];
        private int size;

        boolean isEmpty() {
            return size == 0;
        }

        void add(int number) {
            if (size == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * size);
            }
            numbers[size++] = number;
        }

        int remove(Draws draws) {
            int place = (int) (draws.uniform() * size);
            int number = numbers[place];
            numbers[place] = numbers[--size];
            return number;
        }
    }
}

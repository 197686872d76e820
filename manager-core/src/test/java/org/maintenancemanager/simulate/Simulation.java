package org.maintenancemanager.simulate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.Report;

/** One run of a script: everything that happens, one after the other, no two things in one millisecond. */
final class Simulation {
    /** Ten times what the longest run takes: more is a manager that makes a node begin again and again. */
    private static final int MOST_STEPS = 60_000;

    /** For which invariant I16 has time to come true: so many nights in which nothing goes wrong any more. */
    private static final int CALM_DAYS = 4;

    final Manager manager;
    final Watch watch;
    private final Script script;
    private final List<Machine> machines = new ArrayList<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<Integer, Map<Script.Verb, Integer>> faults = new HashMap<>();
    private final Map<Integer, Instant> awayUntil = new HashMap<>();
    private final Instant[] downUntil = {Instant.MIN, Instant.MIN};
    private final Instant[] stalledUntil = {Instant.MIN, Instant.MIN};
    private long order;
    private long messages;
    private Instant now;

    private record Event(Instant at, long order, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int time = at.compareTo(other.at);
            return time != 0 ? time : Long.compare(order, other.order);
        }
    }

    /** What a run came to. @param faults injected, by kind */
    record Outcome(int steps, Map<Script.Verb, Integer> faults) {}

    private int steps;
    private final Map<Script.Verb, Integer> injected = new EnumMap<>(Script.Verb.class);

    Simulation(Script script, Manager manager, Watch watch) {
        this.script = script;
        this.manager = manager;
        this.watch = watch;
        this.now = script.begins();
        for (int number = 0; number < script.nodes(); number++) {
            machines.add(new Machine(number, script, this));
        }
    }

    Instant now() {
        return now;
    }

    void in(Duration delay, Runnable what) {
        events.add(new Event(now.plus(delay), order++, what));
    }

    /** @throws Watch.Broken when an invariant does not hold after a step */
    Outcome run() {
        script.acts().forEach(act -> in(act.at(), () -> perform(act)));
        machines.forEach(machine -> every(script.pace().poll, Duration.ofSeconds(37L * machine.number), machine::wake));
        every(script.pace().tick, Duration.ofSeconds(11), () -> tick(0));
        every(script.pace().tick, script.pace().tick.dividedBy(2), () -> tick(1));
        if (manager instanceof Model model) {
            every(Duration.ofMinutes(7), Duration.ofSeconds(3), () -> hear(model));
        }
        if (script.endsCalm() && manager instanceof Model model) {
            in(Duration.between(script.begins(), script.ends()), () -> calmDown(model));
            for (int hours = 6; hours < CALM_DAYS * 24; hours += 6) {
                in(Duration.between(script.begins(), script.ends()).plusHours(hours), () -> encourage(model));
            }
            runUntil(script.ends().plus(Duration.ofDays(CALM_DAYS)));
            watch.atRest(machines);
        } else {
            runUntil(script.ends());
        }
        return new Outcome(steps, injected);
    }

    private void runUntil(Instant end) {
        while (!events.isEmpty()
                && !java.util.Objects.requireNonNull(events.peek()).at.isAfter(end)) {
            Event event = events.poll();
            now = event.at.isAfter(now) ? event.at : now.plusMillis(1);
            manager.now(now);
            try {
                event.what.run();
                steps++;
                watch.check(now);
            } catch (Watch.Broken broken) {
                throw broken.in(script.seed(), steps, now);
            } catch (RuntimeException surprise) {
                throw new Watch.Broken("Nothing is thrown", surprise).in(script.seed(), steps, now);
            }
            if (steps > MOST_STEPS) {
                throw new Watch.Broken("A run comes to its end", "%d steps".formatted(steps))
                        .in(script.seed(), steps, now);
            }
        }
    }

    /** From now on nothing fails, and nobody is held back by people. */
    private void calmDown(Model model) {
        faults.clear();
        awayUntil.clear();
        for (int replica = 0; replica < 2; replica++) {
            model.act(act(Script.Verb.SKEW, replica, 0));
        }
        model.act(act(Script.Verb.THAW, 0, 0));
        machines.forEach(machine -> model.act(act(Script.Verb.RELEASE, machine.number, 0)));
        for (int campaign = 0; campaign < Script.CAMPAIGNS; campaign++) {
            for (int hardware = 0; hardware < 2; hardware++) {
                model.act(act(Script.Verb.LET_GO, campaign, hardware));
            }
        }
    }

    /** Says yes to all that is asked, and lets go on what has stopped. */
    private void encourage(Model model) {
        for (int campaign = 0; campaign < Script.CAMPAIGNS; campaign++) {
            model.act(act(Script.Verb.APPROVE, campaign, 0));
            model.act(act(Script.Verb.RESUME, campaign, 0));
        }
    }

    private static Script.Act act(Script.Verb verb, int first, int second) {
        return new Script.Act(Duration.ZERO, verb, first, second, "eve");
    }

    private void hear(Model model) {
        for (int replica = 0; replica < 2; replica++) {
            if (!now.isBefore(stalledUntil[replica])) {
                model.refresh(replica);
            }
        }
    }

    private void every(Duration often, Duration first, Runnable what) {
        in(first, () -> {
            what.run();
            every(often, often, what);
        });
    }

    private void tick(int replica) {
        if (now.isBefore(downUntil[replica])) {
            return;
        }
        if (manager instanceof Model model && now.isBefore(stalledUntil[replica])) {
            // It looked for work, stands still, and goes on with what it found.
            List<String> due = model.due();
            events.add(new Event(stalledUntil[replica], order++, () -> model.work(replica, due)));
            return;
        }
        manager.tick(replica);
        if (script.happens(10, "twice", steps)) {
            // Quartz took it for failed, and another ran it again.
            manager.tick(1 - replica);
        }
    }

    private void perform(Script.Act act) {
        injected.merge(act.verb(), 1, Integer::sum);
        Machine machine = machines.get(Math.floorMod(act.first(), machines.size()));
        switch (act.verb()) {
            case CUT -> machine.cut();
            case AWAY -> away(machine.number, Duration.ofMinutes(act.second()));
            case LOSE_REQUEST, LOSE_ANSWER, REPEAT, DELAY ->
                faults.computeIfAbsent(machine.number, it -> new EnumMap<>(Script.Verb.class))
                        .merge(act.verb(), act.second(), Integer::sum);
            case CROWD -> machines.forEach(it -> in(Duration.ofMillis(150L * it.number), it::wake));
            case CRASH -> {
                downUntil[act.first()] = now.plus(Duration.ofMinutes(act.second()));
                if (manager instanceof Model model) {
                    model.crash(act.first());
                }
            }
            case STALL -> stalledUntil[act.first()] = now.plusSeconds(act.second());
            default -> {
                watch.before(act);
                boolean done = manager.act(act);
                watch.after(act, done);
            }
        }
    }

    void away(int node, Duration time) {
        awayUntil.put(node, now.plus(time));
    }

    private boolean fault(int node, Script.Verb verb) {
        Map<Script.Verb, Integer> own = faults.getOrDefault(node, Map.of());
        int left = own.getOrDefault(verb, 0);
        if (left > 0) {
            own.put(verb, left - 1);
        }
        return left > 0;
    }

    void poll(Machine machine, String boot, long lastSeq, long known) {
        int node = machine.number;
        carry(machine, (replica, answer) -> {
            if (manager instanceof Model model && now.isBefore(stalledUntil[replica])) {
                Model.Asked asked = model.ask(replica, node, boot, known);
                events.add(new Event(stalledUntil[replica], order++, () -> {
                    Manager.Reply reply = model.grant(replica, asked);
                    watch.answered(node, reply);
                    if (answer) {
                        machine.told(reply);
                    }
                }));
                return;
            }
            Manager.Reply reply = manager.poll(replica, node, boot, lastSeq, known);
            watch.answered(node, reply);
            if (answer) {
                machine.told(reply);
            }
        });
    }

    void report(Machine machine, List<Report> batch, @Nullable NodeFacts facts) {
        Call call = (replica, answer) -> {
            Manager.Receipt receipt = manager.report(replica, machine.number, batch, facts);
            if (answer) {
                machine.stored(receipt, batch, facts != null);
            }
        };
        if (script.happens(4, "late", messages) && now.isBefore(script.ends())) {
            // A copy of it turns up when nobody thinks of it any more.
            in(Duration.ofMinutes(30), () -> arrive(call, 1, false));
        }
        carry(machine, call);
    }

    private interface Call {
        /** @param answer whether the answer reaches the node */
        void arrive(int replica, boolean answer);
    }

    private void carry(Machine machine, Call call) {
        int node = machine.number;
        int replica = (int) (messages++ % 2);
        if (now.isBefore(awayUntil.getOrDefault(node, Instant.MIN)) || fault(node, Script.Verb.LOSE_REQUEST)) {
            return;
        }
        if (fault(node, Script.Verb.DELAY)) {
            in(Duration.ofMinutes(30), () -> arrive(call, replica, false));
            return;
        }
        boolean answer = !fault(node, Script.Verb.LOSE_ANSWER);
        if (fault(node, Script.Verb.REPEAT)) {
            in(Duration.ofSeconds(7), () -> arrive(call, 1 - replica, false));
        }
        arrive(call, replica, answer);
    }

    private void arrive(Call call, int replica, boolean answer) {
        if (!now.isBefore(downUntil[replica])) {
            call.arrive(replica, answer);
        }
    }
}

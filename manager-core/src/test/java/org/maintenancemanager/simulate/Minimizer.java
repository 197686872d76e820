package org.maintenancemanager.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs scripts, and takes away from one that fails whatever it fails without. */
final class Minimizer {
    private final Function<Script, Model> managers;

    Minimizer(Function<Script, Model> managers) {
        this.managers = managers;
    }

    /** What broke; empty when all holds. */
    Optional<String> failure(Script script) {
        Model model = managers.apply(script);
        try {
            new Simulation(script, model, new Watch(script, model)).run();
            return Optional.empty();
        } catch (Watch.Broken broken) {
            return Optional.of(String.valueOf(broken.getMessage()));
        }
    }

    /** A script that fails with fewer acts, from which no single one can be taken. */
    Script minimized(Script failing) {
        Script least = failing;
        for (int size = Math.max(1, least.acts().size() / 2); size >= 1; size = size == 1 ? 0 : size / 2) {
            for (int from = 0; from < least.acts().size(); ) {
                List<Script.Act> fewer = new ArrayList<>(least.acts());
                fewer.subList(from, Math.min(fewer.size(), from + size)).clear();
                Script smaller = least.with(fewer);
                if (failure(smaller).isPresent()) {
                    least = smaller;
                } else {
                    from += size;
                }
            }
        }
        return least;
    }

    /** Seeds that fail: those that are known to, then any up to {@code upTo}, until there are enough. */
    List<Long> caught(List<Long> known, int enough, long upTo) {
        return Stream.concat(
                        known.stream(), LongStream.rangeClosed(1, upTo).boxed().filter(seed -> !known.contains(seed)))
                .filter(seed -> failure(Script.of(seed, Script.Pace.FINE)).isPresent())
                .limit(enough)
                .toList();
    }

    /** Seeds from the first on, a few at a time; the least that fails, made small, with what broke; null: all hold. */
    @Nullable
    String report(long first, int seeds) {
        AtomicLong next = new AtomicLong(first);
        NavigableSet<Long> failing = new ConcurrentSkipListSet<>();
        try (var threads =
                Executors.newFixedThreadPool(Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4))) {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                running.add(threads.submit(() -> {
                    for (long seed = next.getAndIncrement();
                            seed < first + seeds && failing.isEmpty();
                            seed = next.getAndIncrement()) {
                        if (failure(Script.of(seed, Script.Pace.FINE)).isPresent()) {
                            failing.add(seed);
                        }
                    }
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } catch (InterruptedException | ExecutionException broken) {
            throw new IllegalStateException("the seeds were not run to their end", broken);
        }
        if (failing.isEmpty()) {
            return null;
        }
        Script script = Script.of(failing.first(), Script.Pace.FINE);
        Script least = minimized(script);
        return "%s%nThe least script that shows it:%n%s"
                .formatted(failure(least).orElseThrow(), least);
    }
}

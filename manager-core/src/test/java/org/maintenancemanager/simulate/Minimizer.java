package org.maintenancemanager.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
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

    /** Whether any of these seeds fails. */
    boolean caught(long first, int seeds) {
        for (long seed = first; seed < first + seeds; seed++) {
            if (failure(Script.of(seed, Script.Pace.FINE)).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** Seeds from the first on; the first script that fails, made small, with what broke. */
    @Nullable
    String report(long first, int seeds) {
        for (long seed = first; seed < first + seeds; seed++) {
            Script script = Script.of(seed, Script.Pace.FINE);
            if (failure(script).isPresent()) {
                Script least = minimized(script);
                return "%s%nThe least script that shows it:%n%s"
                        .formatted(failure(least).orElseThrow(), least);
            }
        }
        return null;
    }
}

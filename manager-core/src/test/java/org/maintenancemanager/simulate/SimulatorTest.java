package org.maintenancemanager.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SimulatorTest {
    /** As many as one likes: {@code -Dsimulator.seeds=1000}. */
    private static final int SEEDS = Integer.getInteger("simulator.seeds", 60);

    @Test
    void everyInvariantHoldsInEverySeed() {
        assertThat(new Minimizer(Model::new).report(1, SEEDS)).isNull();
    }

    static List<String> mutants() {
        return List.copyOf(Mutants.ALL.keySet());
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void everyMutantIsCaught(String mutant) {
        assertThat(new Minimizer(Mutants.ALL.get(mutant)).caught(1, 60))
                .as(mutant)
                .isTrue();
    }

    @Test
    void scriptIsReadAsItWasWritten() {
        Script script = Script.of(7, Script.Pace.FINE);
        assertThat(Script.parse(script.toString())).isEqualTo(script);
    }

    @Test
    void failingScriptIsMadeSmall() {
        var minimizer = new Minimizer(Mutants.ALL.get("freeze ignored"));
        Script failing = null;
        for (long seed = 1; failing == null; seed++) {
            Script script = Script.of(seed, Script.Pace.FINE);
            failing = minimizer.failure(script).isPresent() ? script : null;
        }
        Script least = minimizer.minimized(failing);
        assertThat(minimizer.failure(least)).isPresent();
        assertThat(least.acts()).hasSizeLessThan(failing.acts().size());
        for (Script.Act act : least.acts()) {
            assertThat(minimizer.failure(least.with(
                            least.acts().stream().filter(it -> it != act).toList())))
                    .isEmpty();
        }
    }
}

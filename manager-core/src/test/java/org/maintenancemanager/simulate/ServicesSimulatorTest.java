package org.maintenancemanager.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.update.Chores;
import org.maintenancemanager.testing.CoreTest;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Scripts of the simulator on the services themselves, with PostgreSQL in virtual time, beside the model. */
@CoreTest
@Import(VirtualTime.class)
class ServicesSimulatorTest {
    /** {@code -Dsimulator.services.seeds=50 -Dsimulator.seed=1} */
    private static final int SEEDS = Integer.getInteger("simulator.services.seeds", 3);

    private static final long FIRST = Long.getLong("simulator.seed", 7);

    private final ApplicationContext context;
    private final JdbcClient jdbc;

    ServicesSimulatorTest(ApplicationContext context, JdbcClient jdbc) {
        this.context = context;
        Chores.stopThreads(context);
        this.jdbc = jdbc;
    }

    @Test
    void everyInvariantHoldsOnPostgresAndTheModelAgrees() {
        Set<String> states = new HashSet<>();
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            Script script = Script.of(seed, Script.Pace.COARSE);
            var services = new Services(script, context, jdbc);
            try {
                var watch = new TableWatch(script, services, jdbc);
                new Simulation(script, services, watch).run();
                watch.checkTables();
                Map<String, String> ends = services.picture();
                assertThat(ends).as("seed %d", seed).isEqualTo(model(script));
                states.addAll(ends.values());
            } finally {
                services.close();
            }
        }
        assertThat(states).as("fleets that do something").contains("CONFIRMED", "DOWNLOADED", "SKIPPED");
    }

    /** How updates end in the model, whose replicas hear of changes at once. */
    private static Map<String, String> model(Script script) {
        var model = new Model(script) {
            @Override
            public Reply poll(int replica, int node, String boot, long lastSeq, long known) {
                refresh(replica);
                return super.poll(replica, node, boot, lastSeq, known);
            }
        };
        new Simulation(script, model, new Watch(script, model)).run();
        Map<String, String> ends = new TreeMap<>();
        model.store
                .updates
                .values()
                .forEach(update -> ends.put(
                        "node-%d in %s attempt %d".formatted(update.node.number, update.campaign.name, update.attempt),
                        update.state.name()));
        return ends;
    }
}

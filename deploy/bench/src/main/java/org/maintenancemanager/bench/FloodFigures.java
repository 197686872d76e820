package org.maintenancemanager.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.maintenancemanager.bench.load.Load;
import org.maintenancemanager.bench.load.Outcome;
import org.maintenancemanager.bench.load.Script;

/**
 * Polls at a steady rate, without and with 10,000 wrong passwords a minute beside them, from several addresses. Requests are due at fixed instants, so
 * a server that stalls shows.
 */
final class FloodFigures {
    private static final double POLLS_PER_SECOND = 2000;
    private static final double PASSWORDS_PER_SECOND = 10_000 / 60.0;
    private static final int FLOODING_CONNECTIONS = 16;

    /** Each may try as often as the throttle lets one, so that passwords are hashed and not only turned away. */
    private static final int ADDRESSES = 16;

    private static final int NAMES = 1000;

    /** Twice: a first run after 10 s in all still showed the compiler's work, in seconds. */
    private static final Duration WARM_UP = Duration.ofSeconds(15);
    /** A log-in that is refused is compiled after some thousands: what compiles it goes before polls, too. */
    private static final int FLOODS_TO_WARM_UP = 5;

    private final Stage stage;

    FloodFigures(Stage stage) {
        this.stage = stage;
    }

    void measure() throws IOException, InterruptedException {
        warmUp();
        for (int run = 0; run < stage.runs(); run++) {
            stage.postgres().settle();
            stage.scoreboard().add(Figure.QUIET_P99, polls(stage.seconds()).millisAt(99));
            try (var threads = Executors.newSingleThreadExecutor()) {
                Future<Outcome> flood = threads.submit(this::flood);
                stage.scoreboard()
                        .add(Figure.FLOODED_P99, polls(stage.seconds()).millisAt(99));
                Outcome refused = flood.get();
                if (refused.answers(401) + refused.answers(429) != refused.answers()) {
                    throw new IllegalStateException(
                            "wrong passwords: expected answers 401 and 429 only, found " + refused.byStatus());
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException("the flood of log-ins failed", e.getCause());
            }
        }
    }

    /** Until every node is known to the manager's memory, and what both loads call is compiled. */
    private void warmUp() throws IOException, InterruptedException {
        polls(WARM_UP);
        for (int flood = 0; flood < FLOODS_TO_WARM_UP; flood++) {
            flood();
        }
        polls(WARM_UP);
    }

    private Outcome polls(Duration limit) throws IOException, InterruptedException {
        byte[][] polls = stage.fleet().polls();
        return new Load(stage.manager().address(), stage.connections(), limit, POLLS_PER_SECOND, 1)
                .run(Script.roundRobin(polls))
                .expectOnly(204, "polls");
    }

    private Outcome flood() throws IOException, InterruptedException {
        byte[][] logIns = new byte[NAMES][];
        for (int i = 0; i < NAMES; i++) {
            String body = "{\"name\":\"nobody-%d\",\"password\":\"wrong\"}".formatted(i);
            logIns[i] = ("POST /console/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                            + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                    .getBytes(StandardCharsets.ISO_8859_1);
        }
        return new Load(
                        stage.manager().address(),
                        FLOODING_CONNECTIONS,
                        stage.seconds(),
                        PASSWORDS_PER_SECOND,
                        1,
                        ADDRESSES)
                .run(Script.roundRobin(logIns));
    }
}

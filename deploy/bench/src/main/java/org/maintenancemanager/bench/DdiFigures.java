package org.maintenancemanager.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.IntFunction;
import org.maintenancemanager.bench.load.Load;
import org.maintenancemanager.bench.load.Script;

/** Polls of hawkBit device API clients that have nothing to do, each with its own token. */
final class DdiFigures {
    private static final char NAMES = 'g';
    private static final Duration WARM_UP = Duration.ofSeconds(15);

    private final Stage stage;

    DdiFigures(Stage stage) {
        this.stage = stage;
    }

    void measure() throws IOException, InterruptedException {
        Clients.write(stage.postgres(), stage.database(), "SWUPDATE", NAMES);
        byte[][] polls = new byte[Clients.COUNT][];
        for (int client = 0; client < polls.length; client++) {
            polls[client] = poll(client);
        }
        // Each is read from the database once.
        new Load(stage.manager().address(), stage.connections(), Duration.ofMinutes(5), 0, 1)
                .run(Script.onceEach(polls))
                .expectOnly(200, "the first poll of each client");
        IntFunction<Script> scripts = Script.roundRobin(polls);
        Load.closedLoop(stage.manager().address(), stage.connections(), WARM_UP).run(scripts);
        for (int run = 0; run < stage.runs(); run++) {
            stage.postgres().settle();
            var polled = Load.closedLoop(stage.manager().address(), stage.connections(), stage.seconds())
                    .run(scripts)
                    .expectOnly(200, "device API polls");
            stage.scoreboard().add(Figure.DDI_POLLS, polled.perSecond());
            stage.scoreboard().add(Figure.DDI_POLL_P50, polled.millisAt(50));
            stage.scoreboard().add(Figure.DDI_POLL_P99, polled.millisAt(99));
        }
    }

    private byte[] poll(int client) {
        return ("GET /default/controller/v1/" + Clients.controllerId(NAMES, client) + " HTTP/1.1\r\nHost: 127.0.0.1:"
                        + stage.manager().address().getPort()
                        + "\r\nUser-Agent: " + Clients.SOFTWARE
                        + "\r\nAccept: application/json\r\nAuthorization: TargetToken "
                        + Clients.targetToken(NAMES, client) + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}

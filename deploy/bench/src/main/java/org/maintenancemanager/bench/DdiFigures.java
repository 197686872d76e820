package org.maintenancemanager.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
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
                .run(number -> once(polls, number))
                .expectOnly(200, "the first poll of each client");
        Load.closedLoop(stage.manager().address(), stage.connections(), WARM_UP)
                .run(connection -> Script.roundRobin(polls, connection, stage.connections()));
        for (int run = 0; run < stage.runs(); run++) {
            stage.postgres().settle();
            var polled = Load.closedLoop(stage.manager().address(), stage.connections(), stage.seconds())
                    .run(connection -> Script.roundRobin(polls, connection, stage.connections()))
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

    private Script once(byte[][] requests, int number) {
        return new Script() {
            private int client = number;

            @Override
            public byte @Nullable [] next() {
                if (client >= requests.length) {
                    return null;
                }
                byte[] request = requests[client];
                client += stage.connections();
                return request;
            }
        };
    }
}

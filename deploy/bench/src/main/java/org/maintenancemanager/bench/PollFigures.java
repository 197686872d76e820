package org.maintenancemanager.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.IntFunction;
import org.maintenancemanager.bench.load.Load;
import org.maintenancemanager.bench.load.Outcome;
import org.maintenancemanager.bench.load.Script;

/**
 * Polls that find nothing new, beside two answers of the same server that do nothing: Spring's liveness endpoint, and the
 * refusal of a poll that has no credential. The three take turns, so that a machine that drifts drifts for all.
 */
final class PollFigures {
    private static final Duration WARM_UP = Duration.ofSeconds(15);

    private final Stage stage;
    private final byte[][] polls;
    private final IntFunction<Script> pollsInTurn;
    private final byte[] liveness;
    private final byte[] withoutCredential;

    PollFigures(Stage stage) {
        this.stage = stage;
        this.polls = stage.fleet().polls();
        this.pollsInTurn = Script.roundRobin(polls);
        String host = "127.0.0.1:" + stage.manager().address().getPort();
        this.liveness = ("GET /livez HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
        String body = "{\"bootId\":\"b\",\"lastSeq\":0,\"knownVersion\":0}";
        this.withoutCredential = ("POST /node/v1/poll HTTP/1.1\r\nHost: " + host
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    void measure(boolean besideEmptyEndpoints) throws IOException, InterruptedException {
        warmUp();
        if (besideEmptyEndpoints) {
            load(WARM_UP.dividedBy(3), number -> Script.repeating(liveness));
            load(WARM_UP.dividedBy(3), number -> Script.repeating(withoutCredential));
        }
        for (int run = 0; run < stage.runs(); run++) {
            stage.postgres().settle();
            Outcome polled = load(stage.seconds(), pollsInTurn).expectOnly(204, "polls");
            stage.scoreboard().add(Figure.POLLS, polled.perSecond());
            stage.scoreboard().add(Figure.POLL_P50, polled.millisAt(50));
            stage.scoreboard().add(Figure.POLL_P99, polled.millisAt(99));
            if (besideEmptyEndpoints) {
                Outcome live = load(stage.seconds(), number -> Script.repeating(liveness))
                        .expectOnly(200, "liveness");
                stage.scoreboard().add(Figure.LIVENESS, live.perSecond());
                stage.scoreboard().add(Figure.LIVENESS_P99, live.millisAt(99));
                Outcome refused = load(stage.seconds(), number -> Script.repeating(withoutCredential))
                        .expectOnly(401, "polls without credential");
                stage.scoreboard().add(Figure.REFUSED, refused.perSecond());
                stage.scoreboard().add(Figure.REFUSED_P99, refused.millisAt(99));
            }
        }
    }

    /** Every node polls at least once, so that all of them are known to the manager's memory. */
    private void warmUp() throws IOException, InterruptedException {
        new Load(stage.manager().address(), stage.connections(), Duration.ofMinutes(5), 0, 1)
                .run(Script.onceEach(polls))
                .expectOnly(204, "the first poll of each node");
        load(WARM_UP, pollsInTurn);
    }

    private Outcome load(Duration limit, IntFunction<Script> scripts) throws IOException, InterruptedException {
        return Load.closedLoop(stage.manager().address(), stage.connections(), limit)
                .run(scripts);
    }
}

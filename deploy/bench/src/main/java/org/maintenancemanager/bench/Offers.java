package org.maintenancemanager.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.bench.load.Answer;
import org.maintenancemanager.bench.load.Load;
import org.maintenancemanager.bench.load.Outcome;
import org.maintenancemanager.bench.load.Script;

/** The node updates that polls were offered. */
final class Offers {
    private static final byte[] DOWNLOAD = "\"DOWNLOAD\"".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] UPDATE_ID = "\"updateId\":\"".getBytes(StandardCharsets.ISO_8859_1);
    private static final int UUID_LENGTH = 36;
    private static final int ROUNDS = 20;

    private final int[] nodes;
    private final @Nullable String[] updateIds;

    private Offers(int[] nodes, @Nullable String[] updateIds) {
        this.nodes = nodes;
        this.updateIds = updateIds;
    }

    /**
     * Polls for each of the nodes until it was offered an update.
     *
     * @throws IllegalStateException when one was offered none in many rounds
     */
    static Offers collect(Stage stage, IntStream members) throws IOException, InterruptedException {
        int[] nodes = members.toArray();
        var offers = new Offers(nodes, new String[stage.fleet().size()]);
        int[] missing = nodes;
        for (int round = 0; round < ROUNDS; round++) {
            int[] asked = missing;
            Outcome outcome = Load.closedLoop(stage.manager().address(), stage.connections(), Duration.ofMinutes(5))
                    .run(number -> offers.new Asking(stage, asked, number));
            missing = Arrays.stream(asked)
                    .filter(node -> offers.updateIds[node] == null)
                    .toArray();
            if (round == 0 && missing.length == 0) {
                stage.scoreboard().add(Figure.OFFERS, outcome.perSecond());
            }
            if (missing.length == 0) {
                return offers;
            }
            Thread.sleep(500);
        }
        throw new IllegalStateException("%d of %d nodes were offered nothing".formatted(missing.length, nodes.length));
    }

    /** The nodes that were offered an update, in the order in which they were asked. */
    int[] nodes() {
        return nodes;
    }

    String updateId(int node) {
        String id = updateIds[node];
        if (id == null) {
            throw new IllegalArgumentException("node " + node + " was offered nothing");
        }
        return id;
    }

    /** The update that an answer offers; null when it is no offer. */
    static @Nullable String offered(Answer answer) {
        if (answer.status() != 200 || answer.indexOf(DOWNLOAD) < 0) {
            return null;
        }
        int at = answer.indexOf(UPDATE_ID);
        return at < 0 ? null : answer.text(at + UPDATE_ID.length, UUID_LENGTH);
    }

    private final class Asking implements Script {
        private final Stage stage;
        private final int[] asked;
        private int index;
        private int node;

        Asking(Stage stage, int[] asked, int connection) {
            this.stage = stage;
            this.asked = asked;
            this.index = connection;
        }

        @Override
        public byte @Nullable [] next() {
            if (index >= asked.length) {
                return null;
            }
            node = asked[index];
            index += stage.connections();
            return stage.fleet().poll(node);
        }

        @Override
        public void answered(Answer answer) {
            updateIds[node] = offered(answer);
        }
    }
}

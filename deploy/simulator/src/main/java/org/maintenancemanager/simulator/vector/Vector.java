package org.maintenancemanager.simulator.vector;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.Directive;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.UpdateState;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * One script of {@code node-vectors.json}.
 *
 * @param name by which it is asked for
 * @param tells what a client has to do, in a sentence
 * @param answers of polls, one after the other; the last one stays
 * @param faults what goes wrong, and when
 * @param states what the node has to report, in this order; with other states between them. Words by blanks are
 *     alternatives
 * @param never states that it must not report
 * @param phase of its FAILED
 * @param range what a request for the image has to ask for
 * @param served which bytes the image has when it is fetched
 * @param more fields that are added to every answer
 * @param factsAgain whether facts have to be told after the last answer but one has passed
 * @param needs what a client must be able to do for this vector to make sense
 */
public record Vector(
        String name,
        String tells,
        List<Answer> answers,
        @Nullable List<Fault> faults,
        List<String> states,
        @Nullable List<UpdateState> never,
        @Nullable FailurePhase phase,
        @Nullable String range,
        @Nullable Served served,
        @Nullable Map<String, Object> more,
        boolean factsAgain,
        @Nullable String needs) {
    /** The image as it was announced, or as many other bytes. */
    public enum Served {
        SAME,
        OTHER
    }

    /**
     * What polls are answered, until the node has reported a state, or has been answered so often.
     *
     * @param until null: see polls
     * @param polls how many polls; 0: for good
     * @param permitSeconds of INSTALL
     * @param newEpoch whether the manager's data was put back before it
     */
    public record Answer(
            Directive directive, @Nullable UpdateState until, int polls, int permitSeconds, boolean newEpoch) {}

    /**
     * What goes wrong with a call.
     *
     * @param call enroll, poll, reports or artifact
     * @param number of that call, counted from 1
     * @param status answered instead, 0: none
     * @param retryAfter seconds, with the status
     * @param loseReply the call takes effect, then the connection breaks
     * @param loseRequest the connection breaks, and the call takes no effect
     * @param forget the reports are not kept, and the answer acknowledges only what was there before
     * @param endToken the node's token ends with this call, which is answered 401
     * @param cutAfter bytes of the image after which the connection breaks; 0: never
     */
    public record Fault(
            String call,
            int number,
            int status,
            int retryAfter,
            boolean loseReply,
            boolean loseRequest,
            boolean forget,
            boolean endToken,
            int cutAfter) {}

    private record File(List<Vector> vectors) {}

    /** All of them. */
    public static List<Vector> all() {
        try (InputStream file =
                Objects.requireNonNull(Vector.class.getResourceAsStream("/node-vectors.json"), "node-vectors.json")) {
            // What a vector does not say is false, 0 or null.
            return JsonMapper.builder()
                    .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .build()
                    .readValue(file, File.class)
                    .vectors();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Fault> faultsOf(String call) {
        return faults == null
                ? List.of()
                : faults.stream().filter(fault -> fault.call().equals(call)).toList();
    }

    @Override
    public String toString() {
        return name;
    }
}

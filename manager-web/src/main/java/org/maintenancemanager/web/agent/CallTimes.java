package org.maintenancemanager.web.agent;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.maintenancemanager.api.problem.ProblemType;
import org.springframework.stereotype.Component;

/** How long node calls took and what became of them; all meters are made at the start, so that a call only counts. */
@Component
class CallTimes {
    /** The calls of the protocol. */
    enum Call {
        ENROLL,
        RENEW,
        POLL,
        REPORT,
        ARTIFACT
    }

    enum Transport {
        HTTP,
        GRPC
    }

    enum Outcome {
        OK,
        /** A poll that had nothing new. */
        UNCHANGED,
        /** The node's fault: a wrong credential, field or body. */
        REFUSED,
        /** More than can be served now: the node comes again. */
        SHED,
        /** Our fault. */
        FAILED
    }

    private final Timer[] timers =
            new Timer[Transport.values().length * Call.values().length * Outcome.values().length];

    CallTimes(MeterRegistry registry) {
        for (Transport transport : Transport.values()) {
            for (Call call : Call.values()) {
                for (Outcome outcome : Outcome.values()) {
                    timers[index(transport, call, outcome)] = Timer.builder("manager.node.calls")
                            .description("Calls of nodes, from the first byte read to the answer written")
                            .tag("transport", word(transport))
                            .tag("call", word(call))
                            .tag("outcome", word(outcome))
                            .register(registry);
                }
            }
        }
    }

    void count(Transport transport, Call call, Outcome outcome, long nanos) {
        timers[index(transport, call, outcome)].record(nanos, TimeUnit.NANOSECONDS);
    }

    private static int index(Transport transport, Call call, Outcome outcome) {
        return (transport.ordinal() * Call.values().length + call.ordinal()) * Outcome.values().length
                + outcome.ordinal();
    }

    static Outcome outcomeOf(ProblemType refusal) {
        return switch (refusal.httpStatus()) {
            case 429, 503 -> Outcome.SHED;
            case 500 -> Outcome.FAILED;
            default -> Outcome.REFUSED;
        };
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}

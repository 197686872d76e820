package org.maintenancemanager.web.ddi;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** How long calls of the device API took and what became of them; all meters are made at the start. */
@Component
class DdiTimes {
    enum Call {
        POLL,
        DEPLOYMENT,
        FEEDBACK,
        ATTRIBUTES,
        ARTIFACT,
        OTHER
    }

    enum Outcome {
        OK,
        /** The client's fault: a wrong credential, path or body. */
        REFUSED,
        /** More than can be served now: the client comes again. */
        SHED,
        /** Our fault. */
        FAILED
    }

    private final Timer[] timers = new Timer[Call.values().length * Outcome.values().length];

    DdiTimes(MeterRegistry registry) {
        for (Call call : Call.values()) {
            for (Outcome outcome : Outcome.values()) {
                timers[index(call, outcome)] = Timer.builder("manager.ddi.calls")
                        .description("Calls of hawkBit device API clients, until the answer was written")
                        .tag("call", call.name().toLowerCase(Locale.ROOT))
                        .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                        .register(registry);
            }
        }
    }

    void count(DdiPath.Resource resource, int status, long nanos) {
        timers[index(callOf(resource), outcomeOf(status))].record(nanos, TimeUnit.NANOSECONDS);
    }

    private static int index(Call call, Outcome outcome) {
        return call.ordinal() * Outcome.values().length + outcome.ordinal();
    }

    private static Call callOf(DdiPath.Resource resource) {
        return switch (resource) {
            case POLL -> Call.POLL;
            case DEPLOYMENT, CANCEL, INSTALLED -> Call.DEPLOYMENT;
            case DEPLOYMENT_FEEDBACK, CANCEL_FEEDBACK -> Call.FEEDBACK;
            case CONFIG_DATA -> Call.ATTRIBUTES;
            case ARTIFACT, ARTIFACTS -> Call.ARTIFACT;
            case CONFIRMATION, AUTO_CONFIRM, CONFIRMATION_FEEDBACK, NONE -> Call.OTHER;
        };
    }

    private static Outcome outcomeOf(int status) {
        return switch (status) {
            case 429, 503 -> Outcome.SHED;
            case 500 -> Outcome.FAILED;
            default -> status < 400 ? Outcome.OK : Outcome.REFUSED;
        };
    }
}

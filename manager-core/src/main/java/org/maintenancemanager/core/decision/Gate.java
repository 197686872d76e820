package org.maintenancemanager.core.decision;

import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * One gate's verdict on one node at one instant.
 *
 * @param code a stable code, the name of a {@link Reason}; the key of histograms
 * @param since when it closed, if known
 * @param until when it opens by itself, if known
 * @param evidence what was looked at: names and numbers for the sentence, rendered only when somebody asks
 * @param remedy what a person could do; empty when nothing needs to be done
 */
public record Gate(
        GateName gate,
        Verdict verdict,
        String code,
        @Nullable Instant since,
        @Nullable Instant until,
        Evidence evidence,
        String remedy) {
    public enum Verdict {
        OPEN,
        CLOSED,
        /** An earlier gate is closed, or this one does not matter for what the node does next. */
        NOT_ASKED
    }

    /** Rendered to a sentence on demand, since a poll never shows it. */
    @FunctionalInterface
    public interface Evidence {
        /** @param zone in which the reader wants to see times */
        String sentence(Instant now, ZoneId zone);
    }

    static Gate open(GateName gate, Reason reason) {
        return new Gate(gate, Verdict.OPEN, reason.name(), null, null, reason, "");
    }

    static Gate notAsked(GateName gate, Reason reason) {
        return new Gate(gate, Verdict.NOT_ASKED, reason.name(), null, null, reason, "");
    }

    static Gate closed(GateName gate, Reason reason) {
        return closed(gate, reason, null, null, reason);
    }

    static Gate closed(GateName gate, Reason reason, Evidence evidence) {
        return closed(gate, reason, null, null, evidence);
    }

    static Gate closed(
            GateName gate, Reason reason, @Nullable Instant since, @Nullable Instant until, Evidence evidence) {
        return new Gate(gate, Verdict.CLOSED, reason.name(), since, until, evidence, reason.remedy());
    }

    public boolean isClosed() {
        return verdict == Verdict.CLOSED;
    }
}

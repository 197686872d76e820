package org.maintenancemanager.core.decision;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One gate's verdict on one node at one instant.
 *
 * @param code a stable code of the reason, for example {@code NO_WINDOW}; the key of histograms. {@code OPEN} when open
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
        String sentence();
    }

    public boolean isClosed() {
        return verdict == Verdict.CLOSED;
    }
}

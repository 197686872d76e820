package org.maintenancemanager.core.campaign;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How far a wave is. It follows from the instants that its row keeps. */
public enum WaveState {
    CLOSED,
    OPEN,
    /** Its share is confirmed; now it is watched. */
    REACHED,
    /** A person left it out; it passes when its turn comes. */
    SKIPPED,
    /** The next one is open. Its nodes that are still on their way go on. */
    PASSED;

    static WaveState of(
            @Nullable Instant openedAt,
            @Nullable Instant reachedAt,
            @Nullable Instant skippedAt,
            @Nullable Instant passedAt) {
        if (passedAt != null) {
            return PASSED;
        }
        if (skippedAt != null) {
            return SKIPPED;
        }
        return openedAt == null ? CLOSED : reachedAt == null ? OPEN : REACHED;
    }
}

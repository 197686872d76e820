package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whether a window does anything.
 *
 * @param nodes to which it applies
 * @param nextStartsAt its next start at any of these, though a freeze may hold then; absent if none within a year
 */
public record WindowUsage(
        UUID id,
        String name,
        WindowKind kind,
        State state,
        long nodes,
        @Nullable Instant nextStartsAt) {
    /** UNUSED: no node is in its target; OVER: it does not open any more. */
    public enum State {
        USED,
        UNUSED,
        DISABLED,
        OVER
    }
}

package org.maintenancemanager.core.window;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;

/**
 * Leave to disturb nodes outside of their windows for a while. Freezes hold all the same, but for those that it names.
 *
 * @param id another one for each leave that was ever given
 * @param name what stands in place of a window's name
 * @param by who gave it
 * @param since from when on it holds
 * @param until when it ends by itself
 * @param freezes that it overrides as well
 * @param windows whose nodes it is for; empty: all nodes
 */
public record WindowOverride(
        UUID id,
        String name,
        String reason,
        String by,
        Instant since,
        Instant until,
        Set<WindowId> freezes,
        Set<WindowId> windows) {
    public WindowOverride {
        freezes = Set.copyOf(freezes);
        windows = Set.copyOf(windows);
    }

    /** For all nodes. */
    public WindowOverride(
            UUID id, String name, String reason, String by, Instant since, Instant until, Set<WindowId> freezes) {
        this(id, name, reason, by, since, until, freezes, Set.of());
    }

    public boolean holdsAt(Instant now) {
        return !now.isBefore(since) && now.isBefore(until);
    }
}

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
 */
public record WindowOverride(
        UUID id, String name, String reason, String by, Instant since, Instant until, Set<WindowId> freezes) {
    public WindowOverride {
        freezes = Set.copyOf(freezes);
    }

    public boolean holdsAt(Instant now) {
        return !now.isBefore(since) && now.isBefore(until);
    }
}

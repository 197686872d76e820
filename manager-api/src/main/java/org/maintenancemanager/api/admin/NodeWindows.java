package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * When a node may be disturbed, and why.
 *
 * @param zone of the node
 * @param zoneOf where the zone comes from
 * @param state now
 * @param openNow the opening that holds now
 * @param nextOpening the first that starts after now, within a year
 * @param windows and freezes that apply to it
 * @param openings effective ones that share an instant with [from, until)
 * @param frozen what freezes took away then, with the freeze's name
 * @param truncated whether openings or freezes were left out
 */
public record NodeWindows(
        UUID nodeId,
        String zone,
        ZoneOf zoneOf,
        Instant from,
        Instant until,
        State state,
        @Nullable NodeWindowTime openNow,
        @Nullable NodeWindowTime nextOpening,
        List<NodeWindow> windows,
        List<NodeWindowTime> openings,
        List<NodeWindowTime> frozen,
        boolean truncated) {
    public enum ZoneOf {
        NODE,
        SITE
    }

    /** Whether it may be disturbed now; what the first gate of the explanation says. */
    public enum State {
        OPEN,
        CLOSED,
        /** A freeze takes away a window that would be open. */
        FROZEN,
        /** No PERMIT applies: it is never updated. */
        NO_WINDOW,
        /** None of its windows opens within a year. */
        NEVER_OPENS
    }
}

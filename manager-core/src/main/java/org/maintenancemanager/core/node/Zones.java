package org.maintenancemanager.core.node;

import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.tenant.IanaZones;

/** IANA zones as people give them. */
public final class Zones {
    private Zones() {}

    /** Checks an optional zone; an offset such as {@code +02:00} is none, since it knows no summer time. */
    public static void check(String pointer, @Nullable String zone, Problems problems) {
        if (zone != null && !IanaZones.has(zone)) {
            problems.add(pointer, "is no IANA time zone; allowed are names such as Europe/Berlin or UTC");
        }
    }
}

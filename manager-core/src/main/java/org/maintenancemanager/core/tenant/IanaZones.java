package org.maintenancemanager.core.tenant;

import java.time.ZoneId;
import java.time.zone.ZoneRulesProvider;
import java.util.Set;
import java.util.stream.Collectors;

/** The zones of the time zone database, under the names that IANA gives them. */
public final class IanaZones {
    private IanaZones() {}

    /**
     * Whether this is one of them. Offsets such as {@code +02:00} are none, since they know no daylight saving; nor are
     * zones that a library adds to the process for its own use, such as {@code ical4j~1234}: another replica has not
     * got them.
     */
    public static boolean has(String name) {
        return name.indexOf('~') < 0 && ZoneRulesProvider.getAvailableZoneIds().contains(name);
    }

    /** Their names, for choice and for tests; each is right for {@link ZoneId#of(String)}. */
    public static Set<String> names() {
        return ZoneRulesProvider.getAvailableZoneIds().stream()
                .filter(IanaZones::has)
                .collect(Collectors.toUnmodifiableSet());
    }
}

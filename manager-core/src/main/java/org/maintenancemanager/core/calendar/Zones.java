package org.maintenancemanager.core.calendar;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import net.fortuna.ical4j.data.CalendarParserImpl;
import org.maintenancemanager.core.tenant.IanaZones;

/** The zones that calendars name: IANA's, those of Windows, and IANA's with a path in front of them. */
final class Zones {
    private static final Map<String, String> WINDOWS = windows();

    private Zones() {}

    static Optional<ZoneId> of(String tzid) {
        String name = tzid.strip();
        Optional<ZoneId> zone = iana(name);
        if (zone.isEmpty() && WINDOWS.containsKey(name)) {
            zone = iana(WINDOWS.get(name));
        }
        // Like /example.org/20240101/Europe/Berlin: what an identifier ends with.
        for (int from = name.indexOf('/'); zone.isEmpty() && from >= 0; from = name.indexOf('/', from + 1)) {
            zone = iana(name.substring(from + 1));
        }
        return zone;
    }

    private static Optional<ZoneId> iana(String name) {
        // What ZoneId reads besides: offsets, which know nothing of daylight saving.
        if (!IanaZones.has(name)) {
            return Optional.empty();
        }
        try {
            return Optional.of(ZoneId.of(name));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** The library's table: name; shown name = IANA's name. */
    private static Map<String, String> windows() {
        Map<String, String> names = new HashMap<>();
        try (InputStream table =
                CalendarParserImpl.class.getResourceAsStream("/net/fortuna/ical4j/transform/compliance/msTimezones")) {
            if (table == null) {
                return names;
            }
            var lines = new BufferedReader(new InputStreamReader(table, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int shown = line.indexOf(';');
                int equals = line.lastIndexOf('=');
                if (shown > 0 && equals > shown) {
                    String iana = line.substring(equals + 1).strip();
                    names.put(line.substring(0, shown).strip(), iana);
                    names.put(line.substring(shown + 1, equals).strip(), iana);
                }
            }
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException("expected the library's table of zones", e);
        }
    }
}

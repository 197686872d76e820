package org.maintenancemanager.core.calendar;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.fortuna.ical4j.data.CalendarParserImpl;
import net.fortuna.ical4j.data.ContentHandler;
import net.fortuna.ical4j.data.ParserException;
import net.fortuna.ical4j.data.UnfoldingReader;
import net.fortuna.ical4j.util.Strings;
import org.jspecify.annotations.Nullable;

/** The events of an iCalendar file as they stand there. The library only takes the text apart; it resolves no time. */
final class CalendarFile {
    static final int MAX_EVENTS = 2000;

    private static final int MAX_DEPTH = 8;
    private static final int MAX_PROPERTIES = 200;
    private static final int MAX_VALUE = 100_000;

    private CalendarFile() {}

    /** One property of an event. */
    record Property(String value, Map<String, String> parameters) {
        @Nullable
        String parameter(String name) {
            return parameters.get(name);
        }
    }

    /** One VEVENT. */
    static final class Event {
        private final Map<String, List<Property>> properties = new HashMap<>();
        private int many;

        @Nullable
        Property one(String name) {
            List<Property> found = all(name);
            return found.isEmpty() ? null : found.getFirst();
        }

        List<Property> all(String name) {
            return properties.getOrDefault(name, List.of());
        }

        /** Without the escapes of the file. */
        String text(String name) {
            Property property = one(name);
            return property == null ? "" : Strings.unescape(property.value).strip();
        }

        /** For problems. */
        String named() {
            String summary = text("SUMMARY");
            String uid = text("UID");
            return "Event '%s' (UID %s)".formatted(cut(summary), cut(uid));
        }

        private static String cut(String text) {
            return text.length() <= 80 ? text : text.substring(0, 80) + "...";
        }
    }

    /** @throws UnreadableCalendar if it is no iCalendar file, or holds too much */
    static List<Event> events(String content) {
        var events = new Events();
        try {
            new CalendarParserImpl().parse(new UnfoldingReader(new StringReader(content)), events);
        } catch (ParserException e) {
            // The parser wraps what the handler throws.
            if (e.getCause() instanceof UnreadableCalendar unreadable) {
                throw unreadable;
            }
            throw new UnreadableCalendar(
                    "Line %d is not iCalendar (RFC 5545); the file must begin with BEGIN:VCALENDAR."
                            .formatted(e.getLineNo()));
        } catch (IOException e) {
            throw new UnreadableCalendar("The file cannot be read: " + e.getMessage());
        }
        if (!events.calendar) {
            throw new UnreadableCalendar("There is no VCALENDAR in the file.");
        }
        return events.found;
    }

    private static final class Events implements ContentHandler {
        private final List<Event> found = new ArrayList<>();
        private final Deque<String> inside = new ArrayDeque<>();
        private final Map<String, String> parameters = new HashMap<>();
        private boolean calendar;
        private @Nullable Event event;

        @Override
        public void startCalendar() {
            calendar = true;
        }

        @Override
        public void endCalendar() {}

        @Override
        public void startComponent(String name) {
            inside.push(name);
            if (inside.size() > MAX_DEPTH) {
                throw new UnreadableCalendar("Components are nested more than %d deep.".formatted(MAX_DEPTH));
            }
            if (inside.size() == 1 && name.equalsIgnoreCase("VEVENT")) {
                if (found.size() == MAX_EVENTS) {
                    throw new UnreadableCalendar("There are more than %d events.".formatted(MAX_EVENTS));
                }
                event = new Event();
                found.add(event);
            }
        }

        @Override
        public void endComponent(String name) {
            inside.pop();
            if (inside.isEmpty()) {
                event = null;
            }
        }

        @Override
        public void startProperty(String name) {
            parameters.clear();
        }

        @Override
        public void parameter(String name, String value) {
            parameters.put(name.toUpperCase(Locale.ROOT), value);
        }

        @Override
        public void propertyValue(String value) {
            this.value = value;
        }

        private String value = "";

        @Override
        public void endProperty(String name) {
            // Alarms within an event have properties of the same names.
            if (event == null || inside.size() != 1) {
                return;
            }
            if (++event.many > MAX_PROPERTIES || value.length() > MAX_VALUE) {
                throw new UnreadableCalendar("%s has more than %d properties, or one longer than %d characters."
                        .formatted(event.named(), MAX_PROPERTIES, MAX_VALUE));
            }
            event.properties
                    .computeIfAbsent(name.toUpperCase(Locale.ROOT), any -> new ArrayList<>())
                    .add(new Property(value, Map.copyOf(parameters)));
        }
    }
}

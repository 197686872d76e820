package org.maintenancemanager.core.calendar;

/** A calendar that cannot be used as a whole; the message is a sentence for the person who keeps it. */
final class UnreadableCalendar extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnreadableCalendar(String sentence) {
        super(sentence);
    }
}

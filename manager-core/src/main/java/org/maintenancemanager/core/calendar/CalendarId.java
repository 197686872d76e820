package org.maintenancemanager.core.calendar;

import java.util.UUID;

public record CalendarId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}

package org.maintenancemanager.api.admin;

import java.time.DayOfWeek;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When a window opens. All times are those of the wall clock in the window's zone, without offset.
 *
 * @param startsAt {@code 2026-03-02T02:30:00}; for WEEKLY and RRULE where counting begins; absent for CRON
 * @param endsAt of a ONE_SHOT only
 * @param days of a WEEKLY only
 * @param interval of a WEEKLY only: every so many weeks, 1 if absent
 * @param rrule of an RRULE only: RFC 5545, {@code FREQ=MONTHLY;BYDAY=-1SU}
 * @param exdates of an RRULE only: starts to leave out
 * @param rdates of an RRULE only: further starts
 * @param cron of a CRON only: minute, hour, day of the month, month, day of the week: {@code 0 22 * * TUE}
 * @param wholeDays of an RRULE only: the duration is so many days of the wall clock, from midnight to midnight
 */
public record WindowRecurrence(
        @Nullable Type type,
        @Nullable String startsAt,
        @Nullable String endsAt,
        @Nullable List<DayOfWeek> days,
        @Nullable Integer interval,
        @Nullable String rrule,
        @Nullable List<String> exdates,
        @Nullable List<String> rdates,
        @Nullable String cron,
        @Nullable Boolean wholeDays) {
    public enum Type {
        ONE_SHOT,
        WEEKLY,
        RRULE,
        CRON
    }
}

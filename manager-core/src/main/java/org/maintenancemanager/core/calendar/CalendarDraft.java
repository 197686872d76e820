package org.maintenancemanager.core.calendar;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDraft;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceDraft;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceType;
import org.maintenancemanager.core.window.WindowDraft.TargetDraft;

/**
 * What people say of a calendar.
 *
 * @param name 1 to 100 characters
 * @param kind of all its windows; null means FREEZE
 * @param zone for whole days and for times without a zone: an IANA name or NODE_LOCAL
 * @param target of all its windows
 * @param enabled null means true
 * @param url where it is fetched from; null: it is uploaded
 * @param refreshMinutes between two fetches, 15 to 10080; null means 360
 */
public record CalendarDraft(
        @Nullable String name,
        @Nullable Kind kind,
        @Nullable String zone,
        @Nullable TargetDraft target,
        @Nullable Boolean enabled,
        @Nullable String url,
        @Nullable Integer refreshMinutes) {
    static final int DEFAULT_REFRESH_MINUTES = 360;
    private static final int MAX_NAME = 100;
    private static final int MAX_URL = 2000;

    /** As a window, to be checked like one: any time will do. */
    WindowDraft asWindow() {
        return new WindowDraft(
                name,
                kind == null ? Kind.FREEZE : kind,
                new RecurrenceDraft(
                        RecurrenceType.ONE_SHOT,
                        "2026-01-01T00:00",
                        "2026-01-02T00:00",
                        null,
                        null,
                        null,
                        null,
                        null,
                        null),
                null,
                zone,
                target,
                enabled,
                null,
                null);
    }

    /** What is not a matter of windows. */
    void check(String pointer, Problems problems) {
        if (name != null && name.length() > MAX_NAME) {
            problems.add(pointer + "/name", "has %d characters; expected 1 to %d".formatted(name.length(), MAX_NAME));
        }
        if (refreshMinutes != null && (refreshMinutes < 15 || refreshMinutes > 10_080)) {
            problems.add(
                    pointer + "/refreshMinutes", "is %d; expected 15 to 10080, such as 360".formatted(refreshMinutes));
        }
        if (url != null) {
            checkUrl(url, pointer, problems);
        }
    }

    private static void checkUrl(String url, String pointer, Problems problems) {
        String example = "such as https://calendar.example.com/holidays.ics";
        if (url.length() > MAX_URL) {
            problems.add(pointer + "/url", "has %d characters; expected at most %d".formatted(url.length(), MAX_URL));
            return;
        }
        try {
            URI uri = new URI(url);
            if (uri.getHost() == null || !("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
                problems.add(pointer + "/url", "is no https address of a host; expected one " + example);
            } else if (uri.getRawUserInfo() != null) {
                problems.add(pointer + "/url", "holds a user; expected none, " + example);
            }
        } catch (URISyntaxException e) {
            problems.add(pointer + "/url", "is no address; expected one " + example);
        }
    }
}

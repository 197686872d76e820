package org.maintenancemanager.web.feed;

import java.time.Duration;
import org.maintenancemanager.core.calendar.CalendarFeeds;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.tenant.Token;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** What stands at the address of a calendar feed. A wrong or revoked one cannot be told from one that never was. */
@RestController
public class FeedResource {
    public static final String PATH = "/calendars/feed/{token}.ics";

    private static final MediaType ICALENDAR = MediaType.parseMediaType("text/calendar;charset=UTF-8");
    private static final CacheControl BRIEFLY =
            CacheControl.maxAge(Duration.ofMinutes(5)).cachePrivate();

    private final CalendarFeeds feeds;

    FeedResource(CalendarFeeds feeds) {
        this.feeds = feeds;
    }

    @GetMapping(PATH)
    ResponseEntity<String> read(@PathVariable String token) {
        CalendarFeeds.Written written = Token.parse(token)
                .flatMap(feeds::read)
                .orElseThrow(() -> new NotFound("calendar feed", "this address"));
        // The framework answers 304 where the client has it already.
        return ResponseEntity.ok()
                .contentType(ICALENDAR)
                .cacheControl(BRIEFLY)
                .eTag(written.etag())
                .body(written.content());
    }
}

package org.maintenancemanager.web.admin;

import java.util.UUID;
import org.maintenancemanager.api.admin.CalendarFeed;
import org.maintenancemanager.api.admin.CreatedCalendarFeed;
import org.maintenancemanager.api.admin.NewCalendarFeed;
import org.maintenancemanager.core.calendar.CalendarFeeds;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.web.feed.FeedResource;
import org.maintenancemanager.web.rest.JsonBody;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Calendars that go out. */
@RestController
@RequestMapping("/api/v1/calendar-feeds")
class CalendarFeedResource {
    private final CalendarFeeds feeds;

    CalendarFeedResource(CalendarFeeds feeds) {
        this.feeds = feeds;
    }

    @GetMapping
    Page<CalendarFeed> list(ListRequest request) {
        return feeds.list(request)
                .map(feed ->
                        new CalendarFeed(feed.id(), feed.name(), feed.sitePath(), feed.createdBy(), feed.createdAt()));
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    CreatedCalendarFeed create(JsonBody body) {
        NewCalendarFeed wanted = body.as(NewCalendarFeed.class);
        CalendarFeeds.Created created = feeds.create(wanted.name(), wanted.sitePath());
        var feed = created.feed();
        String url = ServletUriComponentsBuilder.fromCurrentContextPath()
                .path(FeedResource.PATH)
                .build(created.token().text())
                .toString();
        return new CreatedCalendarFeed(
                feed.id(), feed.name(), feed.sitePath(), feed.createdBy(), feed.createdAt(), url);
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable UUID id) {
        feeds.revoke(id);
    }
}

package org.maintenancemanager.web.admin;

import static java.util.Objects.requireNonNull;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.maintenancemanager.api.admin.Calendar;
import org.maintenancemanager.api.admin.NewCalendar;
import org.maintenancemanager.api.admin.WindowKind;
import org.maintenancemanager.core.calendar.CalendarDraft;
import org.maintenancemanager.core.calendar.CalendarId;
import org.maintenancemanager.core.calendar.Calendars;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.web.rest.Answers;
import org.maintenancemanager.web.rest.BodyLimit;
import org.maintenancemanager.web.rest.IfMatch;
import org.maintenancemanager.web.rest.JsonBody;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Calendars that come in. */
@RestController
@RequestMapping("/api/v1/calendars")
class CalendarResource {
    static final MediaType ICALENDAR = MediaType.parseMediaType("text/calendar;charset=UTF-8");

    private static final BodyLimit LIMIT = new BodyLimit(Calendars.MAX_BYTES);

    private final Calendars calendars;

    CalendarResource(Calendars calendars) {
        this.calendars = calendars;
    }

    @GetMapping
    Page<Calendar> list(ListRequest request) {
        return calendars.list(request).map(CalendarResource::shown);
    }

    @GetMapping("/{id}")
    ResponseEntity<Calendar> get(@PathVariable UUID id) {
        return answer(calendars.load(new CalendarId(id)));
    }

    @PostMapping
    ResponseEntity<Object> create(JsonBody body) {
        return Answers.created(body, NewCalendar.class, this::create, "/api/v1/calendars", Calendar::id);
    }

    private List<Calendar> create(List<NewCalendar> items) {
        return calendars.create(items.stream().map(CalendarResource::draft).toList()).stream()
                .map(CalendarResource::shown)
                .toList();
    }

    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", "application/json"})
    ResponseEntity<Calendar> change(@PathVariable UUID id, IfMatch ifMatch, JsonBody body) {
        return answer(
                calendars.change(new CalendarId(id), ifMatch.version(), now -> draft(body.mergedInto(said(now)))));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id, IfMatch ifMatch) {
        calendars.delete(new CalendarId(id), ifMatch.version());
    }

    @PutMapping(path = "/{id}/content", consumes = "text/calendar")
    ResponseEntity<Calendar> upload(@PathVariable UUID id, HttpServletRequest request) throws IOException {
        return answer(calendars.upload(new CalendarId(id), LIMIT.read(request)));
    }

    @GetMapping("/{id}/content")
    ResponseEntity<String> content(@PathVariable UUID id) {
        String content = calendars.content(new CalendarId(id));
        if (content == null) {
            throw new NotFound("content of calendar", id.toString());
        }
        return ResponseEntity.ok().contentType(ICALENDAR).body(content);
    }

    @PostMapping("/{id}:refresh")
    ResponseEntity<Calendar> refresh(@PathVariable UUID id) {
        return answer(calendars.refresh(new CalendarId(id)));
    }

    private static ResponseEntity<Calendar> answer(org.maintenancemanager.core.calendar.Calendar calendar) {
        return Answers.of(shown(calendar), calendar.revision());
    }

    private static Calendar shown(org.maintenancemanager.core.calendar.Calendar calendar) {
        NewCalendar said = said(calendar.draft());
        return new Calendar(
                calendar.id().value(),
                requireNonNull(said.name()),
                requireNonNull(said.kind()),
                requireNonNull(said.zone()),
                requireNonNull(said.target()),
                requireNonNull(said.enabled()),
                said.url(),
                requireNonNull(said.refreshMinutes()),
                calendar.events(),
                calendar.contentSha256(),
                calendar.checkedAt(),
                calendar.loadedAt(),
                calendar.problem(),
                calendar.nextCheckAt(),
                calendar.createdAt(),
                calendar.updatedAt(),
                calendar.revision());
    }

    private static NewCalendar said(CalendarDraft draft) {
        return new NewCalendar(
                draft.name(),
                draft.kind() == null ? null : WindowKind.valueOf(draft.kind().name()),
                draft.zone(),
                draft.target() == null ? null : WindowResource.target(draft.target()),
                draft.enabled(),
                draft.url(),
                draft.refreshMinutes());
    }

    private static CalendarDraft draft(NewCalendar said) {
        return new CalendarDraft(
                said.name(),
                said.kind() == null ? null : Kind.valueOf(said.kind().name()),
                said.zone(),
                said.target() == null ? null : WindowResource.target(said.target()),
                said.enabled(),
                said.url(),
                said.refreshMinutes());
    }
}

package org.maintenancemanager.web.admin;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.NewWindow;
import org.maintenancemanager.api.admin.Window;
import org.maintenancemanager.api.admin.WindowFinding;
import org.maintenancemanager.api.admin.WindowImpact;
import org.maintenancemanager.api.admin.WindowKind;
import org.maintenancemanager.api.admin.WindowLintReport;
import org.maintenancemanager.api.admin.WindowOccurrence;
import org.maintenancemanager.api.admin.WindowPreview;
import org.maintenancemanager.api.admin.WindowRecurrence;
import org.maintenancemanager.api.admin.WindowSiteImpact;
import org.maintenancemanager.api.admin.WindowTarget;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.window.LintReport;
import org.maintenancemanager.core.window.WindowDefinition;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDraft;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceDraft;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceType;
import org.maintenancemanager.core.window.WindowDraft.TargetDraft;
import org.maintenancemanager.core.window.WindowDraft.TargetType;
import org.maintenancemanager.core.window.WindowId;
import org.maintenancemanager.core.window.WindowLinter;
import org.maintenancemanager.core.window.Windows;
import org.maintenancemanager.web.rest.Answers;
import org.maintenancemanager.web.rest.IfMatch;
import org.maintenancemanager.web.rest.JsonBody;
import org.maintenancemanager.web.rest.QueryTime;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Maintenance windows and freezes. */
@RestController
@RequestMapping("/api/v1")
class WindowResource {
    private final Windows windows;
    private final WindowLinter linter;

    WindowResource(Windows windows, WindowLinter linter) {
        this.windows = windows;
        this.linter = linter;
    }

    @GetMapping("/windows")
    Page<Window> list(ListRequest request) {
        return windows.list(request).map(WindowResource::shown);
    }

    @GetMapping("/windows/{id}")
    ResponseEntity<Window> get(@PathVariable UUID id) {
        return answer(windows.load(new WindowId(id)));
    }

    @PostMapping("/windows")
    ResponseEntity<Object> create(JsonBody body) {
        return Answers.created(body, NewWindow.class, this::create, "/api/v1/windows", Window::id);
    }

    private List<Window> create(List<NewWindow> items) {
        return windows.create(items.stream().map(WindowResource::draft).toList()).stream()
                .map(WindowResource::shown)
                .toList();
    }

    /** @param zone in which to show a NODE_LOCAL window; absent: its site's or node's, else the tenant's */
    @PostMapping("/windows:preview")
    WindowPreview preview(
            @RequestParam(required = false) @Nullable String zone,
            @RequestParam(required = false) @Nullable String from,
            JsonBody body) {
        var preview = windows.preview(draft(body.as(NewWindow.class)), zone, QueryTime.of("from", from, Instant.now()));
        List<WindowOccurrence> occurrences = preview.occurrences().stream()
                .map(occurrence -> new WindowOccurrence(
                        occurrence.start().toInstant(),
                        occurrence.end().toInstant(),
                        occurrence.start().toOffsetDateTime().toString(),
                        occurrence.end().toOffsetDateTime().toString(),
                        WindowOccurrence.ClockChange.valueOf(
                                occurrence.clockChange().name())))
                .toList();
        return new WindowPreview(
                preview.text(),
                preview.zone().getId(),
                hours(preview.openInAYear()),
                occurrences,
                findings(preview.findings()));
    }

    /** @param id of the window that the body, a merge patch then, would change; absent: the body is a new window */
    @PostMapping("/windows:lint")
    WindowLintReport lint(@RequestParam(required = false) @Nullable UUID id, JsonBody body) {
        LintReport report = id == null
                ? linter.created(draft(body.as(NewWindow.class)), Instant.now())
                : linter.changed(new WindowId(id), now -> draft(body.mergedInto(said(now))), Instant.now());
        LintReport.Impact impact = report.impact();
        return new WindowLintReport(
                report.text(),
                hours(report.openInAYear()),
                report.nodes(),
                findings(report.findings()),
                new WindowImpact(
                        impact.nodes(),
                        impact.otherNextOpening(),
                        impact.firstWindow(),
                        impact.lastWindow(),
                        impact.sites().stream()
                                .map(site -> new WindowSiteImpact(
                                        site.sitePath(), site.nodes(), site.before(), site.after()))
                                .toList(),
                        impact.truncated()));
    }

    private static List<WindowFinding> findings(List<LintReport.Finding> findings) {
        return findings.stream()
                .map(finding -> new WindowFinding(
                        WindowFinding.Code.valueOf(finding.code().name()),
                        WindowFinding.Severity.valueOf(finding.severity().name()),
                        finding.nodes(),
                        finding.sentence()))
                .toList();
    }

    /** With two digits: a hundredth of an hour is less than a minute. */
    private static double hours(Duration duration) {
        return Math.round(duration.toMillis() / 36_000.0) / 100.0;
    }

    @PatchMapping(
            path = "/windows/{id}",
            consumes = {"application/merge-patch+json", "application/json"})
    ResponseEntity<Window> change(@PathVariable UUID id, IfMatch ifMatch, JsonBody body) {
        return answer(windows.change(new WindowId(id), ifMatch.version(), now -> draft(body.mergedInto(said(now)))));
    }

    @DeleteMapping("/windows/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id, IfMatch ifMatch) {
        windows.delete(new WindowId(id), ifMatch.version());
    }

    private static ResponseEntity<Window> answer(org.maintenancemanager.core.window.Window window) {
        return Answers.of(shown(window), window.revision());
    }

    private static Window shown(org.maintenancemanager.core.window.Window window) {
        var definition = window.definition();
        WindowDraft draft = window.draft();
        return new Window(
                definition.id().value(),
                definition.name(),
                WindowKind.valueOf(definition.kind().name()),
                recurrence(requireNonNull(draft.recurrence())),
                definition.text(),
                draft.duration(),
                definition.zone().text(),
                target(requireNonNull(draft.target())),
                definition.enabled(),
                definition.validFrom(),
                definition.validUntil(),
                window.createdAt(),
                window.updatedAt(),
                window.revision(),
                window.calendar());
    }

    static NewWindow said(WindowDraft draft) {
        return new NewWindow(
                draft.name(),
                draft.kind() == null ? null : WindowKind.valueOf(draft.kind().name()),
                draft.recurrence() == null ? null : recurrence(draft.recurrence()),
                draft.duration(),
                draft.zone(),
                draft.target() == null ? null : target(draft.target()),
                draft.enabled(),
                draft.validFrom(),
                draft.validUntil());
    }

    private static WindowRecurrence recurrence(RecurrenceDraft draft) {
        return new WindowRecurrence(
                draft.type() == null
                        ? null
                        : WindowRecurrence.Type.valueOf(draft.type().name()),
                draft.startsAt(),
                draft.endsAt(),
                draft.days(),
                draft.interval(),
                draft.rrule(),
                draft.exdates(),
                draft.rdates(),
                draft.cron(),
                draft.wholeDays());
    }

    static WindowTarget target(WindowDefinition window) {
        return target(requireNonNull(WindowDraft.of(window).target()));
    }

    static WindowTarget target(TargetDraft draft) {
        return new WindowTarget(
                draft.type() == null
                        ? null
                        : WindowTarget.Type.valueOf(draft.type().name()),
                draft.sitePath(),
                draft.selector(),
                draft.nodeId());
    }

    static WindowDraft draft(NewWindow said) {
        WindowRecurrence recurrence = said.recurrence();
        WindowTarget target = said.target();
        return new WindowDraft(
                said.name(),
                said.kind() == null ? null : Kind.valueOf(said.kind().name()),
                recurrence == null
                        ? null
                        : new RecurrenceDraft(
                                recurrence.type() == null
                                        ? null
                                        : RecurrenceType.valueOf(
                                                recurrence.type().name()),
                                recurrence.startsAt(),
                                recurrence.endsAt(),
                                recurrence.days(),
                                recurrence.interval(),
                                recurrence.rrule(),
                                recurrence.exdates(),
                                recurrence.rdates(),
                                recurrence.cron(),
                                recurrence.wholeDays()),
                said.duration(),
                said.zone(),
                target == null ? null : target(target),
                said.enabled(),
                said.validFrom(),
                said.validUntil());
    }

    static TargetDraft target(WindowTarget said) {
        return new TargetDraft(
                said.type() == null ? null : TargetType.valueOf(said.type().name()),
                said.sitePath(),
                said.selector(),
                said.nodeId());
    }
}

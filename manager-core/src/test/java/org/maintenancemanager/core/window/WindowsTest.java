package org.maintenancemanager.core.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.window.WindowDefinition.FixedZone;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDefinition.SiteSubtree;
import org.maintenancemanager.core.window.WindowDefinition.Weekly;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceDraft;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceType;
import org.maintenancemanager.core.window.WindowDraft.TargetDraft;
import org.maintenancemanager.core.window.WindowDraft.TargetType;
import org.maintenancemanager.core.window.WindowPreview.ClockChange;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.TestTenant;
import org.springframework.jdbc.core.simple.JdbcClient;

@CoreTest
class WindowsTest {
    private static final RecurrenceDraft WEEKLY = weekly("2026-03-02T02:30", 1, DayOfWeek.SUNDAY, DayOfWeek.MONDAY);
    private static final RecurrenceDraft ONCE = once("2026-03-29T02:30", "2026-03-29T04:00");
    private static final TargetDraft EVERYONE = new TargetDraft(TargetType.TENANT, null, null, null);
    private static final TargetDraft EUROPE = new TargetDraft(TargetType.SITE, "/eu", null, null);

    private final Windows windows;
    private final JdbcClient jdbc;
    private final TestTenant tenant;
    private final UUID node;

    WindowsTest(Windows windows, JdbcClient jdbc) {
        this.windows = windows;
        this.jdbc = jdbc;
        tenant = TestTenant.create(jdbc);
        node = tenant.node("n1", tenant.site("/eu", "Europe/Berlin"));
    }

    @Test
    void everyKindOfWindowComesBackAsItWasSaid() {
        List<WindowDraft> drafts = List.of(
                new WindowDraft(
                        "once",
                        Kind.FREEZE,
                        once("2026-12-20T00:00", "2027-01-07T00:00"),
                        null,
                        "Europe/Berlin",
                        EVERYONE,
                        true,
                        null,
                        null),
                new WindowDraft(
                        "weekly",
                        Kind.PERMIT,
                        weekly("2026-03-02T22:00", 2, DayOfWeek.MONDAY, DayOfWeek.SUNDAY),
                        "PT8H",
                        "NODE_LOCAL",
                        EUROPE,
                        false,
                        Instant.parse("2026-03-01T00:00:00Z"),
                        Instant.parse("2027-03-01T00:00:00.5Z")),
                new WindowDraft(
                        "rule",
                        Kind.PERMIT,
                        rule("2026-01-01T02:30", "FREQ=MONTHLY;BYDAY=-1SU", "2026-03-29T02:30", "2026-04-01T03:00:15"),
                        "PT1H30M",
                        "Asia/Kolkata",
                        new TargetDraft(TargetType.SELECTOR, null, "label.ring==canary", null),
                        true,
                        null,
                        null),
                new WindowDraft(
                        "node",
                        Kind.PERMIT,
                        ONCE,
                        null,
                        "America/New_York",
                        new TargetDraft(TargetType.NODE, null, null, node),
                        true,
                        null,
                        null));

        List<Window> created = tenant.as(() -> windows.create(drafts));

        assertThat(created).extracting(Window::draft).isEqualTo(drafts);
        for (Window window : created) {
            assertThat(tenant.as(() -> windows.load(window.id()))).isEqualTo(window);
            assertThat(tenant.audited(window.id())).containsExactly("window.created");
        }
        assertThat(windows.definitions(tenant.id()).definitions())
                .containsExactlyInAnyOrderElementsOf(
                        created.stream().map(Window::definition).toList());
        assertThat(names("target.sitePath==/eu;kind==PERMIT")).containsExactly("weekly");
        assertThat(names("recurrence.type=in=(ONE_SHOT,RRULE)")).containsExactly("node", "once", "rule");
    }

    /** 02:30 did not exist on that day in New York; a driver that made an instant of it would keep 03:30. */
    @Test
    void localTimesAreKeptWhateverTheZoneOfThisMachine() {
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
        try {
            Window once = create(draft("once", once("2026-03-08T02:30", "2026-03-08T04:00"), null));
            Window rule = create(draft(
                    "rule", rule("2026-03-08T02:30", "FREQ=DAILY", "2027-03-14T02:30", "2028-03-12T02:15"), "PT1H"));
            assertThat(tenant.as(() -> windows.load(once.id())).draft().recurrence())
                    .isEqualTo(once("2026-03-08T02:30", "2026-03-08T04:00"));
            assertThat(tenant.as(() -> windows.load(rule.id())).draft().recurrence())
                    .isEqualTo(rule("2026-03-08T02:30", "FREQ=DAILY", "2027-03-14T02:30", "2028-03-12T02:15"));
            assertThat(jdbc.sql("select starts_at::text from maintenance_window where id = :id")
                            .param("id", once.id().value())
                            .query(String.class)
                            .single())
                    .isEqualTo("2026-03-08 02:30:00");
        } finally {
            TimeZone.setDefault(before);
        }
    }

    static Stream<Arguments> badDrafts() {
        return Stream.of(
                bad("/name", draft("", WEEKLY, "PT1H")),
                bad("/name", draft(null, WEEKLY, "PT1H")),
                bad("/name", draft("n".repeat(201), WEEKLY, "PT1H")),
                bad("/kind", new WindowDraft("w", null, WEEKLY, "PT1H", "UTC", EVERYONE, null, null, null)),
                bad("/recurrence", draft("w", null, "PT1H")),
                bad(
                        "/recurrence/type",
                        draft(
                                "w",
                                new RecurrenceDraft(null, "2026-01-01T00:00", null, null, null, null, null, null, null),
                                null)),
                bad("/zone", in("Mars/Olympus")),
                bad("/zone", in("+02:00")),
                bad("/zone", in("GMT+2")),
                bad("/zone", in(null)),
                bad("/duration", draft("w", WEEKLY, "-PT1H")),
                bad("/duration", draft("w", WEEKLY, "PT4M59S")),
                bad("/duration", draft("w", WEEKLY, "P7DT1S")),
                bad("/duration", draft("w", WEEKLY, "an hour")),
                bad("/duration", draft("w", WEEKLY, null)),
                bad("/duration", draft("w", ONCE, "PT1H")),
                bad("/recurrence/startsAt", draft("w", weekly("2026-03-02T02:30:00Z", 1, DayOfWeek.MONDAY), "PT1H")),
                bad("/recurrence/startsAt", draft("w", weekly("2026-02-30T02:30", 1, DayOfWeek.MONDAY), "PT1H")),
                bad("/recurrence/startsAt", draft("w", weekly("+999999-01-01T00:00", 1, DayOfWeek.MONDAY), "PT1H")),
                bad("/recurrence/days", draft("w", weekly("2026-03-02T02:30", 1), "PT1H")),
                bad("/recurrence/interval", draft("w", weekly("2026-03-02T02:30", 0, DayOfWeek.MONDAY), "PT1H")),
                bad("/recurrence/endsAt", draft("w", once("2026-03-02T02:30", null), null)),
                bad("/recurrence/endsAt", draft("w", once("2026-03-02T02:30", "2026-03-02T02:30"), null)),
                bad("/recurrence/endsAt", draft("w", once("2026-03-02T02:30", "2026-03-09T02:31"), null)),
                bad("/recurrence/rrule", draft("w", rule("2026-03-02T02:30", "FREQ=SOMETIMES"), "PT1H")),
                bad("/recurrence/rrule", draft("w", rule("2026-03-02T02:30", "FREQ=SECONDLY"), "PT1H")),
                bad("/recurrence/rrule", draft("w", rule("2026-03-02T02:30", null), "PT1H")),
                bad(
                        "/recurrence/rrule",
                        draft("w", rule("2026-03-02T02:30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "PT1H")),
                bad(
                        "/recurrence/rrule",
                        draft("w", rule("2026-03-02T02:30", "FREQ=DAILY;UNTIL=20200101T000000"), "PT1H")),
                bad(
                        "/recurrence/exdates/0",
                        draft("w", rule("2026-03-02T02:30", "FREQ=DAILY", "tomorrow", "2026-03-02T02:30"), "PT1H")),
                bad("/target", at(null)),
                bad("/target/type", at(new TargetDraft(null, null, null, null))),
                bad("/target/sitePath", at(new TargetDraft(TargetType.SITE, "/nowhere", null, null))),
                bad("/target/sitePath", at(new TargetDraft(TargetType.SITE, "/eu\0", null, null))),
                bad("/target/sitePath", at(new TargetDraft(TargetType.SITE, null, null, null))),
                bad("/target/selector", at(new TargetDraft(TargetType.SELECTOR, null, "label.ring=", null))),
                bad("/target/selector", at(new TargetDraft(TargetType.SELECTOR, null, "colour==red", null))),
                bad("/target/selector", at(new TargetDraft(TargetType.SELECTOR, null, " ", null))),
                bad("/target/selector", at(new TargetDraft(TargetType.TENANT, null, "id==1", null))),
                bad("/target/nodeId", at(new TargetDraft(TargetType.NODE, null, null, new UUID(1, 1)))),
                bad(
                        "/validUntil",
                        new WindowDraft(
                                "w",
                                Kind.PERMIT,
                                WEEKLY,
                                "PT1H",
                                "UTC",
                                EVERYONE,
                                null,
                                Instant.EPOCH,
                                Instant.EPOCH)));
    }

    @ParameterizedTest(name = "{0} {index}")
    @MethodSource("badDrafts")
    void badFieldIsNamedAndNothingIsWritten(String pointer, WindowDraft bad) {
        var refusal = catchThrowableOfType(
                InvalidInput.class, () -> tenant.as(() -> windows.create(List.of(draft("good", WEEKLY, "PT1H"), bad))));
        assertThat(refusal.problems()).extracting(FieldProblem::pointer).containsExactly("/1" + pointer);
        assertThat(names(null)).isEmpty();
        assertThat(windows.definitions(tenant.id()).version()).isZero();
        assertRefused(pointer, () -> windows.preview(bad, null, Instant.EPOCH));
    }

    @Test
    void eachChangeGivesTheSetAnotherVersion() {
        assertThat(windows.definitions(tenant.id())).isEqualTo(new WindowSet(0, List.of()));
        Window window = create(draft("w", WEEKLY, "PT1H"));
        assertThat(windows.definitions(tenant.id()).version()).isEqualTo(1);

        Window unchanged = tenant.as(() -> windows.change(window.id(), window.revision(), d -> d));
        assertThat(unchanged.revision()).isEqualTo(window.revision());
        assertThat(windows.definitions(tenant.id()).version()).isEqualTo(1);

        Window changed = tenant.as(() -> windows.change(
                window.id(),
                window.revision(),
                d -> new WindowDraft("w", Kind.PERMIT, WEEKLY, "PT2H", "UTC", EUROPE, true, null, null)));
        assertThat(changed.definition())
                .isEqualTo(new WindowDefinition(
                        window.id(),
                        "w",
                        Kind.PERMIT,
                        new Weekly(
                                Set.of(DayOfWeek.SUNDAY, DayOfWeek.MONDAY),
                                1,
                                LocalDateTime.parse("2026-03-02T02:30"),
                                Duration.ofHours(2)),
                        new FixedZone(java.time.ZoneId.of("UTC")),
                        new SiteSubtree("/eu"),
                        true,
                        null,
                        null));
        assertThat(windows.definitions(tenant.id())).isEqualTo(new WindowSet(2, List.of(changed.definition())));

        tenant.run(() -> windows.delete(window.id(), changed.revision()));
        assertThat(windows.definitions(tenant.id())).isEqualTo(new WindowSet(3, List.of()));
        assertThat(tenant.audited(window.id())).containsExactly("window.created", "window.changed", "window.deleted");
    }

    @Test
    void namesAreUnique() {
        create(draft("a", WEEKLY, "PT1H"));
        Window b = create(draft("b", WEEKLY, "PT1H"));
        assertConflict(() -> create(draft("a", WEEKLY, "PT1H")));
        assertConflict(() ->
                tenant.as(() -> windows.create(List.of(draft("c", WEEKLY, "PT1H"), draft("c", WEEKLY, "PT1H")))));
        assertConflict(() -> tenant.as(() -> windows.change(b.id(), b.revision(), d -> draft("a", WEEKLY, "PT1H"))));
        assertThat(names(null)).containsExactly("a", "b");
    }

    @Test
    void secondOfTwoEditorsIsTold() {
        Window window = create(draft("w", WEEKLY, "PT1H"));
        tenant.as(() -> windows.change(window.id(), window.revision(), d -> draft("first", WEEKLY, "PT1H")));
        assertThatThrownBy(() -> tenant.as(
                        () -> windows.change(window.id(), window.revision(), d -> draft("second", WEEKLY, "PT1H"))))
                .isInstanceOf(StaleVersion.class);
        assertThatThrownBy(() -> tenant.run(() -> windows.delete(window.id(), window.revision())))
                .isInstanceOf(StaleVersion.class);
    }

    @Test
    void otherTenantsWindowsAreNotThere() {
        Window window = create(draft("w", WEEKLY, "PT1H"));
        TestTenant other = TestTenant.create(jdbc);
        assertThatThrownBy(() -> other.as(() -> windows.load(window.id()))).isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> other.as(() -> windows.change(window.id(), window.revision(), d -> d)))
                .isInstanceOf(NotFound.class);
        assertThat(windows.definitions(other.id())).isEqualTo(new WindowSet(0, List.of()));
        var foreignNode = catchThrowableOfType(
                InvalidInput.class,
                () -> other.as(() ->
                        windows.create(List.of(at(new TargetDraft(TargetType.NODE, null, null, node)), at(EUROPE)))));
        assertThat(foreignNode.problems())
                .extracting(FieldProblem::pointer)
                .containsExactly("/0/target/nodeId", "/1/target/sitePath");
        assertThatThrownBy(() -> windows.definitions(new org.maintenancemanager.core.tenant.TenantId(Ids.next())))
                .isInstanceOf(NotFound.class);
    }

    @Test
    void manyWindowsAreCreatedAtOnce() {
        List<WindowDraft> drafts = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            drafts.add(draft("w%03d".formatted(i), WEEKLY, "PT1H"));
        }
        assertThat(tenant.as(() -> windows.create(drafts))).hasSize(500);
        assertThat(windows.definitions(tenant.id()).version()).isEqualTo(1);
        assertThat(windows.definitions(tenant.id()).definitions()).hasSize(500);
    }

    @Test
    void previewShowsWhatTheClocksDo() {
        WindowDraft daily = new WindowDraft(
                "w",
                Kind.PERMIT,
                rule("2026-01-01T02:30", "FREQ=DAILY"),
                "PT1H",
                "NODE_LOCAL",
                EUROPE,
                true,
                null,
                null);

        WindowPreview spring = tenant.as(() -> windows.preview(daily, null, Instant.parse("2026-03-28T00:00:00Z")));
        assertThat(spring.zone().getId()).isEqualTo("Europe/Berlin");
        assertThat(spring.occurrences()).hasSize(10);
        assertThat(spring.occurrences().subList(0, 3))
                .extracting(o -> o.start().toOffsetDateTime() + " " + o.clockChange())
                .containsExactly(
                        "2026-03-28T02:30+01:00 NONE",
                        "2026-03-29T03:00+02:00 START_MOVED",
                        "2026-03-30T02:30+02:00 NONE");

        WindowPreview autumn =
                tenant.as(() -> windows.preview(daily, "Europe/Paris", Instant.parse("2026-10-25T00:00:00Z")));
        assertThat(autumn.zone().getId()).isEqualTo("Europe/Paris");
        assertThat(autumn.occurrences().getFirst().clockChange()).isEqualTo(ClockChange.START_AMBIGUOUS);
        assertThat(autumn.occurrences().getFirst().start().toOffsetDateTime()).hasToString("2026-10-25T02:30+02:00");
        assertThat(autumn.occurrences().getFirst().end().toOffsetDateTime()).hasToString("2026-10-25T02:30+01:00");
    }

    @Test
    void previewOfARareWindowShowsWhatThereIs() {
        WindowDraft leapDay = draft("w", rule("2028-02-29T02:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"), "PT1H");
        assertThat(tenant.as(() -> windows.preview(leapDay, null, Instant.parse("2026-03-28T00:00:00Z")))
                        .occurrences())
                .extracting(o -> o.start().getYear())
                .containsExactly(2028, 2032);
        assertThat(tenant.as(() -> windows.preview(draft("w", ONCE, null), null, Instant.parse("2027-01-01T00:00:00Z")))
                        .occurrences())
                .isEmpty();
        assertRefused("/zone", () -> windows.preview(leapDay, "Nowhere", Instant.EPOCH));
    }

    private Window create(WindowDraft draft) {
        return tenant.as(() -> windows.create(List.of(draft))).getFirst();
    }

    private List<String> names(@Nullable String filter) {
        return tenant.as(() -> windows.list(new ListRequest(filter, null, null, 50))).items().stream()
                .map(window -> window.definition().name())
                .toList();
    }

    private void assertConflict(Callable<?> work) {
        var refusal = catchThrowableOfType(Conflict.class, work::call);
        assertThat(refusal).isNotNull();
        assertThat(refusal.type()).isEqualTo(ProblemType.CONFLICT);
    }

    private void assertRefused(String pointer, Callable<?> work) {
        var refusal = catchThrowableOfType(InvalidInput.class, () -> tenant.as(work));
        assertThat(refusal).isNotNull();
        assertThat(refusal.problems()).extracting(FieldProblem::pointer).containsExactly(pointer);
    }

    private static Arguments bad(String pointer, WindowDraft draft) {
        return Arguments.of(pointer, draft);
    }

    private static WindowDraft draft(
            @Nullable String name, @Nullable RecurrenceDraft recurrence, @Nullable String duration) {
        return new WindowDraft(name, Kind.PERMIT, recurrence, duration, "Europe/Berlin", EVERYONE, true, null, null);
    }

    private static WindowDraft in(@Nullable String zone) {
        return new WindowDraft("w", Kind.PERMIT, WEEKLY, "PT1H", zone, EVERYONE, null, null, null);
    }

    private static WindowDraft at(@Nullable TargetDraft target) {
        return new WindowDraft("w", Kind.PERMIT, WEEKLY, "PT1H", "UTC", target, null, null, null);
    }

    private static RecurrenceDraft once(@Nullable String start, @Nullable String end) {
        return new RecurrenceDraft(RecurrenceType.ONE_SHOT, start, end, null, null, null, null, null, null);
    }

    private static RecurrenceDraft weekly(String start, int interval, DayOfWeek... days) {
        return new RecurrenceDraft(
                RecurrenceType.WEEKLY,
                start,
                null,
                Arrays.stream(days).sorted().toList(),
                interval,
                null,
                null,
                null,
                null);
    }

    private static RecurrenceDraft rule(String start, @Nullable String rule) {
        return new RecurrenceDraft(RecurrenceType.RRULE, start, null, null, null, rule, List.of(), List.of(), null);
    }

    private static RecurrenceDraft rule(String start, @Nullable String rule, String exdate, String rdate) {
        return new RecurrenceDraft(
                RecurrenceType.RRULE, start, null, null, null, rule, List.of(exdate), List.of(rdate), null);
    }
}

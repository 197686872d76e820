package org.maintenancemanager.core.window;

import static java.time.DayOfWeek.MONDAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.maintenancemanager.core.window.WindowFixtures.freeze;
import static org.maintenancemanager.core.window.WindowFixtures.oneShot;
import static org.maintenancemanager.core.window.WindowFixtures.permit;
import static org.maintenancemanager.core.window.WindowFixtures.rule;
import static org.maintenancemanager.core.window.WindowFixtures.weekly;
import static org.maintenancemanager.core.window.WindowFixtures.window;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.tenant.IanaZones;
import org.maintenancemanager.core.window.WindowDefinition.Cron;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDefinition.NodeLocal;
import org.maintenancemanager.core.window.WindowDefinition.RRule;
import org.maintenancemanager.core.window.WindowDefinition.SiteSubtree;
import org.maintenancemanager.core.window.WindowDefinition.Weekly;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceDraft;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceType;
import org.maintenancemanager.core.window.WindowDraft.TargetDraft;
import org.maintenancemanager.core.window.WindowDraft.TargetType;

class WindowCheckTest {
    private static final LocalDateTime START = LocalDateTime.parse("2026-01-01T02:00");

    @Test
    void soundDefinitionsHaveNoProblems() {
        assertThat(permit("w", weekly("2026-01-01T02:00", "PT4H", MONDAY), "Europe/Berlin")
                        .validate())
                .isEmpty();
        assertThat(permit("w", rule("2026-01-01T02:00", "FREQ=MONTHLY;BYDAY=-1SU", "P7D"), "NODE_LOCAL")
                        .validate())
                .isEmpty();
        assertThat(permit("w", rule("2026-01-01T02:00", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29", "PT5M"), "UTC")
                        .validate())
                .isEmpty();
        assertThat(permit("w", oneShot("2026-01-01T02:00", "2026-01-01T02:05"), "UTC")
                        .validate())
                .isEmpty();
        assertThat(freeze("Holidays", oneShot("2026-12-20T00:00", "2027-01-07T00:00"), "UTC")
                        .validate())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"+02:00", "-5", "UTC+2", "GMT-3", "Z", "UT+1"})
    void offsetIsNoZone(String zone) {
        assertThat(WindowDefinition.validateZone(zone, "/zone"))
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.message()).contains("is an offset").contains("Europe/Berlin"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Europe/Berlim", "europe/berlin", "", "CEST", "Mars/Olympus_Mons", "node_local"})
    void unknownZoneIsRefusedWithAnExample(String zone) {
        assertThat(WindowDefinition.validateZone(zone, "/site/zone"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.pointer()).isEqualTo("/site/zone");
                    assertThat(problem.message()).contains("such as Europe/Berlin");
                });
    }

    @Test
    void everyZoneOfTheDatabaseIsAccepted() {
        assertThat(IanaZones.names())
                .allSatisfy(zone ->
                        assertThat(WindowDefinition.validateZone(zone, "/zone")).isEmpty());
    }

    @Test
    void offsetThatIsAlreadyAZoneIdIsRefusedToo() {
        WindowDefinition window = window(
                "w",
                Kind.PERMIT,
                weekly("2026-01-01T02:00", "PT1H", MONDAY),
                new WindowDefinition.FixedZone(ZoneId.of("+02:00")),
                new WindowDefinition.Tenant());
        assertThat(window.validate()).extracting(FieldProblem::pointer).containsExactly("/zone");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            FREQ=SOMETIMES                       | cannot be read
            FREQ=WEEKLY;BYDAY=XX                 | cannot be read
            FREQ=DAILY;COUNT=0                   | cannot be read
            FREQ=DAILY;FOO=1                     | cannot be read
            nonsense                             | cannot be read
            FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30  | never fires
            FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30   | never fires
            FREQ=DAILY;UNTIL=20251231            | never fires
            FREQ=SECONDLY                        | FREQ=SECONDLY is not supported
            FREQ=MINUTELY                        | FREQ=MINUTELY is not supported
            FREQ=HOURLY                          | FREQ=HOURLY is not supported
            FREQ=DAILY;INTERVAL=1001             | INTERVAL is 1001
            FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYMINUTE=0,5,10,15,20,25,30 | fires more than 9000 times
            """)
    void ruleThatCannotWorkIsRefused(String rule, String message) {
        assertThat(permit("w", rule("2026-01-01T02:00", rule, "PT1H"), "UTC").validate())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.pointer()).isEqualTo("/recurrence/rule");
                    assertThat(problem.message()).contains(message);
                });
    }

    /** Expanded, the first would be 31 million starts a year; it is refused for its length, before it is. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31;BYHOUR=24;BYMINUTE=60;BYSECOND=60 | names 32140800 combinations
            FREQ=MONTHLY;BYMONTHDAY=31;BYHOUR=24;BYMINUTE=60;BYSECOND=60 | names 2678400 combinations
            FREQ=DAILY;BYHOUR=24;BYMINUTE=60;BYSECOND=60 | names 86400 combinations
            FREQ=DAILY;BYHOUR=24;BYMINUTE=60 | fires more than 9000 times
            FREQ=MONTHLY;BYMONTHDAY=31;BYHOUR=24 | fires no more than that
            FREQ=DAILY;COUNT=2000000000 | COUNT is 2000000000; expected 1 to 10000
            """)
    void ruleThatExpandsWithoutBoundIsRefusedBeforeItIsExpanded(String rule, String message) {
        String spelled = spelledOut(rule);
        assertThat(permit("w", rule("2026-01-01T02:00", spelled, "PT1H"), "UTC").validate())
                .extracting(FieldProblem::message)
                .hasSize(message.startsWith("fires no more") ? 0 : 1)
                .allSatisfy(said -> assertThat(said).contains(message));
    }

    /** {@code BYHOUR=24} as all its 24 values. */
    private static String spelledOut(String rule) {
        return Pattern.compile("(BYHOUR|BYMINUTE|BYSECOND|BYMONTH|BYMONTHDAY)=(\\d+)")
                .matcher(rule)
                .replaceAll(part -> {
                    int first = part.group(1).startsWith("BYMONTH") ? 1 : 0;
                    return part.group(1) + "="
                            + IntStream.range(first, first + Integer.parseInt(part.group(2)))
                                    .mapToObj(String::valueOf)
                                    .collect(Collectors.joining(","));
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            * * * * *        | fires more than 9000 times
            */5 * * * *      | fires more than 9000 times
            0-59/2 0-23 * * * | fires more than 9000 times
            0 0 30 2 *       | never fires
            0 0 31 4,6,9,11 * | never fires
            """)
    void cronThatIsEndlessOrNeverFiresIsRefusedWithTheExampleOfARightOne(String expression, String message) {
        assertThat(permit("w", new Cron(expression, hours(1)), "UTC").validate())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.pointer()).isEqualTo("/recurrence/cron");
                    assertThat(problem.message()).contains(message).contains("such as");
                });
    }

    @Test
    void cronOfAMillionLettersIsNotEvenRead() {
        assertThat(permit("w", new Cron("0,".repeat(500_000) + "0 0 * * *", hours(1)), "UTC")
                        .validate())
                .containsExactly(new FieldProblem("/recurrence/cron", "has 1000009 characters; expected at most 200"));
    }

    @Test
    void ruleWhoseEveryDateIsExcludedNeverFires() {
        var recurrence = new RRule(START, "FREQ=DAILY;COUNT=2", List.of(START, START.plusDays(1)), List.of(), hours(1));
        assertThat(permit("w", recurrence, "UTC").validate())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("never fires"));
        var rescued = new RRule(
                START, "FREQ=DAILY;COUNT=2", List.of(START, START.plusDays(1)), List.of(START.plusDays(9)), hours(1));
        assertThat(permit("w", rescued, "UTC").validate()).isEmpty();
    }

    @Test
    void aMillionExdatesAreRefused() {
        var recurrence = new RRule(START, "FREQ=DAILY", Collections.nCopies(1_000_000, START), List.of(), hours(1));
        assertThat(permit("w", recurrence, "UTC").validate())
                .containsExactly(new FieldProblem("/recurrence/exdates", "has 1000000 dates; expected at most 1000"));
        // As people say them, they are not even read.
        var problems = new Problems();
        var said = new RecurrenceDraft(
                RecurrenceType.RRULE,
                "2026-01-01T02:00",
                null,
                null,
                null,
                "FREQ=DAILY",
                Collections.nCopies(1_000_000, "no time at all"),
                null,
                null);
        new WindowDraft("w", Kind.PERMIT, said, "PT1H", "UTC", everyone(), null, null, null)
                .define(new WindowId(new UUID(1, 1)), "", problems);
        assertThat(catchThrowableOfType(InvalidInput.class, problems::throwIfAny)
                        .problems())
                .containsExactly(new FieldProblem("/recurrence/exdates", "has 1000000 dates; expected at most 1000"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "-PT1H", "PT4M59S", "P7DT1S", "P1000D"})
    void durationOutsideItsRangeIsRefused(String duration) {
        assertThat(permit("w", weekly("2026-01-01T02:00", duration, MONDAY), "UTC")
                        .validate())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.pointer()).isEqualTo("/recurrence/duration");
                    assertThat(problem.message()).contains("5 minutes").contains("7 days");
                });
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-02T02:00, 2026-01-02T02:00, is not after the start",
        "2026-01-02T02:00, 2026-01-01T02:00, is not after the start",
        "2026-01-02T02:00, 2026-01-02T02:01, expected 5 minutes to 7 days",
        "2026-01-02T02:00, 2026-01-10T02:00, expected 5 minutes to 7 days",
        "2026-01-02T02:00, 9999-01-10T02:00, between the years 1970 and 2199",
    })
    void oneShotWithoutAUsefulEndIsRefused(String start, String end, String message) {
        assertThat(permit("w", oneShot(start, end), "UTC").validate())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.pointer()).isEqualTo("/recurrence/end");
                    assertThat(problem.message()).contains(message);
                });
    }

    @Test
    void allProblemsAreNamedAtOnce() {
        var window = new WindowDefinition(
                WindowFixtures.permit("x", weekly("2026-01-01T02:00", "PT1H", MONDAY), "UTC")
                        .id(),
                " ",
                Kind.PERMIT,
                new Weekly(Set.of(), 0, LocalDateTime.parse("1900-01-01T00:00:00.5"), hours(200)),
                new NodeLocal(),
                new SiteSubtree("eu/"),
                true,
                java.time.Instant.EPOCH,
                java.time.Instant.EPOCH);
        assertThat(window.validate())
                .extracting(FieldProblem::pointer)
                .containsExactly(
                        "/name",
                        "/recurrence/start",
                        "/recurrence/duration",
                        "/recurrence/days",
                        "/recurrence/interval",
                        "/target/path",
                        "/validUntil");
    }

    private static TargetDraft everyone() {
        return new TargetDraft(TargetType.TENANT, null, null, null);
    }

    private static Duration hours(int hours) {
        return Duration.ofHours(hours);
    }
}

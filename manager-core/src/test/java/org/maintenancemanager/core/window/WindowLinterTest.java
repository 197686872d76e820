package org.maintenancemanager.core.window;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.window.LintReport.Code;
import org.maintenancemanager.core.window.LintReport.Finding;
import org.maintenancemanager.core.window.LintReport.Severity;
import org.maintenancemanager.core.window.LintReport.SiteImpact;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceDraft;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceType;
import org.maintenancemanager.core.window.WindowDraft.TargetDraft;
import org.maintenancemanager.core.window.WindowDraft.TargetType;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.TestTenant;
import org.springframework.jdbc.core.simple.JdbcClient;

@CoreTest
class WindowLinterTest {
    private static final Instant NOON = Instant.parse("2027-06-15T12:00:00Z");
    private static final TargetDraft EVERYONE = new TargetDraft(TargetType.TENANT, null, null, null);
    private static final TargetDraft BERLIN = new TargetDraft(TargetType.SITE, "/berlin", null, null);

    private final Windows windows;
    private final WindowLinter linter;
    private final JdbcClient jdbc;
    private final TestTenant tenant;
    private final UUID berlin;
    private final UUID tokyo;

    WindowLinterTest(Windows windows, WindowLinter linter, JdbcClient jdbc) {
        this.windows = windows;
        this.linter = linter;
        this.jdbc = jdbc;
        tenant = TestTenant.create(jdbc);
        berlin = tenant.site("/berlin", "Europe/Berlin");
        tokyo = tenant.site("/tokyo", "Asia/Tokyo");
        tenant.node("b1", berlin);
        tenant.node("b2", berlin);
        tenant.node("t1", tokyo);
    }

    @Test
    void firstWindowOfNodesIsTold() {
        LintReport report = lint(draft("nights", Kind.PERMIT, cron("0 22 * * TUE"), "PT4H", BERLIN));
        assertThat(report.text()).isEqualTo("every Tuesday, 22:00-02:00, the node's local time");
        assertThat(report.openInAYear()).isEqualTo(Duration.ofHours(53 * 4));
        assertThat(report.nodes()).isEqualTo(2);
        assertThat(report.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(Code.NODES_WITHOUT_WINDOW);
            assertThat(finding.severity()).isEqualTo(Severity.INFO);
            assertThat(finding.nodes()).isEqualTo(1);
        });
        assertThat(report.impact().nodes()).isEqualTo(2);
        assertThat(report.impact().firstWindow()).isEqualTo(2);
        assertThat(report.impact().lastWindow()).isZero();
        assertThat(report.impact().sites())
                .containsExactly(new SiteImpact("/berlin", 2, null, Instant.parse("2027-06-15T20:00:00Z")));
        assertThat(tenant.as(() -> windows.definitions(tenant.id()).definitions()))
                .as("nothing is kept")
                .isEmpty();
    }

    @Test
    void removalOfTheLastWindowIsAnError() {
        WindowId id = keep(draft("nights", Kind.PERMIT, cron("0 22 * * *"), "PT4H", EVERYONE));
        keep(draft(
                "other",
                Kind.PERMIT,
                cron("0 23 * * *"),
                "PT1H",
                new TargetDraft(TargetType.SITE, "/tokyo", null, null)));
        LintReport report = tenant.as(() -> linter.changed(id, now -> enabled(now, false), NOON));
        assertThat(report.impact().nodes()).isEqualTo(3);
        assertThat(report.impact().lastWindow()).isEqualTo(2);
        assertThat(report.impact().otherNextOpening()).isEqualTo(3);
        assertThat(report.impact().sites())
                .containsExactly(
                        new SiteImpact("/berlin", 2, Instant.parse("2027-06-15T20:00:00Z"), null),
                        new SiteImpact(
                                "/tokyo",
                                1,
                                Instant.parse("2027-06-15T13:00:00Z"),
                                Instant.parse("2027-06-15T14:00:00Z")));
        assertThat(codes(report)).containsExactly("ERROR NODES_WITHOUT_WINDOW 2", "INFO OVERLAPS 0");
    }

    @Test
    void unchangedWindowChangesNothing() {
        WindowId id = keep(draft("nights", Kind.PERMIT, cron("0 22 * * *"), "PT4H", EVERYONE));
        LintReport report = tenant.as(() -> linter.changed(id, now -> now, NOON));
        assertThat(report.impact().nodes()).isZero();
        assertThat(report.impact().sites()).isEmpty();
        assertThat(report.findings()).isEmpty();
    }

    @Test
    void windowThatFreezesSwallowIsAnError() {
        keep(draft("strike", Kind.FREEZE, cron("0 21 * * *"), "PT6H", BERLIN));
        assertThat(codes(lint(draft("nights", Kind.PERMIT, cron("0 22 * * *"), "PT4H", BERLIN))))
                .contains("ERROR SWALLOWED_BY_FREEZE 2");
        assertThat(codes(lint(draft("nights", Kind.PERMIT, cron("0 22 * * *"), "PT4H", EVERYONE))))
                .contains("WARNING SWALLOWED_BY_FREEZE 2");
        LintReport partly = lint(draft("nights", Kind.PERMIT, cron("0 0 * * *"), "PT4H", BERLIN));
        assertThat(codes(partly)).contains("INFO PARTLY_FROZEN 2");
        assertThat(partly.findings())
                .anySatisfy(finding -> assertThat(finding.sentence()).contains("75 %"));
    }

    @Test
    void windowThatIsTooShortForTheHardwareIsAnError() {
        jdbc.sql("update node set hardware = 'slow-1' where tenant_id = :tenant and name = 'b1'")
                .param("tenant", tenant.id().value())
                .update();
        jdbc.sql("insert into hardware_timing (tenant_id, hardware, samples, p50_seconds, p95_seconds)"
                        + " values (:tenant, 'slow-1', 20, 600, 7201)")
                .param("tenant", tenant.id().value())
                .update();
        LintReport report = lint(draft("nights", Kind.PERMIT, cron("0 22 * * *"), "PT2H", EVERYONE));
        assertThat(codes(report)).containsExactly("ERROR TOO_SHORT 1");
        assertThat(report.findings().getFirst().sentence())
                .isEqualTo(
                        "Hardware slow-1 needs 121 minutes to install, restart and be checked, longer than any opening"
                                + " of 1 node.");
        // Another window right behind it makes one long opening.
        keep(draft("later", Kind.PERMIT, cron("0 0 * * *"), "PT1H", BERLIN));
        assertThat(codes(lint(draft("nights", Kind.PERMIT, cron("0 22 * * *"), "PT2H", EVERYONE))))
                .isEmpty();
        assertThat(codes(lint(draft("blink", Kind.PERMIT, cron("0 12 * * *"), "PT5M", EVERYONE))))
                .contains("ERROR TOO_SHORT 1");
    }

    @Test
    void windowThatNeverOpensOrThatNobodyUsesIsTold() {
        RecurrenceDraft past = new RecurrenceDraft(
                RecurrenceType.ONE_SHOT, "2026-01-01T00:00", "2026-01-02T00:00", null, null, null, null, null, null);
        assertThat(codes(lint(draft("past", Kind.PERMIT, past, null, EVERYONE))))
                .contains("ERROR NEVER_OPENS 3");
        assertThat(codes(lint(draft("past", Kind.FREEZE, past, null, EVERYONE))))
                .contains("WARNING NEVER_OPENS 3");
        assertThat(codes(lint(draft(
                        "nobody",
                        Kind.PERMIT,
                        cron("0 22 * * *"),
                        "PT2H",
                        new TargetDraft(TargetType.SELECTOR, null, "label.ring==canary", null)))))
                .contains("WARNING UNUSED 0");
        RecurrenceDraft far = new RecurrenceDraft(
                RecurrenceType.ONE_SHOT, "2029-01-01T00:00", "2029-01-02T00:00", null, null, null, null, null, null);
        assertThat(codes(lint(draft("far", Kind.PERMIT, far, null, EVERYONE)))).contains("WARNING NOT_WITHIN_A_YEAR 3");
    }

    @Test
    void changesOfTheClockAreTold() {
        assertThat(codes(lint(draft("nights", Kind.PERMIT, cron("30 2 * * *"), "PT2H", EVERYONE))))
                .containsExactly("INFO DST_AFFECTED 0");
    }

    private LintReport lint(WindowDraft draft) {
        return tenant.as(() -> linter.created(draft, NOON));
    }

    private static List<String> codes(LintReport report) {
        return report.findings().stream()
                .map((Finding finding) -> finding.severity() + " " + finding.code() + " " + finding.nodes())
                .toList();
    }

    private WindowId keep(WindowDraft draft) {
        return tenant.as(() -> windows.create(List.of(draft)).getFirst().id());
    }

    private static WindowDraft enabled(WindowDraft draft, boolean enabled) {
        return new WindowDraft(
                draft.name(),
                draft.kind(),
                draft.recurrence(),
                draft.duration(),
                draft.zone(),
                draft.target(),
                enabled,
                draft.validFrom(),
                draft.validUntil());
    }

    private static WindowDraft draft(
            String name, Kind kind, RecurrenceDraft recurrence, @Nullable String duration, TargetDraft target) {
        return new WindowDraft(name, kind, recurrence, duration, "NODE_LOCAL", target, true, null, null);
    }

    private static RecurrenceDraft cron(String cron) {
        return new RecurrenceDraft(RecurrenceType.CRON, null, null, null, null, null, null, null, cron);
    }
}

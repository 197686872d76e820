package org.maintenancemanager.core.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.window.WindowCoverage.SiteGap;
import org.maintenancemanager.core.window.WindowCoverage.State;
import org.maintenancemanager.core.window.WindowCoverage.Usage;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceDraft;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceType;
import org.maintenancemanager.core.window.WindowDraft.TargetDraft;
import org.maintenancemanager.core.window.WindowDraft.TargetType;
import org.maintenancemanager.core.window.WindowOpenings.OfNode;
import org.maintenancemanager.core.window.WindowOpenings.Opening;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.TestTenant;
import org.springframework.jdbc.core.simple.JdbcClient;

@CoreTest
class WindowOutlookTest {
    /** A Tuesday. */
    private static final Instant NOON = Instant.parse("2027-06-15T12:00:00Z");

    private static final Duration DAY = Duration.ofDays(1);

    private final Windows windows;
    private final WindowOutlook outlook;
    private final JdbcClient jdbc;
    private final TestTenant tenant;
    private final UUID berlin;
    private final UUID tokyo;

    WindowOutlookTest(Windows windows, WindowOutlook outlook, JdbcClient jdbc) {
        this.windows = windows;
        this.outlook = outlook;
        this.jdbc = jdbc;
        tenant = TestTenant.create(jdbc);
        berlin = tenant.site("/eu/berlin", "Europe/Berlin");
        tokyo = tenant.site("/asia/tokyo", "Asia/Tokyo");
    }

    @Test
    void coverageCountsNodesByWhatTheirWindowsComeTo() {
        node("a", berlin);
        node("b", berlin);
        UUID gone = node("gone", berlin);
        jdbc.sql("update node set state = 'DECOMMISSIONED' where id = :id")
                .param("id", gone)
                .update();
        node("c", tokyo);
        keep("nights", Kind.PERMIT, cron("0 2 * * *"), "PT2H", site("/eu/berlin"));
        keep("unused", Kind.PERMIT, cron("0 2 * * *"), "PT2H", selector("label.ring==canary"));
        keep("over", Kind.FREEZE, once("2020-01-01T00:00", "2020-01-02T00:00"), null, everyone());
        WindowDraft off = draft("off", Kind.PERMIT, cron("0 2 * * *"), "PT2H", everyone());
        tenant.as(() -> windows.create(List.of(new WindowDraft(
                off.name(),
                off.kind(),
                off.recurrence(),
                off.duration(),
                off.zone(),
                off.target(),
                false,
                null,
                null))));

        WindowCoverage coverage = tenant.as(() -> outlook.coverage(NOON));
        assertThat(coverage.nodes()).isEqualTo(3);
        assertThat(coverage.withoutWindow()).isEqualTo(1);
        assertThat(coverage.neverOpen()).isZero();
        assertThat(coverage.onlyByDefault()).isZero();
        assertThat(coverage.sites()).containsExactly(new SiteGap("/asia/tokyo", 1, 1, 0));
        assertThat(coverage.windows())
                .extracting(Usage::name, Usage::state, Usage::nodes)
                .containsExactly(
                        tuple("off", State.DISABLED, 0L),
                        tuple("over", State.OVER, 3L),
                        tuple("unused", State.UNUSED, 0L),
                        tuple("nights", State.USED, 2L));
        assertThat(coverage.windows().getLast().nextStart()).isEqualTo(Instant.parse("2027-06-16T00:00:00Z"));
        assertThat(coverage.truncated()).isFalse();

        keep("rest", Kind.PERMIT, cron("0 3 * * *"), "PT2H", new TargetDraft(TargetType.DEFAULT, null, null, null));
        keep("strike", Kind.FREEZE, once("2027-06-01T00:00", "2028-05-31T00:00"), null, site("/eu/berlin"));
        keep("another", Kind.FREEZE, once("2028-05-31T00:00", "2029-05-31T00:00"), null, site("/eu/berlin"));
        coverage = tenant.as(() -> outlook.coverage(NOON));
        assertThat(coverage.withoutWindow()).isZero();
        assertThat(coverage.onlyByDefault()).isEqualTo(1);
        assertThat(coverage.neverOpen()).isEqualTo(2);
        assertThat(coverage.sites()).containsExactly(new SiteGap("/eu/berlin", 2, 0, 2));
    }

    @Test
    void openingsAreFoldedOverAllWhoShareThem() {
        node("a", berlin);
        node("b", berlin);
        node("c", tokyo);
        UUID own = node("d", tokyo);
        jdbc.sql("update node set zone = 'Europe/Berlin' where id = :id")
                .param("id", own)
                .update();
        keep("nights", Kind.PERMIT, cron("0 2 * * *"), "PT2H", everyone());

        WindowOpenings openings = tenant.as(() -> outlook.openings(NOON, null, 10, null));
        assertThat(openings.until()).isEqualTo(NOON.plus(DAY));
        assertThat(openings.nodes()).isEqualTo(4);
        assertThat(openings.openings())
                .extracting(Opening::start, Opening::end, Opening::nodes)
                .containsExactly(
                        tuple(Instant.parse("2027-06-15T17:00:00Z"), Instant.parse("2027-06-15T19:00:00Z"), 1L),
                        tuple(Instant.parse("2027-06-16T00:00:00Z"), Instant.parse("2027-06-16T02:00:00Z"), 3L));
        assertThat(openings.truncated()).isFalse();

        WindowOpenings cut = tenant.as(() -> outlook.openings(NOON, NOON.plus(DAY), 1, null));
        assertThat(cut.openings()).hasSize(1);
        assertThat(cut.truncated()).isTrue();
        assertThat(cut.nodes()).isEqualTo(4);

        Instant edge = Instant.parse("2027-06-15T19:00:00Z");
        assertThat(tenant.as(() -> outlook.openings(edge.minusMillis(1), edge, 10, null))
                        .openings())
                .as("open at its last instant")
                .hasSize(1);
        assertThat(tenant.as(() -> outlook.openings(edge, edge.plusMillis(1), 10, null))
                        .openings())
                .as("closed at its end")
                .isEmpty();
    }

    @Test
    void freezeThatReachesIntoTheTimeAskedForCutsTheOpening() {
        node("a", berlin);
        keep("long", Kind.PERMIT, once("2027-06-14T00:00", "2027-06-20T00:00"), null, everyone());
        keep("early", Kind.FREEZE, once("2027-06-14T00:00", "2027-06-15T10:00"), null, everyone());
        keep("late", Kind.FREEZE, once("2027-06-18T00:00", "2027-06-18T06:00"), null, everyone());
        Opening opening = tenant.as(() -> outlook.openings(NOON, null, 10, null))
                .openings()
                .getFirst();
        assertThat(opening.start()).isEqualTo(Instant.parse("2027-06-15T08:00:00Z"));
        assertThat(opening.end()).isEqualTo(Instant.parse("2027-06-17T22:00:00Z"));
    }

    @Test
    void nodesThatOpenComePageByPage() {
        List<UUID> open = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            UUID node = node("n" + i, i % 5 == 0 ? berlin : tokyo);
            if (i % 5 == 0) {
                open.add(node);
            }
        }
        keep("nights", Kind.PERMIT, cron("0 2 * * *"), "PT2H", site("/eu/berlin"));
        List<OfNode> found = new ArrayList<>();
        String cursor = null;
        do {
            String from = cursor;
            Page<OfNode> page = tenant.as(() -> outlook.openingNodes(NOON, null, from, 7));
            assertThat(page.items()).hasSizeLessThanOrEqualTo(7);
            found.addAll(page.items());
            cursor = page.nextCursor();
        } while (cursor != null);
        assertThat(found)
                .extracting(OfNode::nodeId)
                .containsExactlyElementsOf(open.stream().sorted().toList());
        assertThat(found).allSatisfy(node -> {
            assertThat(node.sitePath()).isEqualTo("/eu/berlin");
            assertThat(node.opening().start()).isEqualTo(Instant.parse("2027-06-16T00:00:00Z"));
        });
        assertThat(catchThrowableOfType(
                                InvalidInput.class, () -> tenant.as(() -> outlook.openingNodes(NOON, null, "x", 7)))
                        .problems()
                        .getFirst()
                        .pointer())
                .isEqualTo("/cursor");
    }

    @Test
    void nodeTellsWhichWindowsItHasAndWhenItIsOpen() {
        UUID node = node("a", berlin);
        keep("nights", Kind.PERMIT, cron("0 2 * * *"), "PT2H", site("/eu/berlin"));
        keep("alone", Kind.PERMIT, cron("0 9 * * *"), "PT1H", new TargetDraft(TargetType.NODE, null, null, node));
        keep("elsewhere", Kind.PERMIT, cron("0 2 * * *"), "PT2H", site("/asia/tokyo"));
        keep("audit", Kind.FREEZE, once("2027-06-17T03:00", "2027-06-18T00:00"), null, everyone());

        NodeWindows found =
                tenant.as(() -> outlook.ofNode(new NodeId(node), NOON, NOON, NOON.plus(DAY.multipliedBy(2))));
        assertThat(found.windows())
                .extracting(WindowDefinition::name)
                .containsExactlyInAnyOrder("nights", "alone", "audit");
        assertThat(found.zone()).isEqualTo(ZoneId.of("Europe/Berlin"));
        assertThat(found.ownZone()).isFalse();
        assertThat(found.state()).isEqualTo(NodeWindows.State.CLOSED);
        assertThat(found.openings())
                .extracting(opening -> opening.windowName() + " " + opening.start() + " " + opening.end())
                .containsExactly(
                        "nights 2027-06-16T00:00:00Z 2027-06-16T02:00:00Z",
                        "alone 2027-06-16T07:00:00Z 2027-06-16T08:00:00Z",
                        "nights 2027-06-17T00:00:00Z 2027-06-17T01:00:00Z");
        assertThat(found.frozen())
                .extracting(frozen -> frozen.windowName() + " " + frozen.start() + " " + frozen.end())
                .containsExactly(
                        "audit 2027-06-17T01:00:00Z 2027-06-17T02:00:00Z",
                        "audit 2027-06-17T07:00:00Z 2027-06-17T08:00:00Z");
        assertThat(found.next())
                .hasValueSatisfying(next -> assertThat(next.windowName()).isEqualTo("nights"));
        assertThat(found.truncated()).isFalse();

        Instant frozen = Instant.parse("2027-06-17T01:30:00Z");
        assertThat(tenant.as(() -> outlook.ofNode(new NodeId(node), frozen, frozen, null))
                        .state())
                .isEqualTo(NodeWindows.State.FROZEN);
        assertThat(tenant.as(() -> outlook.ofNode(new NodeId(node("c", tenant.site("/us", "UTC"))), NOON, NOON, null))
                        .state())
                .isEqualTo(NodeWindows.State.NO_WINDOW);
        assertThat(catchThrowableOfType(
                        NotFound.class,
                        () -> tenant.as(() -> outlook.ofNode(new NodeId(UUID.randomUUID()), NOON, NOON, null))))
                .isNotNull();
    }

    @Test
    void timesThatCannotBeAreRefused() {
        for (Instant until : List.of(
                NOON, NOON.minusMillis(1), NOON.plus(DAY.multipliedBy(31)).plusMillis(1))) {
            var refusal = catchThrowableOfType(
                    InvalidInput.class, () -> tenant.as(() -> outlook.openings(NOON, until, 10, null)));
            assertThat(refusal.problems().getFirst().pointer()).isEqualTo("/until");
        }
    }

    /** Groups are only a way to ask less often: each node asked by itself gives the same. */
    @Test
    void countingByGroupsIsCountingNodes() {
        var random = new Random(7);
        List<UUID> sites = new ArrayList<>();
        for (String path : List.of("/a", "/a/b", "/a/b/c", "/a/bb", "/d")) {
            sites.add(tenant.site(path, random.nextBoolean() ? "Europe/Berlin" : "America/New_York"));
        }
        List<UUID> nodes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            UUID node = node("n" + i, sites.get(random.nextInt(sites.size())));
            jdbc.sql("""
                            update node
                            set hardware = :hardware, zone = :zone, labels = jsonb_build_object('ring', :ring::text),
                                node_labels = jsonb_build_object('ring', 'own', 'tier', :tier::text)
                            where id = :id
                            """)
                    .param("hardware", List.of("nuc", "pi").get(random.nextInt(2)))
                    .param("zone", random.nextInt(4) == 0 ? "Asia/Kolkata" : null)
                    .param("ring", "" + random.nextInt(3))
                    .param("tier", "" + random.nextInt(3))
                    .param("id", node)
                    .update();
            nodes.add(node);
        }
        List<TargetDraft> targets = List.of(
                everyone(),
                new TargetDraft(TargetType.DEFAULT, null, null, null),
                site("/a/b"),
                site("/d"),
                selector("label.ring==1"),
                selector("label.ring=in=(1,2);hardware==pi"),
                selector("label.tier!=0;site==/a/*"),
                selector("zone==Asia/*"),
                selector("name==n1*"),
                selector("hardware==nuc,label.nothing==x"),
                new TargetDraft(TargetType.NODE, null, null, nodes.get(3)));
        for (int i = 0; i < targets.size(); i++) {
            boolean permit = i % 3 != 0;
            keep(
                    "w" + i,
                    permit ? Kind.PERMIT : Kind.FREEZE,
                    cron("%d %d * * *".formatted(random.nextInt(60), random.nextInt(24))),
                    permit ? "PT3H" : "PT1H",
                    targets.get(i));
        }
        Instant until = NOON.plus(DAY);
        long open = nodes.stream()
                .filter(node -> !tenant.as(() -> outlook.ofNode(new NodeId(node), NOON, NOON, until))
                        .openings()
                        .isEmpty())
                .count();
        long openings = nodes.stream()
                .mapToLong(node -> tenant.as(() -> outlook.ofNode(new NodeId(node), NOON, NOON, until))
                        .openings()
                        .size())
                .sum();
        WindowOpenings counted = tenant.as(() -> outlook.openings(NOON, until, 10_000, null));
        assertThat(open).isBetween(100L, 200L);
        assertThat(counted.nodes()).isEqualTo(open);
        assertThat(counted.openings().stream().mapToLong(Opening::nodes).sum()).isEqualTo(openings);
        WindowCoverage coverage = tenant.as(() -> outlook.coverage(NOON));
        assertThat(coverage.nodes()).isEqualTo(200);
        assertThat(coverage.withoutWindow())
                .isEqualTo(nodes.stream()
                        .filter(node -> tenant.as(() -> outlook.ofNode(new NodeId(node), NOON, NOON, until))
                                        .state()
                                == NodeWindows.State.NO_WINDOW)
                        .count());
    }

    private UUID node(String name, UUID site) {
        return tenant.node(name, site);
    }

    private void keep(
            String name, Kind kind, RecurrenceDraft recurrence, @Nullable String duration, TargetDraft target) {
        tenant.as(() -> windows.create(List.of(draft(name, kind, recurrence, duration, target))));
    }

    private static WindowDraft draft(
            String name, Kind kind, RecurrenceDraft recurrence, @Nullable String duration, TargetDraft target) {
        return new WindowDraft(name, kind, recurrence, duration, "NODE_LOCAL", target, true, null, null);
    }

    private static RecurrenceDraft cron(String cron) {
        return new RecurrenceDraft(RecurrenceType.CRON, null, null, null, null, null, null, null, cron);
    }

    private static RecurrenceDraft once(String start, String end) {
        return new RecurrenceDraft(RecurrenceType.ONE_SHOT, start, end, null, null, null, null, null, null);
    }

    private static TargetDraft everyone() {
        return new TargetDraft(TargetType.TENANT, null, null, null);
    }

    private static TargetDraft site(String path) {
        return new TargetDraft(TargetType.SITE, path, null, null);
    }

    private static TargetDraft selector(String selector) {
        return new TargetDraft(TargetType.SELECTOR, null, selector, null);
    }
}

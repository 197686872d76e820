package org.maintenancemanager.core.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.forecast.MissedWindows.Reason;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.update.Explanations;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.TestFleet;
import org.springframework.jdbc.core.simple.JdbcClient;

@CoreTest
class NightReportsTest {
    /** The night of the window: from three hours ago to one hour ago. */
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    private final Instant opened = now.minus(Duration.ofHours(3));
    private final Instant closed = now.minus(Duration.ofHours(1));

    private final NightReports reports;
    private final Campaigns campaigns;
    private final Explanations explanations;
    private final JdbcClient jdbc;

    NightReportsTest(NightReports reports, Campaigns campaigns, Explanations explanations, JdbcClient jdbc) {
        this.reports = reports;
        this.campaigns = campaigns;
        this.explanations = explanations;
        this.jdbc = jdbc;
    }

    @Test
    void nightIsToldByWhatBecameOfEachNode() {
        Scene scene = new Scene(10);
        scene.confirmed(0);
        scene.confirmed(1);
        scene.ended(2, "ROLLED_BACK", null);
        scene.ended(3, "LOST", null);
        scene.ended(4, "FAILED", "INSTALL");
        scene.offline(5);
        // Nodes 6 and 7 never finished their download, 8 and 9 were ready.
        scene.ready(8, opened.minus(Duration.ofHours(1)));
        scene.ready(9, opened.minus(Duration.ofHours(1)));

        NightReport report = scene.report(scene.campaign, opened.minus(Duration.ofHours(2)), now);

        NightReport.Counts counts = report.counts();
        assertThat(counts.started()).isEqualTo(5);
        assertThat(counts.confirmed()).isEqualTo(2);
        assertThat(counts.rolledBack()).isEqualTo(1);
        assertThat(counts.lost()).isEqualTo(1);
        assertThat(counts.failed()).containsExactly(entry(FailurePhase.INSTALL, 1));
        assertThat(counts.downloaded()).isEqualTo(2);
        assertThat(counts.missed())
                .containsExactlyInAnyOrder(
                        new NightReport.Missed(Reason.OFFLINE, 1),
                        new NightReport.Missed(Reason.DOWNLOAD_UNFINISHED, 2),
                        new NightReport.Missed(Reason.NO_SLOT, 2));
        assertThat(counts.sentence())
                .startsWith("5 started, 2 confirmed, 1 rolled back, 1 lost, 1 failed. Missed windows: 5,");
        assertThat(report.sites()).extracting(NightReport.SiteNight::sitePath).containsExactly("/eu/berlin");
        assertThat(report.sites().getFirst().counts()).isEqualTo(counts);
        assertThat(scene.report(null, opened.minus(Duration.ofHours(2)), now).campaigns())
                .extracting(NightReport.CampaignNight::name)
                .containsExactly("campaign");
        assertThat(report.truncated()).isFalse();
    }

    @Test
    void whatHappenedBeforeOrAfterIsNotOfThisNight() {
        Scene scene = new Scene(2);
        scene.confirmed(0);
        NightReport report = scene.report(scene.campaign, closed.plusSeconds(60), now);

        assertThat(report.counts().started()).isZero();
        assertThat(report.counts().missed()).as("the window had closed before").isEmpty();
        assertThat(report.counts().sentence()).isEqualTo("0 started, 0 confirmed.");
    }

    @Test
    void windowsThatAreTooShortOrFrozenAreTold() {
        Scene scene = new Scene(1);
        LocalDateTime early = LocalDateTime.ofInstant(opened.minus(Duration.ofHours(5)), ZoneOffset.UTC);
        scene.fleet.window("PERMIT", early, early.plusMinutes(5));
        scene.fleet.window("PERMIT", early.plusHours(2), early.plusHours(3));
        scene.fleet.window("FREEZE", early.plusHours(1), early.plusHours(4));
        scene.ready(0, opened.minus(Duration.ofHours(9)));

        List<NightReports.MissedOpening> missed =
                scene.as(() -> reports.missedBy(new NodeId(scene.node(0)), opened.minus(Duration.ofHours(10)), now));

        assertThat(missed)
                .extracting(NightReports.MissedOpening::reason)
                .containsExactly(Reason.NO_SLOT, Reason.FROZEN, Reason.TOO_SHORT);
        assertThat(missed.getFirst().start()).isEqualTo(opened);
    }

    @Test
    void closedWaveMissesNothing() {
        Scene scene = new Scene(4, new WaveSpec("canary", new CampaignSpec.Count(1), BigDecimal.ONE));
        scene.ready(0, opened.minus(Duration.ofHours(1)));
        NightReport report = scene.report(scene.campaign, opened.minus(Duration.ofHours(2)), now);

        assertThat(report.counts().missed().stream()
                        .mapToInt(NightReport.Missed::windows)
                        .sum())
                .as("only the canary waits for a window")
                .isEqualTo(1);
    }

    @Test
    void skippedNodeIsToldWhy() {
        Scene scene = new Scene(2);
        jdbc.sql("update node_update set state = 'SKIPPED', code = 'ALREADY_RUNNING' where node_id = :node")
                .param("node", scene.node(1))
                .update();

        var told =
                scene.as(() -> explanations.explain(new NodeId(scene.node(1)))).explanation();
        assertThat(told.sentence()).contains("was skipped").endsWith("The node already runs this image.");
        assertThat(told.code()).isEqualTo("ALREADY_RUNNING");
    }

    @Test
    void wrongTimesAreRefused() {
        Scene scene = new Scene(1);
        assertThatThrownBy(() -> scene.report(null, now, now.minusSeconds(1))).isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> scene.report(null, now.minus(Duration.ofDays(40)), now))
                .isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> scene.report(new CampaignId(Ids.next()), opened, now))
                .isInstanceOf(NotFound.class);
    }

    /** A campaign that began a day ago, over nodes that have polled a moment ago. */
    private final class Scene {
        final TestFleet fleet;
        final CampaignId campaign;

        Scene(int nodes, WaveSpec... waves) {
            fleet = TestFleet.withoutWindow(jdbc, nodes);
            fleet.window(
                    "PERMIT",
                    LocalDateTime.ofInstant(opened, ZoneOffset.UTC),
                    LocalDateTime.ofInstant(closed, ZoneOffset.UTC));
            UUID image = fleet.image("2", 2);
            var spec = new CampaignSpec(
                    "campaign",
                    new ImageId(image),
                    "",
                    true,
                    waves.length == 0
                            ? List.of(new WaveSpec("all", new CampaignSpec.Rest(), BigDecimal.ZERO))
                            : List.of(waves),
                    100,
                    null,
                    false,
                    false,
                    Duration.ofHours(1),
                    null,
                    Duration.ofMinutes(30),
                    null);
            campaign = as(() -> campaigns.start(campaigns.create(spec).id())).id();
            jdbc.sql("update campaign set started_at = now() - interval '1 day' where id = :campaign")
                    .param("campaign", campaign.value())
                    .update();
            jdbc.sql(
                            "update wave set opened_at = now() - interval '1 day' where campaign_id = :campaign and ordinal = 0")
                    .param("campaign", campaign.value())
                    .update();
            jdbc.sql("update node_update set created_at = now() - interval '1 day' where campaign_id = :campaign")
                    .param("campaign", campaign.value())
                    .update();
            jdbc.sql("""
                            insert into node_presence (tenant_id, node_id, last_seen_at)
                            select tenant_id, id, now() from node where tenant_id = :tenant
                            """).param("tenant", fleet.tenant().id().value()).update();
        }

        UUID node(int index) {
            return fleet.nodes().get(index).id();
        }

        <T> T as(Callable<T> work) {
            return fleet.tenant().as(work);
        }

        NightReport report(@Nullable CampaignId of, Instant from, Instant until) {
            return as(() -> reports.report(of, from, until));
        }

        void offline(int node) {
            jdbc.sql("update node_presence set last_seen_at = :at where node_id = :node")
                    .param("at", opened.minusSeconds(600).atOffset(ZoneOffset.UTC))
                    .param("node", node(node))
                    .update();
        }

        void ready(int node, Instant at) {
            jdbc.sql("update node_update set state = 'DOWNLOADED', state_since = :at where node_id = :node")
                    .param("at", at.atOffset(ZoneOffset.UTC))
                    .param("node", node(node))
                    .update();
            transition(node, at, "DOWNLOADING", "DOWNLOADED");
        }

        void confirmed(int node) {
            ended(node, "CONFIRMED", null);
        }

        /** With a permit in the middle of the window, and an end ten minutes later. */
        void ended(int node, String state, @Nullable String phase) {
            Instant granted = opened.plus(Duration.ofMinutes(30));
            Instant ended = granted.plus(Duration.ofMinutes(10));
            jdbc.sql("""
                            insert into permit (tenant_id, id, campaign_id, node_id, update_id, wave, granted_at, valid_until,
                                                lost_at, window_end, ended_at, outcome)
                            select tenant_id, :id, campaign_id, node_id, id, wave, :granted, :closed, :closed, :closed, :ended,
                                   case when :state = 'LOST' then 'LOST' else 'FINISHED' end
                            from node_update where node_id = :node
                            """)
                    .param("id", id(granted))
                    .param("granted", granted.atOffset(ZoneOffset.UTC))
                    .param("closed", closed.atOffset(ZoneOffset.UTC))
                    .param("ended", ended.atOffset(ZoneOffset.UTC))
                    .param("state", state)
                    .param("node", node(node))
                    .update();
            jdbc.sql(
                            "update node_update set state = :state, failure_phase = :phase, state_since = :ended where node_id = :node")
                    .param("state", state)
                    .param("phase", phase, java.sql.Types.VARCHAR)
                    .param("ended", ended.atOffset(ZoneOffset.UTC))
                    .param("node", node(node))
                    .update();
            transition(node, ended, "TRIAL", state);
        }

        private void transition(int node, Instant at, String from, String to) {
            jdbc.sql("""
                            insert into update_transition (tenant_id, id, update_id, node_id, from_state, to_state, cause, at)
                            select tenant_id, :id, id, node_id, :from, :to, 'REPORT', :at from node_update where node_id = :node
                            """)
                    .param("id", id(at))
                    .param("from", from)
                    .param("to", to)
                    .param("at", at.atOffset(ZoneOffset.UTC))
                    .param("node", node(node))
                    .update();
        }

        /** As it would have been made then. */
        private UUID id(Instant at) {
            UUID present = Ids.next();
            return new UUID(
                    at.toEpochMilli() << 16 | present.getMostSignificantBits() & 0xffff,
                    present.getLeastSignificantBits());
        }
    }
}

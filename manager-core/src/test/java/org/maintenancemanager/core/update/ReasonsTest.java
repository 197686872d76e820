package org.maintenancemanager.core.update;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.update.Explanations.NodeExplanation;
import org.maintenancemanager.core.update.Explanations.Reasons;
import org.maintenancemanager.core.update.Explanations.Waiting;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.TestFleet;
import org.springframework.jdbc.core.simple.JdbcClient;

@CoreTest
class ReasonsTest {
    private final Campaigns campaigns;
    private final Explanations explanations;
    private final JdbcClient jdbc;

    ReasonsTest(Campaigns campaigns, Explanations explanations, JdbcClient jdbc) {
        this.campaigns = campaigns;
        this.explanations = explanations;
        this.jdbc = jdbc;
    }

    @Test
    void histogramIsTheSumOfWhatTheNodesAreToldOneByOne() {
        Fleet fleet = new Fleet(24);
        CampaignId campaign = fleet.start();
        fleet.each("update node_update set state = 'DOWNLOADED' where node_id = :node", 4, 5, 6, 7, 8, 9, 10, 11, 20);
        fleet.each("update node set state = 'QUARANTINED', state_reason = 'looks cloned' where id = :node", 4, 12);
        fleet.each("update node set zone = 'Asia/Tokyo', labels = '{\"ring\": \"late\"}' where id = :node", 5, 6, 13);
        fleet.block(7);
        fleet.each("""
                update node_slot set image_sha256 = (select sha256 from image where image_version = '2' and tenant_id = :tenant)
                where node_id = :node
                """, 8);
        fleet.each("""
                update node_slot set image_sha256 = (select sha256 from image where image_version = '3' and tenant_id = :tenant)
                where node_id = :node
                """, 9);
        fleet.each("update node_update set wave = 0 where node_id = :node", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20);
        fleet.permit(10, "now() + interval '1 hour'");
        fleet.permit(20, "now() - interval '1 minute'");
        fleet.each("update node_update set state = 'TRIAL' where node_id = :node", 14);
        fleet.permit(14, "now() + interval '1 hour'");

        UUID foreign = fleet.fleet.image("99", 99);
        jdbc.sql("update image set family = 'edge-rt' where id = :id")
                .param("id", foreign)
                .update();
        fleet.each(
                "update node_slot set image_sha256 = '%s' where node_id = :node".formatted(TestFleet.digest(foreign)),
                21);

        Reasons reasons = fleet.tenant(() -> explanations.reasons(campaign));

        Map<String, Integer> oneByOne = new TreeMap<>();
        int proceeding = 0;
        for (TestFleet.Member node : fleet.fleet.nodes()) {
            NodeExplanation told = fleet.tenant(() -> explanations.explain(new NodeId(node.id())));
            String code = told.explanation().code();
            if (code == null || code.equals("DOWNLOAD_UNFINISHED")) {
                proceeding++;
            } else {
                oneByOne.merge(code, 1, Integer::sum);
            }
        }
        assertThat(oneByOne).as("no downgrade between two families").containsEntry("DOWNGRADE", 1);
        Map<String, Integer> grouped = new TreeMap<>();
        reasons.waiting().forEach(waiting -> grouped.put(waiting.code(), waiting.nodes()));
        assertThat(grouped).isEqualTo(oneByOne);
        assertThat(reasons.proceeding()).isEqualTo(proceeding);
        assertThat(grouped)
                .as("the fleet shows many different reasons")
                .containsKeys(
                        "NODE_QUARANTINED",
                        "ROLLED_BACK_BEFORE",
                        "ALREADY_RUNNING",
                        "DOWNGRADE",
                        "WINDOW_CLOSED",
                        "NO_WINDOW",
                        "WAVE_CLOSED");
        assertThat(reasons.waiting()).isSortedAccordingTo((a, b) -> b.nodes() - a.nodes());
        assertThat(reasons.waiting())
                .filteredOn(waiting -> waiting.code().equals("NODE_QUARANTINED"))
                .extracting(Waiting::example)
                .containsExactly("The node is quarantined: looks cloned.");
    }

    /** Half of it in the canary wave, which alone is open; most nodes without a window. */
    private final class Fleet {
        final TestFleet fleet;
        final UUID image;

        Fleet(int nodes) {
            fleet = TestFleet.withoutWindow(jdbc, nodes);
            UUID old = fleet.image("1", 1);
            image = fleet.image("2", 2);
            fleet.image("3", 3);
            fleet.nodes().forEach(node -> fleet.runs(node.id(), old));
            LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
            fleet.window("PERMIT", now.plusHours(3), now.plusHours(5));
            jdbc.sql("""
                            update maintenance_window set target = 'SELECTOR', target_selector = 'label.ring==late'
                            where tenant_id = :tenant
                            """).param("tenant", fleet.tenant().id().value()).update();
        }

        CampaignId start() {
            var spec = new CampaignSpec(
                    "campaign",
                    new ImageId(image),
                    "",
                    true,
                    List.of(
                            new WaveSpec("canary", new CampaignSpec.Percent(BigDecimal.valueOf(50)), BigDecimal.ONE),
                            new WaveSpec("rest", new CampaignSpec.Rest(), BigDecimal.ZERO)),
                    100,
                    null,
                    false,
                    false,
                    Duration.ofMinutes(30),
                    null,
                    Duration.ofMinutes(30),
                    null);
            return tenant(() -> campaigns.start(campaigns.create(spec).id())).id();
        }

        <T> T tenant(java.util.concurrent.Callable<T> work) {
            return fleet.tenant().as(work);
        }

        void each(String sql, int... nodes) {
            for (int node : nodes) {
                jdbc.sql(sql)
                        .param("node", fleet.nodes().get(node).id())
                        .param("tenant", fleet.tenant().id().value())
                        .update();
            }
        }

        void block(int node) {
            jdbc.sql(
                            "insert into node_block (tenant_id, node_id, image_id, reason) values (:tenant, :node, :image, 'x')")
                    .param("tenant", fleet.tenant().id().value())
                    .param("node", fleet.nodes().get(node).id())
                    .param("image", image)
                    .update();
        }

        void permit(int node, String validUntil) {
            jdbc.sql("""
                            with given as (
                                insert into permit (tenant_id, id, campaign_id, node_id, update_id, wave, granted_at,
                                                    valid_until, lost_at, window_end)
                                select tenant_id, :id, campaign_id, node_id, id, wave, now() - interval '1 hour',
                                       %1$s, %1$s + interval '1 hour', %1$s
                                from node_update where node_id = :node and active
                            )
                            update node_update set permit_id = :id where node_id = :node and active
                            """.formatted(validUntil))
                    .param("id", Ids.next())
                    .param("node", fleet.nodes().get(node).id())
                    .update();
        }
    }
}

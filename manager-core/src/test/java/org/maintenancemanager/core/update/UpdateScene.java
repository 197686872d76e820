package org.maintenancemanager.core.update;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.campaign.CampaignView;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.testing.TestFleet;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A fleet that runs image 1, and campaigns that bring it to others; its nodes report as a test says. */
final class UpdateScene {
    final TestFleet fleet;
    final UUID old;
    final UUID target;
    private final JdbcClient jdbc;
    private final Campaigns campaigns;
    private final ReportIntake intake;
    private final long[] seq;

    UpdateScene(JdbcClient jdbc, Campaigns campaigns, ReportIntake intake, int nodes) {
        this.jdbc = jdbc;
        this.campaigns = campaigns;
        this.intake = intake;
        fleet = TestFleet.create(jdbc, nodes);
        old = fleet.image("1", 1);
        target = fleet.image("2", 2);
        fleet.nodes().forEach(node -> fleet.runs(node.id(), old));
        seq = new long[nodes];
    }

    CampaignSpec spec(String name, UUID image) {
        return new CampaignSpec(
                name,
                new ImageId(image),
                "",
                true,
                List.of(new CampaignSpec.WaveSpec("all", new CampaignSpec.Rest(), BigDecimal.ZERO)),
                1000,
                null,
                false,
                false,
                Duration.ofHours(1),
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                null);
    }

    CampaignId start(CampaignSpec spec) {
        return fleet.tenant()
                .as(() -> campaigns.start(campaigns.create(spec).id()))
                .id();
    }

    CampaignView campaign(CampaignId id) {
        return fleet.tenant().as(() -> campaigns.load(id));
    }

    UUID node(int index) {
        return fleet.nodes().get(index).id();
    }

    KnownNode known(int index) {
        return new KnownNode(fleet.tenant().id(), new NodeId(node(index)), NodeState.ACTIVE);
    }

    /** The node's latest attempt in the campaign. */
    UUID update(CampaignId campaign, int index) {
        return jdbc.sql("""
                        select id from node_update where node_id = :node and campaign_id = :campaign
                        order by attempt desc limit 1
                        """)
                .param("node", node(index))
                .param("campaign", campaign.value())
                .query(UUID.class)
                .single();
    }

    String state(CampaignId campaign, int index) {
        return jdbc.sql("select state from node_update where id = :id")
                .param("id", update(campaign, index))
                .query(String.class)
                .single();
    }

    void report(CampaignId campaign, int index, UpdateState... states) {
        List<Report> reports = new ArrayList<>();
        for (UpdateState state : states) {
            reports.add(new Report(
                    "boot-1", ++seq[index], update(campaign, index).toString(), state, null, null, null, null));
        }
        intake.submit(known(index), new ReportRequest(reports, null));
    }

    void fail(CampaignId campaign, int index, FailurePhase phase) {
        var report = new Report(
                "boot-1",
                ++seq[index],
                update(campaign, index).toString(),
                UpdateState.FAILED,
                phase,
                null,
                "CODE",
                "why");
        intake.submit(known(index), new ReportRequest(List.of(report), null));
    }

    void confirm(CampaignId campaign, int index) {
        permit(campaign, index);
        report(campaign, index, UpdateState.DOWNLOADED, UpdateState.REBOOTING, UpdateState.CONFIRMED);
    }

    void hardware(String hardware, int... nodes) {
        for (int node : nodes) {
            jdbc.sql("update node set hardware = :hardware where id = :id")
                    .param("hardware", hardware)
                    .param("id", node(node))
                    .update();
        }
    }

    List<String> states(CampaignId campaign) {
        return Stream.iterate(0, i -> i + 1)
                .limit(fleet.nodes().size())
                .map(i -> state(campaign, i))
                .toList();
    }

    /** A permit as the permit desk leaves it. */
    void permit(CampaignId campaign, int index) {
        UUID permit = Ids.next();
        jdbc.sql("""
                        with permitted as (
                            insert into permit (tenant_id, id, campaign_id, node_id, update_id, wave, granted_at,
                                                valid_until, lost_at, window_end)
                            values (:tenant, :permit, :campaign, :node, :update, 0, clock_timestamp(),
                                    now() + interval '1 hour', now() + interval '2 hours', now() + interval '1 hour')
                        ), counted as (
                            update campaign_counter set in_flight = in_flight + 1 where campaign_id = :campaign
                        ), counted_too as (
                            update tenant set in_flight = in_flight + 1 where id = :tenant
                        ), audited as (
                            insert into audit_event
                                (tenant_id, actor_kind, actor, action, object_kind, object_id, after)
                            values (:tenant, 'SYSTEM', 'permit desk', 'permit.granted', 'node', cast(:node as text),
                                    jsonb_build_object('permit', cast(:permit as uuid)))
                        )
                        update node_update set permit_id = :permit where id = :update
                        """)
                .param("tenant", fleet.tenant().id().value())
                .param("permit", permit)
                .param("campaign", campaign.value())
                .param("node", node(index))
                .param("update", update(campaign, index))
                .update();
    }
}

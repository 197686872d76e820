package org.maintenancemanager.core.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportResponse;
import org.maintenancemanager.api.node.NodeMessages.Slot;
import org.maintenancemanager.api.node.SlotName;
import org.maintenancemanager.api.node.SlotState;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.Invariants;
import org.maintenancemanager.testing.TestFleet;
import org.springframework.jdbc.core.simple.JdbcClient;

@CoreTest
class ReportIntakeTest {
    private final ReportIntake intake;
    private final Campaigns campaigns;
    private final JdbcClient jdbc;

    ReportIntakeTest(ReportIntake intake, Campaigns campaigns, JdbcClient jdbc) {
        this.intake = intake;
        this.campaigns = campaigns;
        this.jdbc = jdbc;
    }

    @Test
    void reportsMoveTheUpdateAndAreAcknowledged() {
        Scene scene = new Scene(1);
        ReportResponse answer =
                scene.send(0, scene.report(0, 1, UpdateState.DOWNLOADING), scene.report(0, 2, UpdateState.DOWNLOADED));
        assertThat(answer.ackedSeq()).isEqualTo(2);
        assertThat(answer.outcomes())
                .allSatisfy(outcome -> assertThat(outcome.applied()).isTrue());
        assertThat(scene.state(0)).isEqualTo("DOWNLOADED");
        assertThat(scene.history(0)).containsExactly("OFFERED>DOWNLOADING", "DOWNLOADING>DOWNLOADED");
    }

    @Test
    void anyOrderAndAnyNumberOfTimesGiveTheSameState() {
        List<UpdateState> walk = List.of(
                UpdateState.DOWNLOADING,
                UpdateState.DOWNLOADED,
                UpdateState.INSTALLING,
                UpdateState.STAGED,
                UpdateState.REBOOTING,
                UpdateState.TRIAL,
                UpdateState.CONFIRMED);
        int nodes = 12;
        Scene scene = new Scene(nodes);
        for (int node = 0; node < nodes; node++) {
            scene.permit(node);
            List<Report> reports = new ArrayList<>();
            for (int i = 0; i < walk.size(); i++) {
                reports.add(scene.report(node, i + 1, walk.get(i)));
            }
            // Some twice, all shuffled; the seed is the node.
            Random random = new Random(node);
            reports.addAll(reports.subList(0, random.nextInt(walk.size())));
            Collections.shuffle(reports, random);
            for (Report report : reports) {
                scene.send(node, report);
            }
            assertThat(scene.state(node)).as("seed %d", node).isEqualTo("CONFIRMED");
            assertThat(scene.history(node)).as("seed %d", node).hasSize(walk.size());
            assertThat(scene.acked(node)).isEqualTo(walk.size());
        }
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    @Test
    void reportWithAMissingPredecessorWaitsForItsTurn() {
        Scene scene = new Scene(1);
        ReportResponse early = scene.send(0, scene.report(0, 2, UpdateState.DOWNLOADED));
        assertThat(early.ackedSeq()).isZero();
        assertThat(early.outcomes().getFirst().applied()).isFalse();
        assertThat(early.outcomes().getFirst().reason()).contains("missing");
        assertThat(scene.state(0)).isEqualTo("OFFERED");

        assertThat(scene.send(0, scene.report(0, 1, UpdateState.DOWNLOADING)).ackedSeq())
                .isEqualTo(2);
        assertThat(scene.state(0)).isEqualTo("DOWNLOADED");
    }

    @Test
    void nodeThatDisturbsItselfWithoutAPermitIsNotBelieved() {
        Scene scene = new Scene(1);
        ReportResponse answer =
                scene.send(0, scene.report(0, 1, UpdateState.DOWNLOADED), scene.report(0, 2, UpdateState.INSTALLING));
        assertThat(answer.ackedSeq()).isEqualTo(2);
        assertThat(answer.outcomes().get(1).applied()).isFalse();
        assertThat(answer.outcomes().get(1).reason()).contains("permit");
        assertThat(scene.state(0)).isEqualTo("DOWNLOADED");
    }

    @Test
    void endNeverChanges() {
        Scene scene = new Scene(1);
        scene.send(0, scene.failure(0, 1, FailurePhase.DOWNLOAD));
        ReportResponse late = scene.send(0, scene.report(0, 2, UpdateState.DOWNLOADED));
        assertThat(late.outcomes().getFirst().applied()).isFalse();
        assertThat(scene.state(0)).isEqualTo("FAILED");
        assertThat(scene.failures())
                .as("a download says nothing about the image")
                .isZero();
    }

    @Test
    void rollbackBlocksTheImageAndCountsAsAFailure() {
        Scene scene = new Scene(1);
        scene.permit(0);
        scene.send(
                0,
                scene.report(0, 1, UpdateState.DOWNLOADED),
                scene.report(0, 2, UpdateState.REBOOTING),
                scene.report(0, 3, UpdateState.ROLLED_BACK));
        assertThat(scene.state(0)).isEqualTo("ROLLED_BACK");
        assertThat(scene.failures()).isEqualTo(1);
        assertThat(jdbc.sql("select count(*) from node_block where node_id = :node")
                        .param("node", scene.node(0))
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
        assertThat(jdbc.sql("select outcome from permit where node_id = :node")
                        .param("node", scene.node(0))
                        .query(String.class)
                        .single())
                .isEqualTo("FINISHED");
    }

    @Test
    void updateOfAnotherNodeIsNotFoundAndNothingIsStored() {
        Scene scene = new Scene(2);
        Report foreign = scene.report(1, 1, UpdateState.DOWNLOADING);
        assertThat(catchThrowableOfType(NotFound.class, () -> scene.send(0, foreign)))
                .isNotNull();
        assertThat(scene.acked(0)).isZero();
        assertThat(scene.state(1)).isEqualTo("OFFERED");
        assertThat(jdbc.sql("select count(*) from report where tenant_id = :tenant")
                        .param("tenant", scene.fleet.tenant().id().value())
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void oldImageInANewBootIsARollback() {
        Scene scene = new Scene(1);
        scene.permit(0);
        scene.send(0, scene.report(0, 1, UpdateState.DOWNLOADED), scene.report(0, 2, UpdateState.REBOOTING));
        // Before the reboot the old image runs, as it should.
        scene.tell(0, "boot-1", TestFleet.digest(scene.old), SlotState.ACTIVE);
        assertThat(scene.state(0)).isEqualTo("REBOOTING");
        scene.tell(0, "boot-2", TestFleet.digest(scene.old), SlotState.ACTIVE);
        assertThat(scene.state(0)).isEqualTo("ROLLED_BACK");
    }

    @Test
    void nodeThatRunsTheImageAlreadyIsSkipped() {
        Scene scene = new Scene(1);
        scene.tell(0, "boot-1", TestFleet.digest(scene.target), SlotState.ACTIVE);
        assertThat(scene.state(0)).isEqualTo("SKIPPED");
    }

    @Test
    void nodeThatEnrolledAgainNumbersFromOne() {
        Scene scene = new Scene(1);
        scene.send(0, scene.report(0, 1, UpdateState.DOWNLOADING));
        jdbc.sql("update node_session set acked_seq = 0, enrollment = enrollment + 1 where node_id = :node")
                .param("node", scene.node(0))
                .update();
        // In the same boot, even.
        ReportResponse answer = scene.send(0, scene.report(0, 1, UpdateState.DOWNLOADED));
        assertThat(answer.ackedSeq()).isEqualTo(1);
        assertThat(answer.outcomes().getFirst().applied()).isTrue();
        assertThat(scene.state(0)).isEqualTo("DOWNLOADED");
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    @Test
    void numberThatIsUsedAgainInAnotherBootIsAClone() {
        Scene scene = new Scene(1);
        scene.send(0, scene.report(0, 1, UpdateState.DOWNLOADING));
        Report again = new Report("boot-of-the-clone", 1, null, UpdateState.DOWNLOADED, null, null, null, null);
        scene.send(0, again);
        assertThat(jdbc.sql("select state from node where id = :node")
                        .param("node", scene.node(0))
                        .query(String.class)
                        .single())
                .isEqualTo("QUARANTINED");
        assertThat(scene.state(0)).isEqualTo("DOWNLOADING");
    }

    @Test
    void manyNodesAtOnceKeepTheCountersRight() throws Exception {
        int nodes = 60;
        Scene scene = new Scene(nodes);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<ReportResponse>> calls = new ArrayList<>();
            for (int node = 0; node < nodes; node++) {
                int index = node;
                calls.add(() -> {
                    scene.send(index, scene.report(index, 1, UpdateState.DOWNLOADING));
                    return index % 3 == 0
                            ? scene.send(index, scene.failure(index, 2, FailurePhase.VERIFY))
                            : scene.send(index, scene.report(index, 2, UpdateState.DOWNLOADED));
                });
            }
            for (var done : threads.invokeAll(calls)) {
                assertThat(done.get().ackedSeq()).isEqualTo(2);
            }
        }
        assertThat(scene.failures()).isEqualTo(20);
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    /** A fleet in a running campaign. */
    private final class Scene {
        final TestFleet fleet;
        final UUID old;
        final UUID target;
        final UUID campaign;

        Scene(int nodes) {
            fleet = TestFleet.create(jdbc, nodes);
            old = fleet.image("1", 1);
            target = fleet.image("2", 2);
            fleet.nodes().forEach(node -> fleet.runs(node.id(), old));
            var spec = new CampaignSpec(
                    "campaign",
                    new ImageId(target),
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
            campaign = fleet.tenant()
                    .as(() -> campaigns.start(campaigns.create(spec).id()))
                    .id()
                    .value();
        }

        UUID node(int index) {
            return fleet.nodes().get(index).id();
        }

        KnownNode known(int index) {
            return new KnownNode(fleet.tenant().id(), new NodeId(node(index)), NodeState.ACTIVE);
        }

        Report report(int index, long seq, UpdateState state) {
            return new Report("boot-1", seq, update(index).toString(), state, null, null, null, null);
        }

        Report failure(int index, long seq, FailurePhase phase) {
            return new Report("boot-1", seq, update(index).toString(), UpdateState.FAILED, phase, null, "CODE", "why");
        }

        ReportResponse send(int index, Report... reports) {
            return intake.submit(
                    known(index), new ReportRequest(Stream.of(reports).toList(), null));
        }

        void tell(int index, String boot, @Nullable String digest, SlotState state) {
            var facts = new NodeFacts(
                    "x86_64", null, SlotName.A, List.of(new Slot(SlotName.A, state, "1", digest)), null, "test", boot);
            intake.submit(known(index), new ReportRequest(null, facts));
        }

        UUID update(int index) {
            return jdbc.sql(
                            "select id from node_update where node_id = :node and campaign_id = :campaign and attempt = 1")
                    .param("node", node(index))
                    .param("campaign", campaign)
                    .query(UUID.class)
                    .single();
        }

        String state(int index) {
            return jdbc.sql(
                            "select state from node_update where node_id = :node and campaign_id = :campaign and attempt = 1")
                    .param("node", node(index))
                    .param("campaign", campaign)
                    .query(String.class)
                    .single();
        }

        List<String> history(int index) {
            return jdbc.sql("""
                            select from_state || '>' || to_state from update_transition
                            where node_id = :node order by at, id
                            """).param("node", node(index)).query(String.class).list();
        }

        long acked(int index) {
            return jdbc.sql("select acked_seq from node_session where node_id = :node")
                    .param("node", node(index))
                    .query(Long.class)
                    .single();
        }

        int failures() {
            return jdbc.sql("select failures from campaign_counter where campaign_id = :campaign")
                    .param("campaign", campaign)
                    .query(Integer.class)
                    .single();
        }

        /** A permit as the permit desk leaves it. */
        void permit(int index) {
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
                    .param("campaign", campaign)
                    .param("node", node(index))
                    .param("update", update(index))
                    .update();
        }
    }
}

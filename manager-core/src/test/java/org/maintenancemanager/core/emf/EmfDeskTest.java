package org.maintenancemanager.core.emf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.update.KnownNode;
import org.maintenancemanager.core.update.NodeDirectory;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.StatementLog;
import org.maintenancemanager.testing.TestFleet;
import org.springframework.jdbc.core.simple.JdbcClient;

@CoreTest
class EmfDeskTest {
    private static final EmfStatus UP_TO_DATE = new EmfStatus(EmfStatus.Level.UP_TO_DATE, "");

    private final NodeDirectory directory;
    private final EmfDesk desk;
    private final StatementLog statements;
    private final JdbcClient jdbc;

    EmfDeskTest(NodeDirectory directory, EmfDesk desk, StatementLog statements, JdbcClient jdbc) {
        this.directory = directory;
        this.desk = desk;
        this.statements = statements;
        this.jdbc = jdbc;
    }

    @Test
    void pollWithNothingToDoTakesOneSelectAtMostAndWritesNothing() {
        TestFleet fleet = TestFleet.create(jdbc, 3);
        for (TestFleet.Member member : fleet.nodes()) {
            jdbc.sql("""
                            insert into node_client (tenant_id, node_id, family, user_agent, host_guid)
                            values (:tenant, :node, 'EMF', 'Edge Microvisor Toolkit platform update agent', :node)
                            """)
                    .param("tenant", fleet.tenant().id().value())
                    .param("node", member.id())
                    .update();
        }
        // What the tenant has, like its windows, is read once for all of its nodes.
        pollByToken(fleet, 0);

        assertThat(ofPoll(() -> pollByToken(fleet, 1)))
                .hasSize(1)
                .allSatisfy(entry -> assertThat(entry.sql()).startsWith("select"));
        assertThat(ofPoll(() -> pollByToken(fleet, 1))).isEmpty();
        assertThat(ofPoll(() -> pollByHost(fleet, 2)))
                .hasSize(1)
                .allSatisfy(entry -> assertThat(entry.sql()).startsWith("select"));
        assertThat(ofPoll(() -> pollByHost(fleet, 2))).isEmpty();
    }

    /** Without what runs by itself in the background; the sightings of clients belong to the poll. */
    private List<StatementLog.Entry> ofPoll(Runnable poll) {
        return statements.during(poll).stream()
                .filter(entry -> List.of("campaign-board", "fleet-rules", "change-notes", "presence").stream()
                        .noneMatch(background -> entry.thread().startsWith(background)))
                .toList();
    }

    private void pollByToken(TestFleet fleet, int index) {
        TestFleet.Member member = fleet.nodes().get(index);
        KnownNode node = directory.authenticate(member.token()).orElseThrow();
        assertThat(directory.hostGuid(node)).isEqualTo(member.id());
        assertThat(desk.answer(node, UP_TO_DATE).schedule()).isNull();
    }

    private void pollByHost(TestFleet fleet, int index) {
        UUID host = fleet.nodes().get(index).id();
        KnownNode node =
                directory.findHost(fleet.tenant().id().toString(), host).orElseThrow();
        assertThat(desk.answer(node, UP_TO_DATE).schedule()).isNull();
    }
}

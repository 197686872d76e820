package org.maintenancemanager.core.ddi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.client.ClientTokens;
import org.maintenancemanager.core.decision.ClientFamily;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.update.NodeDirectory;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.StatementLog;
import org.maintenancemanager.testing.TestFleet;
import org.springframework.jdbc.core.simple.JdbcClient;

@CoreTest
class DdiDeskTest {
    private static final String AGENT = "libcurl-agent/1.0";

    private final NodeDirectory directory;
    private final DdiDesk desk;
    private final StatementLog statements;
    private final JdbcClient jdbc;

    DdiDeskTest(NodeDirectory directory, DdiDesk desk, StatementLog statements, JdbcClient jdbc) {
        this.directory = directory;
        this.desk = desk;
        this.statements = statements;
        this.jdbc = jdbc;
    }

    @Test
    void pollWithNothingToDoTakesOneSelectAtMostAndWritesNothing() {
        TestFleet fleet = TestFleet.create(jdbc, 3);
        for (TestFleet.Member member : fleet.nodes()) {
            client(fleet, member.id());
        }
        // What the tenant has, like its windows, is read once for all of its nodes.
        poll(fleet, 0);

        List<StatementLog.Entry> cold = ofPoll(fleet, 1);
        assertThat(cold).hasSize(1).allSatisfy(entry -> assertThat(entry.sql()).startsWith("select"));
        assertThat(ofPoll(fleet, 1)).isEmpty();
        assertThat(ofPoll(fleet, 0)).isEmpty();
    }

    /** Without what runs by itself in the background; the sightings of clients belong to the poll. */
    private List<StatementLog.Entry> ofPoll(TestFleet fleet, int index) {
        return statements.during(() -> poll(fleet, index)).stream()
                .filter(entry -> List.of("campaign-board", "fleet-rules", "change-notes", "presence").stream()
                        .noneMatch(background -> entry.thread().startsWith(background)))
                .toList();
    }

    private void poll(TestFleet fleet, int index) {
        UUID node = fleet.nodes().get(index).id();
        DdiPoll answer = directory
                .authenticateController(
                        "t-" + fleet.tenant().id(), node.toString(), ClientTokens.sha256("token of " + node))
                .map(known -> desk.poll(known, ClientFamily.SWUPDATE, AGENT))
                .orElseThrow();
        assertThat(answer.task()).isInstanceOf(DdiTask.Nothing.class);
        assertThat(answer.wantsAttributes()).isFalse();
    }

    /** One that was seen, and has told its attributes. */
    private void client(TestFleet fleet, UUID node) {
        jdbc.sql("""
                        with client as (
                            insert into node_client
                                (tenant_id, node_id, family, user_agent, controller_id, attributes_wanted_at)
                            values (:tenant, :node, 'SWUPDATE', :agent, cast(:node as text), null)
                        )
                        insert into client_token (tenant_id, id, node_id, secret_sha256)
                        values (:tenant, :token, :node, :secret)
                        """)
                .param("tenant", fleet.tenant().id().value())
                .param("node", node)
                .param("agent", AGENT)
                .param("token", Ids.next())
                .param("secret", ClientTokens.sha256("token of " + node))
                .update();
    }
}

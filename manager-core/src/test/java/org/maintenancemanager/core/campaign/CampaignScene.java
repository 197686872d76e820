package org.maintenancemanager.core.campaign;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.testing.TestFleet;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A fleet with a campaign, made and run by one operator; another one is there too. */
record CampaignScene(JdbcClient jdbc, Campaigns campaigns, TestFleet fleet, UUID image, CampaignId id) {
    static CampaignScene running(JdbcClient jdbc, Campaigns campaigns, int nodes, WaveSpec... waves) {
        CampaignScene scene = draft(jdbc, campaigns, nodes, waves);
        scene.as(() -> campaigns.start(scene.id));
        return scene;
    }

    static CampaignScene draft(JdbcClient jdbc, Campaigns campaigns, int nodes, WaveSpec... waves) {
        return draft(jdbc, campaigns, TestFleet.create(jdbc, nodes), spec -> spec, waves);
    }

    static CampaignScene draft(
            JdbcClient jdbc,
            Campaigns campaigns,
            TestFleet fleet,
            UnaryOperator<CampaignSpec> change,
            WaveSpec... waves) {
        UUID image = fleet.image("2", 2);
        CampaignId id = fleet.tenant()
                .as(() -> campaigns.create(change.apply(CampaignsTest.spec(image, waves))))
                .id();
        return new CampaignScene(jdbc, campaigns, fleet, image, id);
    }

    CampaignView campaign() {
        return as(() -> campaigns.load(id));
    }

    CampaignView.WaveProgress wave(int ordinal) {
        return campaign().waves().get(ordinal);
    }

    UUID node(int index) {
        return fleet.nodes().get(index).id();
    }

    <T> T as(Callable<T> work) {
        return fleet.tenant().as(work);
    }

    <T> T asOther(Callable<T> work) {
        return fleet.tenant().asOther("other", work);
    }

    String refusal(Callable<?> call) {
        return catchThrowableOfType(Conflict.class, () -> as(call)).detail();
    }

    /** The pointers of what is wrong with a call. */
    List<String> problems(Callable<?> call) {
        return catchThrowableOfType(InvalidInput.class, () -> as(call)).problems().stream()
                .map(FieldProblem::pointer)
                .toList();
    }

    List<String> audited() {
        return fleet.tenant().audited(id);
    }

    void confirm(int wave) {
        set(wave, UpdateState.CONFIRMED, Integer.MAX_VALUE);
    }

    /** Some updates of a wave, as if their nodes had reported it. */
    void set(int wave, UpdateState state, int most) {
        jdbc.sql("""
                        update node_update set state = :state
                        where id in (select id from node_update
                                     where campaign_id = :campaign and wave = :wave and state not in ('SKIPPED', :state)
                                     limit :most)
                        """)
                .param("state", state.name())
                .param("campaign", id.value())
                .param("wave", wave)
                .param("most", most)
                .update();
        jdbc.sql("""
                        update wave_counter tally
                        set updates = (select count(*) from node_update u
                                       where (u.tenant_id, u.campaign_id, u.wave, u.state)
                                             = (tally.tenant_id, tally.campaign_id, tally.wave, tally.state))
                        where campaign_id = :campaign
                        """).param("campaign", id.value()).update();
    }

    /** Makes an instant of the waves look that much longer ago. */
    void age(String column, Duration by) {
        jdbc.sql("update wave set %s = %s - make_interval(secs => :by) where campaign_id = :campaign"
                        .formatted(column, column))
                .param("by", by.toSeconds())
                .param("campaign", id.value())
                .update();
    }

    /** The same for the campaign itself. */
    void ageCampaign(String column, Duration by) {
        jdbc.sql("update campaign set %s = %s - make_interval(secs => :by) where id = :campaign"
                        .formatted(column, column))
                .param("by", by.toSeconds())
                .param("campaign", id.value())
                .update();
    }

    List<String> codes(int wave) {
        return jdbc.sql("select code from node_update where campaign_id = :campaign and wave = :wave")
                .param("campaign", id.value())
                .param("wave", wave)
                .query(String.class)
                .list();
    }

    String state(int node) {
        return jdbc.sql("""
                        select state from node_update where campaign_id = :campaign and node_id = :node
                        order by attempt desc limit 1
                        """)
                .param("campaign", id.value())
                .param("node", node(node))
                .query(String.class)
                .single();
    }
}

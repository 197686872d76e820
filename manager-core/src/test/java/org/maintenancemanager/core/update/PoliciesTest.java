package org.maintenancemanager.core.update;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.ApprovalRules;
import org.maintenancemanager.core.campaign.CampaignApprovals;
import org.maintenancemanager.core.campaign.CampaignClockwork;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignSchedule;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.CampaignTemplate;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.campaign.Policies;
import org.maintenancemanager.core.campaign.Policy;
import org.maintenancemanager.core.campaign.PolicyClockwork;
import org.maintenancemanager.core.campaign.PolicyDraft;
import org.maintenancemanager.core.image.ChannelDraft;
import org.maintenancemanager.core.image.ChannelId;
import org.maintenancemanager.core.image.Channels;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.Invariants;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Nodes that follow a channel. */
@CoreTest
class PoliciesTest {
    private final Campaigns campaigns;
    private final CampaignApprovals approvals;
    private final ApprovalRules rules;
    private final CampaignClockwork campaignClockwork;
    private final UpdateClockwork clockwork;
    private final PolicyClockwork policyClockwork;
    private final Policies policies;
    private final Channels channels;
    private final ReportIntake intake;
    private final JdbcClient jdbc;

    PoliciesTest(
            Campaigns campaigns,
            CampaignApprovals approvals,
            ApprovalRules rules,
            CampaignClockwork campaignClockwork,
            UpdateClockwork clockwork,
            PolicyClockwork policyClockwork,
            Policies policies,
            Channels channels,
            ReportIntake intake,
            JdbcClient jdbc) {
        this.campaigns = campaigns;
        this.approvals = approvals;
        this.rules = rules;
        this.campaignClockwork = campaignClockwork;
        this.clockwork = clockwork;
        this.policyClockwork = policyClockwork;
        this.policies = policies;
        this.channels = channels;
        this.intake = intake;
        this.jdbc = jdbc;
    }

    @Test
    void promotionMakesTheCampaignAndEndsTheOneBefore() {
        Scene scene = new Scene(2);
        scene.promote(scene.fleet.target);
        Policy policy = scene.policy("", true);
        CampaignId first = made(policy);
        assertThat(scene.fleet.campaign(first).state()).isEqualTo(CampaignState.RUNNING);
        assertThat(scene.fleet.campaign(first).spec().name()).isEqualTo("follow 2");
        assertThat(scene.fleet.campaign(first).life().policy()).isEqualTo(policy.id());
        assertThat(scene.fleet.states(first)).containsOnly("OFFERED");
        scene.fleet.permit(first, 1);
        scene.fleet.report(first, 1, UpdateState.DOWNLOADED, UpdateState.INSTALLING);

        scene.promote(scene.fleet.fleet.image("3", 3));
        CampaignId second = made(scene.load(policy));
        assertThat(second).isNotEqualTo(first);
        assertThat(scene.fleet.campaign(first).state()).isEqualTo(CampaignState.ABORTED);
        assertThat(scene.fleet.campaign(first).stateReason()).isEqualTo("SUPERSEDED");
        assertThat(scene.fleet.campaign(first).stateDetail()).isEqualTo("Policy follow brings 3.");
        assertThat(scene.fleet.state(second, 0)).isEqualTo("OFFERED");
        assertThat(scene.fleet.state(first, 1))
                .as("it is past its point of no return")
                .isEqualTo("INSTALLING");
        scene.fleet.report(first, 1, UpdateState.CONFIRMED);
        clockwork.tick();
        assertThat(scene.fleet.state(second, 1)).isEqualTo("OFFERED");

        // Back to the release before: a campaign again, which nobody may take without leave to downgrade.
        scene.promote(scene.fleet.target);
        assertThat(scene.fleet.campaign(made(scene.load(policy))).spec().name()).isEqualTo("follow 2 (2)");
        assertThat(scene.fleet.fleet.tenant().audited(policy.id()))
                .containsExactly("policy.created", "policy.followed", "policy.followed", "policy.followed");
        scene.assertUnbroken();
    }

    @Test
    void samePromotionAgainChangesNothing() throws Exception {
        Scene scene = new Scene(1);
        Policy policy = scene.policy("", true);
        assertThat(policy.campaign()).as("the channel has no image yet").isNull();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var promotions = threads.invokeAll(IntStream.range(0, 8)
                    .<Callable<Object>>mapToObj(i -> () -> {
                        scene.promote(scene.fleet.target);
                        return "done";
                    })
                    .toList());
            for (var promotion : promotions) {
                assertThat(promotion.get()).isEqualTo("done");
            }
        }
        scene.promote(scene.fleet.target);
        assertThat(scene.made(policy)).isEqualTo(1);
        scene.assertUnbroken();
    }

    @Test
    void nodesLeaveAndJoinWithTheSelector() {
        Scene scene = new Scene(3);
        scene.label(0, "gateway");
        scene.label(1, "gateway");
        scene.promote(scene.fleet.target);
        Policy policy = scene.policy("label.role==gateway", false);
        CampaignId campaign = made(policy);
        scene.fleet.permit(campaign, 1);
        assertThat(scene.members(campaign)).isEqualTo(2);

        scene.label(0, "other");
        scene.label(1, "other");
        scene.label(2, "gateway");
        scene.makeDue(campaign);
        clockwork.tick();
        campaignClockwork.tick();
        assertThat(scene.fleet.state(campaign, 0)).isEqualTo("CANCELED");
        assertThat(scene.code(campaign, 0)).isEqualTo("LEFT_SELECTOR");
        assertThat(scene.fleet.state(campaign, 1)).as("it holds a permit").isEqualTo("OFFERED");
        assertThat(scene.fleet.state(campaign, 2)).isEqualTo("OFFERED");
        scene.assertUnbroken();
    }

    @Test
    void nodeThatMatchesAfterTheEndGetsACampaignOfItsOwn() {
        Scene scene = new Scene(2);
        scene.label(0, "gateway");
        scene.promote(scene.fleet.target);
        Policy policy = scene.policy("label.role==gateway", false);
        scene.fleet.confirm(made(policy), 0);
        campaignClockwork.tick();
        assertThat(scene.fleet.campaign(made(policy)).state()).isEqualTo(CampaignState.COMPLETED);
        policyClockwork.tick();
        assertThat(scene.made(policy)).as("nobody is new").isEqualTo(1);

        scene.label(1, "gateway");
        scene.makeDue(policy);
        policyClockwork.tick();
        scene.makeDue(policy);
        policyClockwork.tick();
        assertThat(scene.made(policy)).isEqualTo(2);
        assertThat(scene.fleet.state(made(scene.load(policy)), 1)).isEqualTo("OFFERED");
        scene.assertUnbroken();
    }

    @Test
    void approvalRuleHoldsAndTheOldCampaignRunsOnUntilThen() {
        Scene scene = new Scene(1);
        scene.promote(scene.fleet.target);
        Policy policy = scene.policy("", true);
        CampaignId first = made(policy);
        scene.fleet.fleet.tenant().as(() -> {
            var rule = rules.load();
            return rules.change(
                    rule.revision(),
                    new org.maintenancemanager.core.campaign.ApprovalRule(0, null, false, false, rule.revision()));
        });
        scene.promote(scene.fleet.fleet.image("3", 3));
        CampaignId second = made(scene.load(policy));
        assertThat(scene.fleet.campaign(second).state()).isEqualTo(CampaignState.AWAITING_APPROVAL);
        assertThat(scene.fleet.campaign(first).state()).isEqualTo(CampaignState.RUNNING);
        assertThatThrownBy(() -> scene.fleet.fleet.tenant().as(() -> approvals.approve(second, null, "fine", null)))
                .as("who made the policy is an author")
                .isInstanceOf(Conflict.class);

        scene.promote(scene.fleet.fleet.image("4", 4));
        CampaignId third = made(scene.load(policy));
        assertThat(scene.fleet.campaign(second).stateReason()).isEqualTo("SUPERSEDED");
        scene.fleet.fleet.tenant().asOther("second", () -> approvals.approve(third, null, "fine", null));
        assertThat(scene.fleet.campaign(third).state()).isEqualTo(CampaignState.RUNNING);
        assertThat(scene.fleet.campaign(first).stateReason()).isEqualTo("SUPERSEDED");
        scene.assertUnbroken();
    }

    @Test
    void disabledPolicyMakesNothingAndAnotherTemplateMakesAnotherCampaign() {
        Scene scene = new Scene(1);
        Policy policy = scene.policy("", true);
        policy = scene.change(policy, false, template(5));
        scene.promote(scene.fleet.target);
        assertThat(scene.load(policy).campaign()).isNull();
        policy = scene.change(scene.load(policy), true, template(5));
        CampaignId first = made(policy);
        assertThat(scene.fleet.campaign(first).spec().maxInFlight()).isEqualTo(5);
        Policy same = scene.change(policy, true, template(5));
        assertThat(same.revision()).isEqualTo(policy.revision());

        policy = scene.change(policy, true, template(7));
        assertThat(policy.campaign()).isNotEqualTo(first);
        assertThat(scene.fleet.campaign(made(policy)).spec().maxInFlight()).isEqualTo(7);
        assertThat(scene.fleet.campaign(first).stateReason()).isEqualTo("SUPERSEDED");
        scene.assertUnbroken();
    }

    @Test
    void whatIsWrongIsNamed() {
        Scene scene = new Scene(0);
        var draft = new PolicyDraft("p", new ChannelId(new UUID(0, 0)), "label.role=", false, true, template(0));
        assertThatThrownBy(() -> scene.fleet.fleet.tenant().as(() -> policies.create(List.of(draft))))
                .isInstanceOfSatisfying(
                        InvalidInput.class,
                        refusal -> assertThat(refusal.problems())
                                .extracting(problem -> problem.pointer())
                                .contains("/0/selector", "/0/template/maxInFlight", "/0/channelId"));
        Policy policy = scene.policy("", true);
        assertThatThrownBy(() -> scene.fleet.fleet.tenant().as(() -> policies.create(List.of(policy.draft()))))
                .isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> scene.fleet.fleet.tenant().as(() -> {
                    channels.delete(scene.channel, channels.load(scene.channel).revision());
                    return "";
                }))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("A policy follows");
    }

    private static CampaignId made(Policy policy) {
        return requireNonNull(policy.campaign());
    }

    private static CampaignTemplate template(int maxInFlight) {
        return CampaignTemplate.of(new CampaignSpec(
                "any",
                new ImageId(new UUID(0, 0)),
                "",
                true,
                List.of(new CampaignSpec.WaveSpec("all", new CampaignSpec.Rest(), BigDecimal.ZERO)),
                maxInFlight,
                null,
                false,
                false,
                CampaignSpec.DEFAULT_PERMIT_LIMIT,
                null,
                CampaignSpec.DEFAULT_BOOT_DEADLINE,
                null,
                CampaignSchedule.DEFAULT));
    }

    /** A fleet with a channel. */
    private final class Scene {
        private final UpdateScene fleet;
        private final ChannelId channel;

        Scene(int nodes) {
            fleet = new UpdateScene(jdbc, campaigns, intake, nodes);
            channel = fleet.fleet
                    .tenant()
                    .as(() -> channels.create(List.of(new ChannelDraft("edge", "stable", null))))
                    .getFirst()
                    .id();
        }

        void promote(UUID image) {
            fleet.fleet.tenant().as(() -> channels.promote(channel, new ImageId(image)));
        }

        Policy policy(String selector, boolean allNodes) {
            var draft = new PolicyDraft("follow", channel, selector, allNodes, true, template(100));
            return fleet.fleet
                    .tenant()
                    .as(() -> policies.create(List.of(draft)))
                    .getFirst();
        }

        Policy change(Policy policy, boolean enabled, CampaignTemplate template) {
            return fleet.fleet
                    .tenant()
                    .as(() -> policies.change(
                            policy.id(),
                            policy.revision(),
                            now -> new PolicyDraft(
                                    now.name(), now.channel(), now.selector(), now.allNodes(), enabled, template)));
        }

        Policy load(Policy policy) {
            return fleet.fleet.tenant().as(() -> policies.load(policy.id()));
        }

        void label(int node, String role) {
            jdbc.sql("""
                            update node set labels = jsonb_build_object('role', cast(:role as text)),
                                            updated_at = clock_timestamp()
                            where id = :id
                            """).param("role", role).param("id", fleet.node(node)).update();
        }

        int members(CampaignId campaign) {
            return count("select count(*) from node_update where campaign_id = :id", campaign.value());
        }

        int made(Policy policy) {
            return count(
                    "select count(*) from campaign where policy_id = :id",
                    policy.id().value());
        }

        private int count(String sql, UUID id) {
            return jdbc.sql(sql).param("id", id).query(Integer.class).single();
        }

        String code(CampaignId campaign, int node) {
            return jdbc.sql("select code from node_update where id = :id")
                    .param("id", fleet.update(campaign, node))
                    .query(String.class)
                    .single();
        }

        /** As if the time to look again had come. */
        void makeDue(CampaignId campaign) {
            jdbc.sql("""
                            update campaign
                            set left_upto = left_upto - interval '1 minute', joined_upto = joined_upto - interval '1 minute'
                            where id = :id
                            """).param("id", campaign.value()).update();
        }

        void makeDue(Policy policy) {
            jdbc.sql("update policy set looked_upto = looked_upto - interval '1 minute' where id = :id")
                    .param("id", policy.id().value())
                    .update();
        }

        void assertUnbroken() {
            assertThat(Invariants.broken(jdbc, fleet.fleet.tenant().id())).isEmpty();
        }
    }
}

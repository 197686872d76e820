package org.maintenancemanager.core.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.node.Directive;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.Budget;
import org.maintenancemanager.core.campaign.BudgetDraft;
import org.maintenancemanager.core.campaign.BudgetDraft.Downloads;
import org.maintenancemanager.core.campaign.Budgets;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.Invariants;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Budgets of downloads, and of nodes that a selector chooses. */
@CoreTest
class PacingTest {
    private final Budgets budgets;
    private final Campaigns campaigns;
    private final ReportIntake intake;
    private final PollDesk polls;
    private final DownloadTurns turns;
    private final NodeDirectory directory;
    private final Explanations explanations;
    private final JdbcClient jdbc;

    PacingTest(
            Budgets budgets,
            Campaigns campaigns,
            ReportIntake intake,
            PollDesk polls,
            DownloadTurns turns,
            NodeDirectory directory,
            Explanations explanations,
            JdbcClient jdbc) {
        this.budgets = budgets;
        this.campaigns = campaigns;
        this.intake = intake;
        this.polls = polls;
        this.turns = turns;
        this.directory = directory;
        this.explanations = explanations;
        this.jdbc = jdbc;
    }

    @Test
    void onlySoManyDownloadAtOnceAndTheNextFollow() {
        UpdateScene scene = scene(3);
        Budget budget = create(scene, new BudgetDraft("link", "/eu/berlin", null, null, new Downloads(1, null)));
        CampaignId campaign = scene.start(scene.spec("paced", scene.target));
        assertThat(why(scene, 0)).isEqualTo("DOWNLOAD_PACED");
        assertThat(explain(scene, 0)).contains("Waits for its turn to download: budget link allows 1 nodes at once");
        await().until(() -> pollAll(scene) == 1);
        turns.give();
        assertThat(pollAll(scene)).as("one has the turn").isEqualTo(1);
        assertThat(load(scene, budget).downloading()).isEqualTo(1);
        int first = withTurn(scene);
        scene.report(campaign, first, UpdateState.DOWNLOADING);
        turns.give();
        assertThat(turnsOf(scene)).containsExactly(scene.update(campaign, first));
        scene.report(campaign, first, UpdateState.DOWNLOADED);
        await().until(() -> {
            pollAll(scene);
            turns.give();
            return !turnsOf(scene).isEmpty() && !turnsOf(scene).contains(scene.update(campaign, first));
        });
        assertThat(turnsOf(scene)).hasSize(1);
        assertBroken(scene);
    }

    @Test
    void whoseWindowOpensFirstDownloadsFirst() {
        UpdateScene scene = scene(2);
        jdbc.sql("delete from maintenance_window where tenant_id = :tenant")
                .param("tenant", scene.fleet.tenant().id().value())
                .update();
        window(scene, 0, 5);
        window(scene, 1, 2);
        Budget budget = create(scene, new BudgetDraft("link", "/eu/berlin", null, null, new Downloads(0, null)));
        CampaignId campaign = scene.start(scene.spec("ordered", scene.target));
        pollAll(scene);
        turns.give();
        assertThat(turnsOf(scene)).as("0 lets nobody begin").isEmpty();
        scene.fleet
                .tenant()
                .as(() -> budgets.change(
                        budget.id(),
                        load(scene, budget).revision(),
                        now -> new BudgetDraft("link", "/eu/berlin", null, null, new Downloads(1, null))));
        await().until(() -> {
            turns.give();
            return !turnsOf(scene).isEmpty();
        });
        assertThat(turnsOf(scene)).containsExactly(scene.update(campaign, 1));
    }

    @Test
    void bytesPerSecondAreKeptOnAverage() {
        UpdateScene scene = scene(3);
        // An image has 1,000 bytes: each download takes the whole of a thousand seconds.
        create(scene, new BudgetDraft("thin", "/eu/berlin", null, null, new Downloads(null, 1L)));
        scene.start(scene.spec("thin", scene.target));
        await().until(() -> {
            pollAll(scene);
            turns.give();
            return !turnsOf(scene).isEmpty();
        });
        pollAll(scene);
        turns.give();
        assertThat(turnsOf(scene)).hasSize(1);
        jdbc.sql("update budget set downloads_free_at = now() where tenant_id = :tenant")
                .param("tenant", scene.fleet.tenant().id().value())
                .update();
        await().until(() -> {
            pollAll(scene);
            turns.give();
            return turnsOf(scene).size() == 2;
        });
    }

    @Test
    void heldCampaignGivesItsTurnsBack() {
        UpdateScene scene = scene(1);
        create(scene, new BudgetDraft("link", "/eu/berlin", null, null, new Downloads(1, null)));
        CampaignId campaign = scene.start(scene.spec("held", scene.target));
        await().until(() -> {
            pollAll(scene);
            turns.give();
            return turnsOf(scene).size() == 1;
        });
        scene.fleet.tenant().as(() -> campaigns.pause(campaign));
        turns.give();
        assertThat(turnsOf(scene)).isEmpty();
    }

    @Test
    void downloadThatGoesOnIsCountedAndNeverStopped() {
        UpdateScene scene = scene(3);
        CampaignId campaign = scene.start(scene.spec("early", scene.target));
        scene.report(campaign, 0, UpdateState.DOWNLOADING);
        scene.report(campaign, 1, UpdateState.DOWNLOADING);
        Budget budget = create(scene, new BudgetDraft("late", "/eu/berlin", null, null, new Downloads(1, null)));
        await().until(() -> {
            pollAll(scene);
            turns.give();
            return load(scene, budget).downloading() == 2;
        });
        assertThat(why(scene, 0)).isEqualTo("DOWNLOAD_UNFINISHED");
        assertThat(why(scene, 2)).isEqualTo("DOWNLOAD_PACED");
        scene.fleet.tenant().as(() -> campaigns.pause(campaign));
        turns.give();
        assertThat(load(scene, budget).downloading())
                .as("a pause stops no download")
                .isEqualTo(2);
    }

    @Test
    void fullBudgetKeepsNobodyOfAnotherOneBack() {
        UpdateScene scene = scene(4);
        jdbc.sql("update node set labels = '{\"line\": \"a\"}' where id in (:nodes)")
                .param("nodes", List.of(scene.node(0), scene.node(1), scene.node(2)))
                .update();
        create(scene, new BudgetDraft("shut", null, "label.line==a", null, new Downloads(0, null)));
        create(scene, new BudgetDraft("link", "/eu/berlin", null, null, new Downloads(1, null)));
        CampaignId campaign = scene.start(scene.spec("two", scene.target));
        await().until(() -> {
            pollAll(scene);
            turns.give();
            return !turnsOf(scene).isEmpty();
        });
        assertThat(turnsOf(scene)).containsExactly(scene.update(campaign, 3));
    }

    @Test
    void nodeIsToldItsShareOfTheLine() {
        UpdateScene scene = scene(1);
        create(scene, new BudgetDraft("link", "/eu/berlin", null, null, new Downloads(4, 1_000_000L)));
        create(scene, new BudgetDraft("wide", null, "name=='*'", null, new Downloads(null, 9_000_000L)));
        scene.start(scene.spec("told", scene.target));
        await().until(() -> {
            turns.give();
            return poll(scene, 0) instanceof PollAnswer.Changed it
                    && it.response().directive() == Directive.DOWNLOAD
                    && Long.valueOf(250_000).equals(it.response().bytesPerSecond());
        });
    }

    @Test
    void budgetOfASelectorHoldsForItsNodesAlone() throws Exception {
        UpdateScene scene = scene(20);
        for (int node = 0; node < 15; node++) {
            jdbc.sql("update node set labels = '{\"line\": \"a\"}' where id = :id")
                    .param("id", scene.node(node))
                    .update();
        }
        create(scene, new BudgetDraft("line a", null, "label.line==a", 4, null));
        create(scene, new BudgetDraft("berlin", "/eu/berlin", 7));
        CampaignId campaign = scene.start(scene.spec("selected", scene.target));
        for (int node = 0; node < 20; node++) {
            scene.report(campaign, node, UpdateState.DOWNLOADED);
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            await().until(() -> {
                threads.invokeAll(IntStream.range(0, 20)
                        .<Callable<Void>>mapToObj(node -> () -> {
                            poll(scene, node);
                            return null;
                        })
                        .toList());
                return inFlight(scene, "berlin") == 7;
            });
        }
        assertThat(inFlight(scene, "line a")).isBetween(2, 4);
        assertThat(jdbc.sql("""
                                select count(*) from permit p join node n on n.id = p.node_id
                                where p.campaign_id = :campaign and n.labels ->> 'line' = 'a'
                                """)
                        .param("campaign", campaign.value())
                        .query(Integer.class)
                        .single())
                .isEqualTo(inFlight(scene, "line a"));
        Budget late = create(scene, new BudgetDraft("late", null, "label.line==a", 10, null));
        assertThat(late.inFlight()).as("those that are under way count").isEqualTo(inFlight(scene, "line a"));
        assertBroken(scene);
    }

    @Test
    void budgetNeedsOneTargetAndALimit() {
        UpdateScene scene = scene(0);
        assertThat(pointers(scene, new BudgetDraft("x", "/eu/berlin", "name==a", 1, null)))
                .containsExactly("/0/selector");
        assertThat(pointers(scene, new BudgetDraft("x", null, "colour==a", 1, null)))
                .containsExactly("/0/selector");
        assertThat(pointers(scene, new BudgetDraft("x", "/eu/berlin", null, null, new Downloads(null, null))))
                .containsExactly("/0/maxInFlight");
        assertThat(pointers(scene, new BudgetDraft("x", "/eu/berlin", null, null, new Downloads(-1, 0L))))
                .containsExactly("/0/downloads/max", "/0/downloads/bytesPerSecond");
        Budget budget = create(scene, new BudgetDraft("x", null, "name==a", 1, null));
        assertThatThrownBy(() -> scene.fleet
                        .tenant()
                        .as(() -> budgets.change(
                                budget.id(), budget.revision(), now -> new BudgetDraft("x", null, "name==b", 1, null))))
                .isInstanceOf(InvalidInput.class);
    }

    private List<String> pointers(UpdateScene scene, BudgetDraft draft) {
        try {
            create(scene, draft);
            return List.of();
        } catch (InvalidInput refusal) {
            return refusal.problems().stream().map(FieldProblem::pointer).toList();
        }
    }

    private UpdateScene scene(int nodes) {
        return new UpdateScene(jdbc, campaigns, intake, nodes);
    }

    private void assertBroken(UpdateScene scene) {
        assertThat(Invariants.broken(jdbc, scene.fleet.tenant().id())).isEmpty();
    }

    private Budget create(UpdateScene scene, BudgetDraft draft) {
        return scene.fleet.tenant().as(() -> budgets.create(List.of(draft))).getFirst();
    }

    private Budget load(UpdateScene scene, Budget budget) {
        return scene.fleet.tenant().as(() -> budgets.load(budget.id()));
    }

    private int inFlight(UpdateScene scene, String name) {
        return jdbc.sql("select in_flight from budget where tenant_id = :tenant and name = :name")
                .param("tenant", scene.fleet.tenant().id().value())
                .param("name", name)
                .query(Integer.class)
                .single();
    }

    private List<UUID> turnsOf(UpdateScene scene) {
        return jdbc.sql("select update_id from download_turn where tenant_id = :tenant")
                .param("tenant", scene.fleet.tenant().id().value())
                .query(UUID.class)
                .list();
    }

    private int withTurn(UpdateScene scene) {
        UUID node = jdbc.sql("select node_id from node_update where id = :id")
                .param("id", turnsOf(scene).getFirst())
                .query(UUID.class)
                .single();
        return IntStream.range(0, scene.fleet.nodes().size())
                .filter(index -> scene.node(index).equals(node))
                .findFirst()
                .orElseThrow();
    }

    private PollAnswer poll(UpdateScene scene, int node) {
        return polls.poll(
                directory.authenticate(scene.fleet.nodes().get(node).token()).orElseThrow(),
                new PollRequest("boot-1", 0, 0));
    }

    /** How many were told to download. */
    private int pollAll(UpdateScene scene) {
        int downloads = 0;
        for (int node = 0; node < scene.fleet.nodes().size(); node++) {
            downloads += poll(scene, node) instanceof PollAnswer.Changed it
                            && it.response().directive() == Directive.DOWNLOAD
                    ? 1
                    : 0;
        }
        return downloads;
    }

    private void window(UpdateScene scene, int node, int hours) {
        LocalDateTime start = LocalDateTime.now(ZoneOffset.UTC).plusHours(hours);
        jdbc.sql("""
                        with changed as (
                            update tenant set window_version = window_version + 1 where id = :tenant
                        )
                        insert into maintenance_window
                            (tenant_id, id, name, kind, recurrence, starts_at, ends_at, zone, target, target_node_id)
                        values (:tenant, :id, :name, 'PERMIT', 'ONE_SHOT', :start, :end, 'UTC', 'NODE', :node)
                        """)
                .param("tenant", scene.fleet.tenant().id().value())
                .param("id", Ids.next())
                .param("name", "in %d hours".formatted(hours))
                .param("start", start)
                .param("end", start.plusHours(1))
                .param("node", scene.node(node))
                .update();
    }

    private String why(UpdateScene scene, int node) {
        return String.valueOf(scene.fleet
                .tenant()
                .as(() -> explanations.explain(new NodeId(scene.node(node))))
                .explanation()
                .code());
    }

    private String explain(UpdateScene scene, int node) {
        return scene.fleet
                .tenant()
                .as(() -> explanations.explain(new NodeId(scene.node(node))))
                .explanation()
                .sentence();
    }
}

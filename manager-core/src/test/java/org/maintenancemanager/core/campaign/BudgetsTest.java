package org.maintenancemanager.core.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.TestTenant;
import org.springframework.jdbc.core.simple.JdbcClient;

@CoreTest
class BudgetsTest {
    private final Budgets budgets;
    private final JdbcClient jdbc;
    private final TestTenant tenant;
    private final UUID berlin;

    BudgetsTest(Budgets budgets, JdbcClient jdbc) {
        this.budgets = budgets;
        this.jdbc = jdbc;
        tenant = TestTenant.create(jdbc);
        tenant.site("/eu", "Europe/Berlin");
        berlin = tenant.site("/eu/berlin", "Europe/Berlin");
        tenant.site("/europe", "Europe/Berlin");
    }

    @Test
    void budgetIsFoundAsItWasCreated() {
        Budget budget = create(new BudgetDraft("Europe", "/eu", 5));
        assertThat(budget.draft()).isEqualTo(new BudgetDraft("Europe", "/eu", 5));
        assertThat(budget.inFlight()).isZero();
        assertThat(tenant.as(() -> budgets.load(budget.id()))).isEqualTo(budget);
        assertThat(tenant.as(() -> budgets.list(new ListRequest("sitePath==/eu;maxInFlight=gt=4", null, null, 10)))
                        .items())
                .containsExactly(budget);
        assertThat(tenant.audited(budget.id())).containsExactly("budget.created");
    }

    @Test
    void badFieldsAreNamedAndNothingIsWritten() {
        var refusal = catchThrowableOfType(
                InvalidInput.class,
                () -> tenant.as(() -> budgets.create(List.of(
                        new BudgetDraft("good", "/eu", 1),
                        new BudgetDraft("", "/nowhere", -1),
                        new BudgetDraft(null, null, null),
                        new BudgetDraft("x", "/eu\0", 0)))));
        assertThat(refusal.problems())
                .extracting(FieldProblem::pointer)
                .containsExactly(
                        "/1/name",
                        "/1/maxInFlight",
                        "/1/sitePath",
                        "/2/name",
                        "/2/sitePath",
                        "/2/maxInFlight",
                        "/3/sitePath");
        assertThat(tenant.as(() -> budgets.list(ListRequest.first())).items()).isEmpty();
    }

    @Test
    void siteHasOneBudgetAndNamesAreUnique() {
        create(new BudgetDraft("Europe", "/eu", 5));
        assertConflict("A site can have only one", () -> create(new BudgetDraft("Other", "/eu", 5)));
        assertConflict("named 'Europe'", () -> create(new BudgetDraft("Europe", "/eu/berlin", 5)));
    }

    @Test
    void limitIsRaisedAndLoweredWhileTheCounterRuns() {
        Budget budget = create(new BudgetDraft("Europe", "/eu", 5));
        setInFlight(budget, 4);

        Budget lowered = change(budget, new BudgetDraft("Europe", "/eu", 2));
        assertThat(lowered.maxInFlight()).isEqualTo(2);
        assertThat(lowered.inFlight()).isEqualTo(4);
        setInFlight(budget, 3);
        Budget raised = change(lowered, new BudgetDraft("Europe", "/eu", 9));
        assertThat(raised.inFlight()).isEqualTo(3);
        assertThat(tenant.audited(budget.id())).containsExactly("budget.created", "budget.changed", "budget.changed");
    }

    @Test
    void changesThatCannotBeAreRefused() {
        Budget budget = create(new BudgetDraft("Europe", "/eu", 5));
        assertRefused("/sitePath", () -> change(budget, new BudgetDraft("Europe", "/eu/berlin", 5)));
        assertRefused("/maxInFlight", () -> change(budget, new BudgetDraft("Europe", "/eu", -1)));
        change(budget, new BudgetDraft("Europe", "/eu", 6));
        assertThatThrownBy(() -> change(budget, new BudgetDraft("Europe", "/eu", 7)))
                .isInstanceOf(StaleVersion.class);
        assertThatThrownBy(() -> TestTenant.create(jdbc).as(() -> budgets.load(budget.id())))
                .isInstanceOf(NotFound.class);
        assertThatThrownBy(
                        () -> TestTenant.create(jdbc).as(() -> budgets.change(budget.id(), budget.revision(), d -> d)))
                .isInstanceOf(NotFound.class);
    }

    @Test
    void permitsInFlightCountInANewBudget() {
        UUID permit = permitInFlight(tenant.node("n1", berlin));

        Budget europe = create(new BudgetDraft("Europe", "/eu", 5));
        Budget other = create(new BudgetDraft("Other", "/europe", 5));

        assertThat(europe.inFlight()).isEqualTo(1);
        assertThat(other.inFlight()).isZero();
        assertThat(jdbc.sql("select budget_ids[1] from permit where id = :id")
                        .param("id", permit)
                        .query(UUID.class)
                        .single())
                .isEqualTo(europe.id().value());
    }

    @Test
    void deletedBudgetIsGone() {
        Budget budget = create(new BudgetDraft("Europe", "/eu", 5));
        tenant.run(() -> budgets.delete(budget.id(), budget.revision()));
        assertThatThrownBy(() -> tenant.as(() -> budgets.load(budget.id()))).isInstanceOf(NotFound.class);
        assertThat(tenant.audited(budget.id())).containsExactly("budget.created", "budget.deleted");
    }

    private UUID permitInFlight(UUID node) {
        UUID id = Ids.next();
        jdbc.sql("""
                        with i as (
                            insert into image (tenant_id, id, family, image_version, release_counter, architecture,
                                               size_bytes, sha256, state)
                            values (:tenant, :id, 'os', '1', 1, 'x', 1, repeat('0', 64), 'PUBLISHED')
                        ), c as (
                            insert into campaign (tenant_id, id, name, image_id, all_nodes, max_in_flight)
                            values (:tenant, :id, 'c', :id, true, 1)
                        ), w as (
                            insert into wave (tenant_id, campaign_id, ordinal, name, kind)
                            values (:tenant, :id, 0, 'w', 'REST')
                        ), u as (
                            insert into node_update (tenant_id, id, node_id, campaign_id, wave, image_id)
                            values (:tenant, :id, :node, :id, 0, :id)
                        )
                        insert into permit (tenant_id, id, campaign_id, node_id, update_id, wave, granted_at,
                                            valid_until, lost_at, window_end)
                        values (:tenant, :id, :id, :node, :id, 0, now(), now(), now(), now())
                        """)
                .param("tenant", tenant.id().value())
                .param("id", id)
                .param("node", node)
                .update();
        return id;
    }

    private void setInFlight(Budget budget, int permits) {
        jdbc.sql("update budget set in_flight = :permits where tenant_id = :tenant and id = :id")
                .param("permits", permits)
                .param("tenant", tenant.id().value())
                .param("id", budget.id().value())
                .update();
    }

    private Budget create(BudgetDraft draft) {
        return tenant.as(() -> budgets.create(List.of(draft))).getFirst();
    }

    private Budget change(Budget seen, BudgetDraft wanted) {
        return tenant.as(() -> budgets.change(seen.id(), seen.revision(), now -> wanted));
    }

    private void assertConflict(String detail, Callable<?> work) {
        var refusal = catchThrowableOfType(Conflict.class, work::call);
        assertThat(refusal.type()).isEqualTo(ProblemType.CONFLICT);
        assertThat(refusal.detail()).contains(detail);
    }

    private void assertRefused(String pointer, Callable<?> work) {
        var refusal = catchThrowableOfType(InvalidInput.class, work::call);
        assertThat(refusal.problems()).extracting(FieldProblem::pointer).containsExactly(pointer);
    }
}

package org.maintenancemanager.web.admin;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.Budget;
import org.maintenancemanager.api.admin.BudgetDownloads;
import org.maintenancemanager.api.admin.NewBudget;
import org.maintenancemanager.core.campaign.BudgetDraft;
import org.maintenancemanager.core.campaign.BudgetId;
import org.maintenancemanager.core.campaign.Budgets;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.web.rest.Answers;
import org.maintenancemanager.web.rest.IfMatch;
import org.maintenancemanager.web.rest.JsonBody;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Budgets of sites and selectors. */
@RestController
@RequestMapping("/api/v1/budgets")
class BudgetResource {
    private final Budgets budgets;

    BudgetResource(Budgets budgets) {
        this.budgets = budgets;
    }

    @GetMapping
    Page<Budget> list(ListRequest request) {
        return budgets.list(request).map(BudgetResource::shown);
    }

    @GetMapping("/{id}")
    ResponseEntity<Budget> get(@PathVariable UUID id) {
        return answer(budgets.load(new BudgetId(id)));
    }

    @PostMapping
    ResponseEntity<Object> create(JsonBody body) {
        return Answers.created(body, NewBudget.class, this::create, "/api/v1/budgets", Budget::id);
    }

    private List<Budget> create(List<NewBudget> items) {
        return budgets.create(items.stream().map(BudgetResource::draft).toList()).stream()
                .map(BudgetResource::shown)
                .toList();
    }

    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", "application/json"})
    ResponseEntity<Budget> change(@PathVariable UUID id, IfMatch ifMatch, JsonBody body) {
        return answer(budgets.change(new BudgetId(id), ifMatch.version(), now -> draft(body.mergedInto(said(now)))));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id, IfMatch ifMatch) {
        budgets.delete(new BudgetId(id), ifMatch.version());
    }

    private static ResponseEntity<Budget> answer(org.maintenancemanager.core.campaign.Budget budget) {
        return Answers.of(shown(budget), budget.revision());
    }

    private static Budget shown(org.maintenancemanager.core.campaign.Budget budget) {
        return new Budget(
                budget.id().value(),
                budget.name(),
                budget.sitePath(),
                budget.selector(),
                budget.maxInFlight(),
                budget.inFlight(),
                shown(budget.downloads()),
                budget.downloading(),
                budget.createdAt(),
                budget.updatedAt(),
                budget.revision());
    }

    private static @Nullable BudgetDownloads shown(BudgetDraft.@Nullable Downloads downloads) {
        return downloads == null ? null : new BudgetDownloads(downloads.max(), downloads.bytesPerSecond());
    }

    private static BudgetDraft draft(NewBudget said) {
        BudgetDownloads downloads = said.downloads();
        return new BudgetDraft(
                said.name(),
                said.sitePath(),
                said.selector(),
                said.maxInFlight(),
                downloads == null ? null : new BudgetDraft.Downloads(downloads.max(), downloads.bytesPerSecond()));
    }

    private static NewBudget said(BudgetDraft draft) {
        return new NewBudget(
                draft.name(), draft.sitePath(), draft.selector(), draft.maxInFlight(), shown(draft.downloads()));
    }
}

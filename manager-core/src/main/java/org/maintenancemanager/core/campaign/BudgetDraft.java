package org.maintenancemanager.core.campaign;

import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.query.Problems;

/** What people say of a budget: not checked yet. Field names are those of the API. */
public record BudgetDraft(
        @Nullable String name,
        @Nullable String sitePath,
        @Nullable Integer maxInFlight) {
    void check(String pointer, Problems problems) {
        problems.line(pointer + "/name", name, 200);
        problems.present(pointer + "/sitePath", sitePath);
        if (problems.present(pointer + "/maxInFlight", maxInFlight)) {
            problems.range(pointer + "/maxInFlight", maxInFlight, 0, Integer.MAX_VALUE);
        }
    }
}

package org.maintenancemanager.core.campaign;

import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.node.Selector;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.Problems;

/** What people say of a budget: not checked yet. Field names are those of the API. */
public record BudgetDraft(
        @Nullable String name,
        @Nullable String sitePath,
        @Nullable String selector,
        @Nullable Integer maxInFlight,
        @Nullable Downloads downloads) {
    /** Of a site, for permits only. */
    public BudgetDraft(@Nullable String name, @Nullable String sitePath, @Nullable Integer maxInFlight) {
        this(name, sitePath, null, maxInFlight, null);
    }

    /**
     * How downloads are paced.
     *
     * @param max at once; null: any number
     * @param bytesPerSecond on average; null: any number
     */
    public record Downloads(@Nullable Integer max, @Nullable Long bytesPerSecond) {
        boolean isNothing() {
            return max == null && bytesPerSecond == null;
        }
    }

    void check(String pointer, Problems problems) {
        problems.line(pointer + "/name", name, 200);
        if (selector == null) {
            problems.present(pointer + "/sitePath", sitePath);
        } else {
            if (sitePath != null) {
                problems.add(pointer + "/selector", "must be absent when there is a sitePath");
            }
            checkSelector(pointer + "/selector", selector, problems);
        }
        boolean paces = downloads != null && !downloads.isNothing();
        if (!paces) {
            problems.present(pointer + "/maxInFlight", maxInFlight);
        }
        if (maxInFlight != null) {
            problems.range(pointer + "/maxInFlight", maxInFlight, 0, Integer.MAX_VALUE);
        }
        if (downloads != null && downloads.max != null) {
            problems.range(pointer + "/downloads/max", downloads.max, 0, Integer.MAX_VALUE);
        }
        if (downloads != null && downloads.bytesPerSecond != null) {
            problems.range(pointer + "/downloads/bytesPerSecond", downloads.bytesPerSecond, 1, Long.MAX_VALUE);
        }
    }

    private static void checkSelector(String pointer, String selector, Problems problems) {
        if (selector.isBlank() || selector.length() > 4000) {
            problems.add(pointer, "must have 1 to 4000 characters");
            return;
        }
        try {
            Selector.parse(selector);
        } catch (InvalidInput refusal) {
            for (FieldProblem problem : refusal.problems()) {
                problems.add(pointer, problem.message());
            }
        }
    }
}

package org.maintenancemanager.core.campaign;

import java.util.UUID;

/** The id of a budget. */
public record BudgetId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
